"""The Python door of CONTRACT section 5."""

from __future__ import annotations

from typing import Any

from estimator.engine import simulate
from estimator.engine.comparison import Comparison
from estimator.engine.inputs import ProjectInputs
from estimator.engine.spelling import own_book
from estimator.errors import InputError
from estimator.evidence.load import Evidence
from estimator.evidence.own_prices import read_book


def compare_approaches(
    inputs: ProjectInputs, evidence: Evidence, searches: bool = True
) -> Comparison:
    """Compare the ten approaches for one project.

    Parameters
    ----------
    inputs : ProjectInputs
    evidence : Evidence
        Of ``load_evidence()``. Where ``inputs.prices`` names a price book, its rows replace those
        of the providers it names.
    searches : bool
        Without them the answer holds no switching values, no drivers and no plan of the next
        labels, and is made some ten times as fast; all other figures are the same.

    Returns
    -------
    Comparison
        ``to_dict()`` is the JSON of ``compare --json``.

    Raises
    ------
    InputError
        Names the field, the value and what is allowed.
    """
    if inputs.prices:
        evidence = with_price_book(evidence, inputs.prices)
    compare = simulate.compare_approaches if searches else simulate.quick_comparison
    return compare(inputs, evidence)


def with_price_book(evidence: Evidence, path: str) -> Evidence:
    """The evidence with the price book of a CSV file; raises InputError at the first bad cell."""
    return with_price_text(evidence, read_book(path), path)


def with_price_text(evidence: Evidence, text: str, path: str) -> Evidence:
    """The evidence with a price book given as text; ``path`` is what complaints name."""
    rows, problems = own_book(text, evidence)
    if problems:
        first = problems[0]
        more = f" ({len(problems)} bad cells)" if len(problems) > 1 else ""
        where = f"prices, {path}, line {first.line}, {first.column}"
        raise InputError(where, first.value, f"{first.allowed}{more}")
    return evidence.with_prices(rows, text)


def measure_examples(
    data: bytes,
    evidence: Evidence,
    *,
    text: str | None = None,
    label: str | None = None,
    task: str | None = None,
    metric: str | None = None,
    frozen: bool = False,
    in_use: str | None = None,
) -> dict[str, Any]:
    """Read a labelled file and measure its baseline, as the command ``measure`` does.

    Parameters
    ----------
    data : bytes
        The file as it is.
    evidence : Evidence
    text, label, task : str, optional
        Columns and task where the guess is wrong.
    metric : str, optional
        What is measured; the usual one of such labels by default.
    frozen : bool
        Whether frozen features are measured too, where their package is installed.
    in_use : str, optional
        ``same`` or ``later_or_other``: answer to the question of the result.

    Returns
    -------
    dict
        Facts, notes, points; ``pilot`` and ``scenario`` go into a scenario. No text of the file.

    Raises
    ------
    InputError
        Says what the file is and what to do instead.
    """
    from estimator.measure import door, telling
    from estimator.measure.table import Table

    settings = door.Settings.of(evidence.assumptions)
    looked = door.look_at_bytes(data, settings, text=text, label=label, task=task)
    if isinstance(looked.table, Table):
        door.check_label(looked.facts, looked.table.header)
    wanted = metric or door.metrics_of(looked.facts)[0]
    refusal = door.why_not(looked.facts, wanted)
    found = door.run(looked, settings, wanted, frozen=frozen) if refusal is None else None
    document = telling.document(looked, found, in_use)
    if refusal is not None:
        document["notes"].append(str(refusal))
        document["notes_statements"].append(refusal.statement.to_json())
    return document
