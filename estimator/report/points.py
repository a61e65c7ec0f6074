"""Published points that belong behind a project's curves, each with its source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from estimator.engine.comparison import Comparison
from estimator.engine.inputs import ProjectInputs
from estimator.evidence.names import approach_of, task_of

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

SECONDS_PER_HOUR = 3600.0
MOST_PLACES = 2
PLACE_CHARACTERS = 90


def published_points(evidence: Evidence, inputs: ProjectInputs) -> pd.DataFrame:
    """Points of the project's task in the target's metric.

    Returns
    -------
    DataFrame
        n_labelled (examples; hours of speech counted as clips of the project's length), value in
        the metric's own unit, approach, dataset, source (title and place in it), source_id.
    """
    frame = evidence.table("curves")
    known = evidence.metric_spellings
    metric = str(inputs.target.metric)
    families = zip(frame["task_family"], frame["domain"], strict=True)
    wanted = [
        task_of(family, str(domain)) == inputs.task and m in known and known[m].name == metric
        for (family, domain), m in zip(families, frame["metric"], strict=True)
    ]
    rows = frame[np.array(wanted, bool)]
    approach = rows["approach"].map(approach_of)
    rows = rows[approach.notna() & rows["n_labelled"].notna() & rows["value"].notna()]
    count = rows["n_labelled"].copy()
    hours = rows["label_unit"].str.contains("hour", na=False)
    if inputs.unit_name == "audio_seconds":
        count[hours] *= SECONDS_PER_HOUR / inputs.unit_length
    scale = [known[m].to_canonical for m in rows["metric"]]
    titles = {i: s.title for i, s in evidence.sources.items()}
    where = zip(rows["source_id"], rows["locator"], strict=True)
    return pd.DataFrame(
        {
            "n_labelled": count,
            "value": rows["value"] * scale,
            "approach": approach[rows.index],
            "dataset": rows["dataset"],
            "source": [f"{titles.get(i, i)}; {place}" for i, place in where],
            "source_id": rows["source_id"],
        }
    ).reset_index(drop=True)


def locators(comparison: Comparison, evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Places in each source where figures of this project stand, at most two for a source."""
    found: dict[str, list[str]] = {}
    for source_id, place in _places(comparison, evidence):
        known = found.setdefault(source_id, [])
        shown = place if len(place) <= PLACE_CHARACTERS else place[: PLACE_CHARACTERS - 1] + "…"
        if shown and shown not in known and len(known) < MOST_PLACES:
            known.append(shown)
    return {source_id: tuple(places) for source_id, places in found.items()}


def _places(comparison: Comparison, evidence: Evidence) -> Iterator[tuple[str, str]]:
    inputs = comparison.evaluation.inputs
    for result in comparison.evaluation.results:
        if result.candidate.model:
            yield result.candidate.model.source_id, result.candidate.model.locator
        if result.compute.accelerator:
            yield result.compute.accelerator.source_id, result.compute.accelerator.locator
    c = inputs.compute
    wanted = (c.provider, c.region, c.accelerator)
    for p in evidence.prices:
        if (p.provider, p.region, p.accelerator) == wanted:
            yield p.source_id, p.locator
    for point in published_points(evidence, inputs).itertuples():
        yield str(point.source_id), str(point.source).split("; ", 1)[1]
