"""The shipped fit on sources that are kept out of it (data/README.md says why)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.lab.accuracy.backtest import backtest_curves

if TYPE_CHECKING:
    import pandas as pd

    from estimator.evidence.load import Evidence

LATER = "curves_later"


def later_sources(evidence: Evidence, frame: pd.DataFrame | None = None) -> dict[str, Any]:
    """Errors of the shipped fit on data/evidence/curves_later.csv, nothing of it given.

    Parameters
    ----------
    evidence : Evidence
    frame : DataFrame, optional
        Its rows, or those of them that count.

    Returns
    -------
    dict
        overall, accuracy_like, by_task, by_approach, new_datasets and known_datasets as
        ``backtest curves`` sums them up, errors in percent points; ``balanced_abs_error``, the
        mean over sources of their median; by_source.
    """
    found = backtest_curves(evidence.table(LATER) if frame is None else frame, evidence)
    summary = dict(found["summary"])
    parts = {k: v for k, v in summary.items() if isinstance(v, Mapping)}
    overall = {k: v for k, v in summary.items() if k not in parts}
    by_source = _by_source(found["rows"])
    medians = [f["median_abs_error"] for f in by_source.values()]
    overall |= {"n_sources": len(by_source), "balanced_abs_error": float(np.mean(medians))}
    out: dict[str, Any] = _rounded({"overall": overall, **parts, "by_source": by_source})
    return out


def _by_source(rows: list[dict[str, Any]]) -> dict[str, Any]:
    told = [r for r in rows if r["error"] is not None]
    out = {}
    for name in sorted({str(r["source_family"]) for r in told}):
        mine = [r for r in told if str(r["source_family"]) == name]
        out[name] = {
            "n": len(mine),
            "median_abs_error": float(np.median([abs(r["error"]) for r in mine])),
            "median_too_high": float(np.median([r["error"] for r in mine])),
            "coverage_80": float(np.mean([r["inside"] for r in mine])),
        }
    return out


def _rounded(tree: Any) -> Any:
    """Floats to 6 significant digits, so that machines agree."""
    if isinstance(tree, Mapping):
        return {k: _rounded(v) for k, v in tree.items()}
    return float(f"{tree:.6g}") if isinstance(tree, float) else tree
