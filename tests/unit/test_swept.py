"""What a sweep shows: which input moves the choice, and a map of two inputs."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from estimator.cli import main
from estimator.engine.summaries import PlanSummary, RowSummary, ScenarioSummary
from estimator.engine.swept import (
    NOTHING,
    Swept,
    around,
    choice_map,
    choice_of,
    influences,
    ladder,
    movable,
    steps_of,
)
from estimator.errors import InputError
from estimator.report.figures_sweep import influence, two_inputs
from estimator.words.format import Style
from tests.conftest import PRESETS, ROOT, load_preset

ORIGIN = {"data_version": "d", "code_version": "c", "seed": 0, "draws": 64}


def made(rule: Any, *values: Any) -> Swept:
    points = list(itertools.product(*values))
    paths = ("n_labelled_to_buy", "people.wage_factor", "target.value")[: len(values)]
    columns = tuple(zip(*points, strict=True))
    return Swept(paths, columns, tuple(rule(*p) for p in points), True, "accuracy", ORIGIN)


def test_the_input_that_settles_the_choice_comes_first() -> None:
    labels, wages = range(100, 1100, 100), (0.5, 0.8, 1.0, 1.5)
    swept = made(lambda n, _: "lora" if n > 500 else "zero_shot", labels, wages)
    first, second = influences(swept)
    assert first.path == "n_labelled_to_buy"
    assert first.share == pytest.approx(1.0, abs=0.2)
    assert second.share < 0.05
    assert first.choices == ("zero_shot",) * 5 + ("lora",) * 5


def test_nothing_moves_where_all_choose_alike() -> None:
    swept = made(lambda *_: "lora", range(5), (1.0, 2.0))
    assert [i.share for i in influences(swept)] == [0.0, 0.0]
    assert "LoRA" in influence(swept, Style()).alt


def test_two_inputs_that_act_together_alone_move_nothing() -> None:
    swept = made(lambda a, b, _: "lora" if (a + b) % 2 else "scratch", range(2), range(2), range(9))
    assert max(i.share for i in influences(swept)) < 0.05
    drawn = choice_map(swept, "n_labelled_to_buy", "people.wage_factor")
    assert drawn.choices == (("scratch", "lora"), ("lora", "scratch"))
    assert drawn.shares == ((1.0, 1.0), (1.0, 1.0))


def test_many_values_are_read_in_ranges() -> None:
    steps = steps_of([k / 10 for k in range(1000)])
    assert len(steps.values) == 6
    assert steps.values[0][0] == 0.0
    assert steps.values[-1][1] == 99.9
    assert min((steps.code == k).sum() for k in range(6)) >= 160


def test_a_map_of_what_was_not_varied_is_refused() -> None:
    swept = made(lambda *_: "lora", range(2), range(2))
    with pytest.raises(InputError, match="finance"):
        choice_map(swept, "finance.tax_rate", "n_labelled_to_buy")
    with pytest.raises(InputError):
        choice_map(swept, "n_labelled_to_buy", "n_labelled_to_buy")


def row(key: str, usd: float, reached: float, feasible: bool = True) -> RowSummary:
    three = (usd, usd, usd)
    return RowSummary(key, feasible, "accuracy", reached, three, three, three, three, three)


def test_the_choice_is_the_plan_or_the_cheapest_sure_row() -> None:
    rows = (row("lora", 10, 0.9), row("scratch", 5, 0.5), row("distill", 7, 0.95, feasible=False))
    assert choice_of(ScenarioSummary(rows), 0.8) == "lora"
    assert choice_of(ScenarioSummary(rows), 0.4) == "scratch"
    assert choice_of(ScenarioSummary(rows), 0.99) == NOTHING
    plan = PlanSummary("not_worth", None, 0.0, "stop", None, 0.0, 0.0, 1.0)
    assert choice_of(ScenarioSummary(rows, plan), 0.8) == "not_worth"
    assert choice_of(ScenarioSummary(problem="no"), 0.8) is None


@pytest.mark.parametrize("name", PRESETS)
def test_the_page_varies_what_is_allowed(name: str) -> None:
    inputs = load_preset(name)
    now = movable(inputs)
    assert len(now) >= 3
    allowed = 0
    for point in around(inputs, now):
        varied = inputs
        for path, value in zip(now, point, strict=True):
            varied = varied.replace(path, value)
        allowed += 1
    assert allowed == 32
    for path, value in now.items():
        steps = ladder(inputs, path, value)
        assert sorted(set(steps)) == sorted(steps)
        assert min(steps) <= value * 1.001
        assert max(steps) >= value * 0.999


@pytest.mark.parametrize("language", ["en", "de"])
def test_charts_are_what_plotly_understands(language: str) -> None:
    swept = made(lambda n, w: "lora" if n > 1 else NOTHING, range(4), (0.5, 1.0))
    style = Style(language)
    for chart in (influence(swept, style), two_inputs(swept, *swept.paths, style)):
        chart.figure.checked()
        assert chart.alt
        assert len(chart.table)


def test_the_command_shows_a_sweep(tmp_path: Path, capsys: Any) -> None:
    grid = {
        "people.wage_factor": [0.6, 1.4],
        "n_labelled_to_buy": [100, 3000],
        "target.value": [0.75],
    }
    preset = str(ROOT / "data" / "presets" / "support_tickets.yaml")
    spec, out = tmp_path / "s.yaml", str(tmp_path / "out")
    for plans in (True, False):
        content = {"base": preset, "draws": 64, "grid": grid, "plans": plans}
        spec.write_text(yaml.safe_dump(content), encoding="utf-8")
        out = str(tmp_path / f"out{plans}")
        assert main(["sweep", str(spec), "--out", out, "--workers", "1"]) == 0
        capsys.readouterr()
        picture = tmp_path / "f.svg"
        assert main(["swept", out, "--svg", str(picture)]) == 0
        said = capsys.readouterr().out
        assert "4 scenarios" in said
        assert picture.read_text(encoding="utf-8").count("<svg") == 1
        assert main(["swept", out, "--json", "--map", "people.wage_factor", "target.value"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["n_scenarios"] == 4
        assert {"data_version", "code_version", "seed", "draws"} <= told.keys()
        assert told["map"]["x"] == "people.wage_factor"
    assert main(["swept", out, "--map", "seed", "target.value"]) == 2
    assert main(["swept", str(tmp_path / "nowhere")]) == 2
