"""Judgements behind a bill: the money they carry, and what half or twice of them changes."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from estimator.cli.main import main
from estimator.engine.judgements import Judgements, judgements, over_examples
from estimator.engine.simulate import evaluate
from estimator.report.judged import judged_heads, judged_rows, judged_sentence
from estimator.words.format import Style

if TYPE_CHECKING:
    from pathlib import Path

    from estimator.engine.inputs import ProjectInputs
    from estimator.evidence.load import Evidence

AUDIT = "serving.audit_days_per_year"


@pytest.fixture(scope="module")
def few() -> ProjectInputs:
    from tests.conftest import load_preset

    return load_preset("small_firm").replace("draws", 128)


@pytest.fixture(scope="module")
def found(few: ProjectInputs, evidence: Evidence) -> Judgements:
    whole = judgements(few, evidence)
    assert whole is not None
    return whole


def test_money_is_that_of_the_lines_in_which_a_judgement_stands(
    found: Judgements, few: ProjectInputs, evidence: Evidence
) -> None:
    row = next(r for r in evaluate(few, evidence).results if r.candidate.key == found.row)
    for j in found.rows:
        lines = [i for i in row.money.items if j.assumption in i.assumption_ids]
        assert j.carried_usd == pytest.approx(sum(i.usd_draws[0] for i in lines))
        assert evidence.assumptions[j.assumption].source_id == "judgement"
    assert [j.carried_usd for j in found.rows] == sorted(
        (j.carried_usd for j in found.rows), reverse=True
    )


def test_half_and_twice_of_a_factor_of_one_line_by_hand(found: Judgements) -> None:
    """Three days of review: half of the line is saved, as much again is added."""
    audit = next(j for j in found.rows if j.assumption == AUDIT)
    half, twice = audit.totals_usd
    assert found.total_usd - half == pytest.approx(audit.carried_usd / 2, abs=0.02)
    assert twice - found.total_usd == pytest.approx(audit.carried_usd, abs=0.02)


def test_a_typed_figure_is_no_judgement_any_more(few: ProjectInputs, evidence: Evidence) -> None:
    typed = judgements(few.replace("assumptions", {AUDIT: 1.0}), evidence, half_and_twice=False)
    assert typed is not None
    assert AUDIT not in {j.assumption for j in typed.rows}


def test_the_share_is_that_of_lines_with_a_judgement(
    found: Judgements, few: ProjectInputs, evidence: Evidence
) -> None:
    row = next(r for r in evaluate(few, evidence).results if r.candidate.key == found.row)
    assumed = sum(i.usd_draws[0] for i in row.money.items if i.basis == "assumed")
    assert found.share == pytest.approx(assumed / found.total_usd)
    whole = over_examples({"a": few, "b": few}, evidence)
    assert (whole.examples, whole.median_share) == (2, pytest.approx(found.share))


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_table_says_where_the_choice_moves(found: Judgements, language: str) -> None:
    style = Style(language)
    first = dataclasses.replace(found.rows[0], choices=("scratch", found.choice))
    moved = dataclasses.replace(found, rows=(first, *found.rows[1:]))
    rows = judged_rows(moved, None, style)
    assert all(len(r) == len(judged_heads(style)) for r in rows)
    assert ("half" if language == "en" else "Hälfte") in rows[0][5]
    assert "1" in judged_sentence(moved, style)


def test_the_command_prints_them(
    few: ProjectInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(few.to_dict()))
    assert main(["evidence", "--judgements", "--of", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {r["assumption"] for r in told["rows"]} >= {AUDIT}
    assert main(["evidence", "--of", str(path)]) == 2
