"""What machine learning would cost, how good it would be, and which way to take.

>>> from estimator import ProjectInputs, compare_approaches, load_evidence
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from estimator.version import __version__

if TYPE_CHECKING:
    from estimator.api import compare_approaches, measure_examples
    from estimator.engine.comparison import Comparison
    from estimator.engine.inputs import ProjectInputs
    from estimator.engine.money.cloud import cheapest_offer
    from estimator.evidence.load import load_evidence

__all__ = [
    "Comparison",
    "ProjectInputs",
    "__version__",
    "cheapest_offer",
    "compare_approaches",
    "load_evidence",
    "measure_examples",
]

_HOMES = {
    "Comparison": "estimator.engine.comparison",
    "ProjectInputs": "estimator.engine.inputs",
    "cheapest_offer": "estimator.engine.money.cloud",
    "compare_approaches": "estimator.api",
    "load_evidence": "estimator.evidence.load",
    "measure_examples": "estimator.api",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that short commands start at once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'estimator' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
