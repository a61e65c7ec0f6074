"""Numbers in tables, classes of video and music: rows, labels, work, width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from estimator import ProjectInputs
from estimator.engine.distributions import percentiles
from estimator.engine.simulate import evaluate
from estimator.measure import door

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence


def rows(evidence: Evidence, task: str, **more: object) -> dict[str, CandidateResult]:
    data = {"task": task, "n_labelled_to_buy": 1000, "draws": 512, **more}
    found = evaluate(ProjectInputs.from_dict(data), evidence)
    return {r.candidate.key: r for r in found.results if r.candidate.applies}


def spread(row: CandidateResult) -> tuple[float, float, float]:
    assert row.accuracy.draws is not None
    return percentiles(row.accuracy.draws)


def test_numbers_in_tables_left_out_are_held(evidence: Evidence) -> None:
    fit = evidence.fits["families"]["tabular_regression"]["r2"]
    assert fit["validation"]["n_collections"] >= 15
    for known in ("new", "known"):
        assert 0.7 <= fit["validation"][known]["all"]["coverage_80"] <= 0.9
    known, new = fit["validation"]["known"]["all"], fit["validation"]["new"]["all"]
    assert known["median_abs_error"] < new["median_abs_error"]


def test_numbers_in_tables_grow_with_rows_and_move_with_own_results(evidence: Evidence) -> None:
    few, many = (rows(evidence, "tabular_regression", n_labelled_to_buy=n) for n in (100, 10_000))
    assert set(few) == {"baseline", "linear_probe", "full_finetune", "scratch"}
    for key, row in few.items():
        assert spread(row)[1] < spread(many[key])[1]
    own = [{"approach": "baseline", "n_labelled": 100, "value": 0.3, "n_test": 500}]
    moved = rows(evidence, "tabular_regression", n_labelled_to_buy=100, pilot=own)
    assert spread(moved["baseline"])[1] == pytest.approx(0.3, abs=0.07)
    assert spread(moved["scratch"])[2] < spread(few["scratch"])[2]


def test_a_table_with_a_number_to_tell_leads_here() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    y = x[:, 0] * 3 + x[:, 1] + rng.normal(size=300) * 0.3
    lines = ["size,age,rooms,target"]
    lines += [",".join(f"{v:.4f}" for v in (*a, b)) for a, b in zip(x, y, strict=True)]
    looked = door.look_at_bytes("\n".join(lines).encode(), door.Settings())
    assert looked.facts.quantity
    assert door.scenario_fields(looked.facts)["task"] == "tabular_regression"
    measured = door.run(looked, door.Settings(), door.metrics_of(looked.facts)[0])
    points = door.pilot_points(measured)
    assert points
    assert points[-1]["value"] > 0.8
    ProjectInputs.from_dict({"task": "tabular_regression", "pilot": points})


def test_video_is_priced_by_its_pictures_and_wide_without_an_own_result(
    evidence: Evidence,
) -> None:
    one, many = (
        rows(evidence, "video_classification", n_classes=10, unit={"pixels": 224, "frames": f})
        for f in (1, 16)
    )
    work = [sum(w.units * w.flop_per_unit * w.passes for w in r["full_finetune"].compute.work)
            for r in (one, many)]  # fmt: skip
    assert work[1] == pytest.approx(16 * work[0], rel=0.05)
    own = [{"approach": "full_finetune", "n_labelled": 300, "value": 0.7, "n_test": 300}]
    given = rows(evidence, "video_classification", n_classes=10, pilot=own)
    assert np.diff(spread(given["full_finetune"])[::2]) < np.diff(
        spread(many["full_finetune"])[::2]
    )
    assert spread(many["full_finetune"])[1] > spread(many["scratch"])[1]


def test_music_is_generated_as_is_or_tuned_and_nobody_trains_it_from_nothing(
    evidence: Evidence,
) -> None:
    found = rows(evidence, "music_generation")
    assert set(found) == {"zero_shot", "lora", "full_finetune"}
    for row in found.values():
        p10, p50, p90 = spread(row)
        assert 0.3 < p10 < p50 < p90 < 40
    assert spread(found["full_finetune"])[1] < spread(found["zero_shot"])[1]
