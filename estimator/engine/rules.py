"""Published rules of thumb on how much data a task takes, where no curve says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from estimator.engine.inputs import ProjectInputs
from estimator.vocabulary import Task
from estimator.words.statement import Number, Text, state

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def rules_of_thumb(inputs: ProjectInputs, evidence: Evidence) -> list[dict[str, Any]]:
    """What maintainers and authors say of the number of examples, each with its source.

    Parameters
    ----------
    inputs : ProjectInputs
        Its task; for a task of no name here the stated kind.
    evidence : Evidence
    """
    family = str(inputs.facts.kind if inputs.task is Task.OTHER else inputs.task)
    rows = evidence.records("families_labels")
    return [_told(r, evidence) for r in rows if r["kind"] == "data_size" and r["family"] == family]


def _told(row: Mapping[str, Any], evidence: Evidence) -> dict[str, Any]:
    source = evidence.sources[row["source_id"]]
    what = state(f"rule.what.{row['row_id']}")
    named = Text(source.title)
    if row["value_high"]:
        ends = {"low": _number(row["value"]), "high": _number(row["value_high"])}
        said = state("rule.range", what=what, source=named, **ends)
    else:
        said = state("rule.one", what=what, source=named, value=_number(row["value"]))
    return {"text": said, "source_id": source.source_id, "url": source.url}


def _number(text: str) -> Number | Text:
    """A figure as printed, in the digits of the reader where it is one."""
    try:
        return Number(float(text))
    except ValueError:
        return Text(text)
