"""Published points behind a chart, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.fit import usable
from estimator.engine.accuracy.rows import columns_from_frame, lookup_of

if TYPE_CHECKING:
    import pandas as pd

    from estimator.evidence.load import Evidence


@dataclass(frozen=True)
class FittedRange:
    """Range of labelled examples that stands behind a pair of task and approach."""

    n_labelled_min: float | None
    n_labelled_max: float | None
    n_points: int
    n_sources: int
    source_ids: tuple[str, ...]


def curve_table(
    evidence: Evidence,
    task: str | None = None,
    approach: str | None = None,
    dataset: str | None = None,
) -> pd.DataFrame:
    """Published points of a task, an approach or a data set, in canonical units.

    Parameters
    ----------
    evidence : Evidence
    task, approach, dataset : str, optional
        The product's names; None keeps all.

    Returns
    -------
    DataFrame
        task, approach, variant, dataset, curve_id, metric, metric_group, n_labelled [examples],
        n_classes, value [canonical unit], published_value, source_id, locator, source_family.
    """
    import pandas as pd

    lookup = lookup_of(evidence)
    frame = usable(evidence.table("curves"), lookup)
    columns = columns_from_frame(frame, lookup)
    out = pd.DataFrame(
        {
            "task": columns["task"],
            "approach": columns["approach"],
            "variant": columns["variant"],
            "dataset": frame["dataset"].tolist(),
            "dataset_id": columns["dataset"],
            "backbone": frame["backbone"].tolist(),
            "curve_id": columns["curve"],
            "metric": columns["metric"],
            "metric_group": [scales.metric_group(m) for m in columns["metric"]],
            "n_labelled": columns["n_labelled"],
            "n_classes": columns["n_classes"],
            "value": columns["value"],
            "published_value": frame["value"].tolist(),
            "source_id": frame["source_id"].tolist(),
            "locator": frame["locator"].tolist(),
            "source_family": columns["source"],
        }
    )
    keep = np.ones(len(out), bool)
    for name, wanted in (("task", task), ("approach", approach), ("dataset_id", dataset)):
        if wanted is not None:
            keep &= (out[name] == wanted).to_numpy()
    return out[keep].reset_index(drop=True)


def fitted_range(evidence: Evidence, task: str, approach: str) -> FittedRange:
    """Range of labels, points and sources behind a pair of task and approach."""
    cell = evidence.fits["accuracy"]["cells"].get(f"{task}|{approach}")
    if cell is None:
        return FittedRange(None, None, 0, 0, ())
    return FittedRange(
        cell["n_labelled_min"],
        cell["n_labelled_max"],
        cell["n_points"],
        cell["n_sources"],
        tuple(cell["source_ids"]),
    )
