"""The shipped scenario files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from estimator.errors import EvidenceError
from estimator.evidence.files import DATA
from estimator.reading import parse

FIRST = "support_tickets"
"""The example of the README stands first; the others follow by name."""


def preset_scenarios(root: Path = DATA) -> Mapping[str, dict[str, Any]]:
    """Every preset as parsed by id, in the order in which they are offered."""
    files = sorted((root / "presets").glob("*.yaml"), key=lambda p: (p.stem != FIRST, p.stem))
    if not files:
        raise EvidenceError("data/presets holds no scenario file")
    return {path.stem: parse(path.read_text(encoding="utf-8")) for path in files}
