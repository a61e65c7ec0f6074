"""Time series: relative MASE of every row, own results, no labelling bill, hours, backtest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from estimator import ProjectInputs
from estimator.engine.accuracy import series
from estimator.engine.accuracy.series import Member, Point
from estimator.engine.compute.work import SERIES_CONTEXT, STEPS_PER_TOKEN
from estimator.engine.distributions import percentiles
from estimator.engine.series_names import AS_IS, TUNED, series_model, series_set
from estimator.engine.simulate import evaluate, quick_comparison
from estimator.errors import InputError
from estimator.lab.accuracy.backtest import backtest_curves
from estimator.report.tables import lines
from estimator.report.text import left_out
from estimator.vocabulary import NO_ROWS, Approach, Phase, Task

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence

UNIT = {"series": 200, "horizon": 14, "steps": 700}


def rows(evidence: Evidence, **fields: object) -> dict[str, CandidateResult]:
    data = {"task": "time_series", "unit": UNIT, "draws": 1024, **fields}
    found = evaluate(ProjectInputs.from_dict(data), evidence)
    return {r.candidate.key: r for r in found.results}


def width(row: CandidateResult) -> float:
    assert row.accuracy.draws is not None
    p10, _, p90 = percentiles(row.accuracy.draws)
    return float(np.log(p90 / p10))


def middle(row: CandidateResult) -> float:
    assert row.accuracy.draws is not None
    return percentiles(row.accuracy.draws)[1]


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("amazon/chronos-bolt-base", "chronos-bolt-base"),
        ("Chronos_small", "chronos-t5-small"),
        ("chronos-2", "chronos-2"),
        ("timesfm_2_0_500m", "timesfm-2.0"),
        ("TimesFM-2.5", "timesfm-2.5"),
        ("Moirai2", "moirai-2.0"),
        ("Moirai_large", "moirai-large"),
        ("TTM-R3-FT", "ttm-r3"),
        ("Seasonal Naive", "seasonal-naive"),
        ("Stat. Ensemble", "stat-ensemble"),
    ],
)
def test_models_are_known_by_their_spellings(name: str, model: str) -> None:
    assert series_model(name) == model


def test_a_data_set_is_one_under_its_spellings() -> None:
    assert series_set("monash_electricity_hourly") == series_set("electricity/H/short")
    assert series_set("m4_daily/D/short") == series_set("m4_daily")
    assert series_set("solar/D/short") != series_set("fev-bench solar_1D")


def test_collections_are_merged(evidence: Evidence) -> None:
    gift = [p for p in series.published(evidence) if p.member.source == "GIFT-Eval"]
    assert len({p.member.dataset for p in gift}) > 90
    assert 18 <= len({p.member.collection for p in gift}) <= 28


def test_open_models_as_they_are_beat_seasonal_naive(evidence: Evidence) -> None:
    found = rows(evidence)
    assert 0.55 < middle(found["zero_shot"]) < 0.85
    assert middle(found["zero_shot"]) < middle(found["baseline"]) < 1.0
    assert found["linear_probe"].accuracy.draws is None
    assert found["linear_probe"].accuracy.reason is not None


def test_tuning_gains_little_and_sometimes_nothing(evidence: Evidence) -> None:
    found = rows(evidence)
    tuned, as_is = found["full_finetune"].accuracy.draws, found["zero_shot"].accuracy.draws
    assert tuned is not None
    assert as_is is not None
    gain = 1 - tuned[1:] / as_is[1:]
    assert 0.0 < float(np.median(gain)) < 0.06
    assert 0.1 < float((gain < 0).mean()) < 0.45
    assert found["lora"].accuracy.grade.grade == "borrowed"


def test_what_is_known_of_the_future_helps_models_that_read_it(evidence: Evidence) -> None:
    blind, read = rows(evidence), rows(evidence, unit={**UNIT, "covariates": 3})
    assert middle(read["baseline"]) < middle(blind["baseline"])
    assert middle(read["scratch"]) >= middle(blind["scratch"])


def test_an_own_result_narrows_the_row_and_its_neighbours(evidence: Evidence) -> None:
    before = rows(evidence)
    pilot = [{"approach": "zero_shot", "n_labelled": 0, "value": 0.9}]
    after = rows(evidence, pilot=pilot)
    assert middle(after["zero_shot"]) == pytest.approx(0.9, abs=0.06)
    assert width(after["zero_shot"]) < width(before["zero_shot"]) / 2
    assert width(after["baseline"]) < width(before["baseline"])
    assert middle(after["baseline"]) > middle(before["baseline"])


def test_weights_agree_with_entering_the_result(evidence: Evidence) -> None:
    before = rows(evidence, draws=8192)
    truth, other = before["zero_shot"].accuracy.truth, before["baseline"].accuracy.draws
    assert truth is not None
    assert other is not None
    weight = truth.weights(0.0, 500, 0.75)
    pilot = [{"approach": "zero_shot", "n_labelled": 0, "value": 0.75}]
    entered = rows(evidence, draws=8192, pilot=pilot)["baseline"]
    assert float(np.average(other[1:], weights=weight[1:])) == pytest.approx(
        float(entered.accuracy.draws[1:].mean()),
        rel=0.03,  # type: ignore[index]
    )


def test_no_labels_are_billed(evidence: Evidence) -> None:
    for key, row in rows(evidence, n_labelled_to_buy=5000, n_evaluation=800).items():
        phases = {i.phase for i in row.money.items}
        assert Phase.LABELLING not in phases, key
        assert not any("label" in i.item for i in row.money.items), key
        assert row.money.usd_per_labelled_example is None


def test_windows_of_the_past_are_the_examples() -> None:
    inputs = ProjectInputs.from_dict({"task": "time_series", "unit": UNIT})
    assert (inputs.n_labelled_available, inputs.n_labelled_to_buy) == (200 * 50, 0)
    assert inputs.unit["covariates"] == 0.0
    again = ProjectInputs.from_dict(inputs.to_dict())
    assert again == inputs


def test_wrong_units_are_refused_in_one_sentence() -> None:
    for unit in ({"horizon": 0}, {"series": 0.5, "horizon": 3}, {"tokens": 3}, {"steps": 1}):
        with pytest.raises(InputError):
            ProjectInputs.from_dict({"task": "time_series", "unit": unit})


def test_another_metric_gets_no_number(evidence: Evidence) -> None:
    found = rows(evidence, target={"metric": "mase", "value": 1.0})
    assert all(r.accuracy.draws is None for r in found.values())
    assert found["zero_shot"].compute.feasible


def test_hours_grow_with_the_series(evidence: Evidence) -> None:
    small, large = rows(evidence), rows(evidence, unit={**UNIT, "series": 20_000})
    for key in ("baseline", "scratch", "full_finetune"):
        before, after = (f[key].compute.device_hours_draws[0] for f in (small, large))
        assert after > before > 0, key
    assert str(small["baseline"].compute.device_kind) == "cpu"


def test_judgements_in_code_are_those_of_the_table(evidence: Evidence) -> None:
    assert evidence.assumptions["compute.series_context"].p50 == SERIES_CONTEXT
    assert evidence.assumptions["compute.series_patch"].p50 == STEPS_PER_TOKEN


def test_a_named_data_set_conditions(evidence: Evidence) -> None:
    easy = rows(evidence, facts={"similar_dataset": "jena_weather"})
    hard = rows(evidence, facts={"similar_dataset": "m4_yearly"})
    assert width(easy["zero_shot"]) < width(rows(evidence)["zero_shot"])
    assert middle(easy["zero_shot"]) != pytest.approx(middle(hard["zero_shot"]), abs=0.02)
    with pytest.raises(InputError):
        rows(evidence, facts={"similar_dataset": "no such set"})


def test_a_point_of_the_same_model_decides(evidence: Evidence) -> None:
    fit = evidence.fits["series"]
    asked = Member(TUNED, "chronos-2", "mine", "mine", covariates=False)
    seen = Point(Member(AS_IS, "chronos-2", "mine", "mine", covariates=False), 1.2, "")
    alone, given = series.joint([asked], fit, ()), series.joint([asked], fit, [seen])
    assert given.mean[0] > alone.mean[0] + 0.3
    assert given.cov[0, 0] < alone.cov[0, 0] / 4


def test_backtest_speaks_in_the_unit_of_the_row(evidence: Evidence) -> None:
    def row(**more: object) -> dict[str, object]:
        return {
            "curve_id": "x", "task_family": "time_series", "dataset": "own sales",
            "approach": "zero_shot", "backbone": "chronos-2", "n_labelled": 0, "metric": "MASE",
            "value": 1.4, "baseline_value": 2.0, "source_family": "somebody", **more,
        }  # fmt: skip

    table = pd.DataFrame(
        [
            row(),
            row(metric="MASE relative to seasonal naive", value=0.7),
            row(baseline_value=None),
            row(metric="WQL (CRPS)"),
            row(backbone="Seasonal naive", approach="baseline"),
        ]
    )
    found = backtest_curves(table, evidence)["rows"]
    assert found[0]["p50"] == pytest.approx(2 * found[1]["p50"])
    assert found[0]["inside"]
    assert found[0]["new_dataset"]
    assert [r["p50"] for r in found[2:]] == [None] * 3
    assert "seasonal naive" in found[2]["reason"]


def test_rows_that_mean_nothing_are_not_shown(evidence: Evidence) -> None:
    inputs = ProjectInputs.from_dict({"task": "time_series", "unit": UNIT, "draws": 256})
    answer = quick_comparison(inputs, evidence, ladder=False).to_dict()
    assert len(answer["approaches"]) == len(Approach)
    shown = {line.key for line in lines(answer)}
    assert shown == {a for a in map(str, Approach) if a not in NO_ROWS[Task.TIME_SERIES]}
    assert "Feature extraction" in left_out(answer)
    assert "Merkmale" in left_out(answer, "de")
    ordinary = ProjectInputs.from_dict({"task": "text_classification", "draws": 256})
    plain = quick_comparison(ordinary, evidence, ladder=False).to_dict()
    assert left_out(plain) == ""
    assert all("applies" not in r for r in plain["approaches"])
