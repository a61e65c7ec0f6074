"""Figures in README.md and ARCHITECTURE.md are those of `validate`; rewritten by the flag.

The set-up lines are the ones of the public contract, word for word.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from estimator.cli.main import main
from tests.conftest import ROOT

SET_UP = (
    "- run:  `python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && "
    ".venv/bin/streamlit run app.py`",
    "- test: `python3 -m venv .venv && .venv/bin/pip install -r tests/requirements.txt && "
    ".venv/bin/pytest`",
)


@pytest.fixture(scope="module")
def validation() -> dict[str, Any]:
    """The shipped validation as printed."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main(["validate", "--json"]) == 0
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def errors(v: dict[str, Any]) -> str:
    """How wrong the estimates are, each source predicted from the others."""
    rows = []
    for own, words in (
        ("0", "no own result"),
        ("1", "one own result at the fewest labels published"),
        ("2", "two of the fewest"),
        ("3", "three of the fewest"),
    ):
        a = v["accuracy"]["overall"][own]["accuracy_like"]
        rows.append(
            (
                f"accuracy, new data set, {words}",
                f"{a['n']:,} points, {a['n_sources']} sources",
                f"median error {a['median_abs_error']:.1f} points",
                f"{a['coverage_80']:.0%}",
            )
        )
    hours, memory = v["compute"]["hours"]["all"], v["compute"]["memory"]
    rows.append(
        (
            "device-hours of a training run",
            f"{hours['n']:,} runs",
            f"median factor {hours['median_factor']:.2f}, {hours['within_2x']:.0%} within 2x",
            f"{hours['coverage_80']:.0%}",
        )
    )
    rows.append(
        (
            "peak memory",
            f"{memory['n']} runs",
            f"median error {memory['median_abs_error']:.0%}",
            "-",
        )
    )
    cost = v["cost"]["summary"]["all, predicted hours"]
    rows.append(
        (
            "cloud cost of a training run",
            f"{cost['n']} runs",
            f"median factor {cost['median_factor']:.2f}, {cost['within_2x']:.0%} within 2x",
            "-",
        )
    )
    labels, rounds = v["accuracy"]["labels_for_target"]["half"], v["accuracy"]["labels_in_rounds"]
    rows.append(
        (
            "labels for a target, half of a curve known",
            f"{labels['n_curves']} curves",
            f"the p90 suffices in {labels['p90_suffices']:.0%}",
            "-",
        )
    )
    rows.append(
        (
            "labels for a target, bought in up to three rounds",
            f"{rounds['n_curves']} curves",
            f"reached in {rounds['reached_in_3']:.0%}, 9 of 10 with at most "
            f"{rounds['p90_surplus']:.0%} more labels than needed",
            "-",
        )
    )
    head = ("estimate", "left out and predicted", "error", "80 % interval holds")
    return table(head, rows)


def forms(v: dict[str, Any]) -> str:
    """Errors of the model forms that were compared, on the same left-out sources."""
    accuracy = [
        (
            str(f["form"]),
            *(f"{f[k]:.1f}" if f.get(k) is not None else "-" for k in ("error_0", "error_1")),
        )
        for f in v["accuracy"]["forms"]
    ]
    compute = [
        (name, f"{f['median_factor']:.2f}", f"{f['within_2x']:.0%}")
        for name, f in v["compute"]["forms"].items()
    ]
    head = ("accuracy: form", "median error in points, no own result", "with one")
    return (
        table(head, accuracy)
        + "\n\n"
        + table(("hours: form", "median factor", "within 2x"), compute)
        + "\n\nAll tables: `python -m estimator validate`, and the evidence page of the dashboard."
    )


BLOCKS = (("README.md", "errors", errors), ("ARCHITECTURE.md", "forms", forms))


@pytest.mark.parametrize(("file", "name", "make"), BLOCKS, ids=[b[0] for b in BLOCKS])
def test_tables_are_those_of_the_validation(
    file: str, name: str, make: Any, validation: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    path: Path = ROOT / file
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    shown, after = rest.split(end)
    wanted = make(validation) + "\n"
    if request.config.getoption("--update-golden"):
        path.write_text(before + begin + wanted + end + after, encoding="utf-8")
        shown = wanted
    assert shown == wanted


def test_set_up_lines_are_those_of_the_contract() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [x for x in lines if x.startswith(("- run:", "- test:"))] == list(SET_UP)


def test_documents_link_to_what_exists() -> None:
    for file in ("README.md", "ARCHITECTURE.md", "CHANGELOG.md"):
        text = (ROOT / file).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (ROOT / target).exists(), (file, target)
