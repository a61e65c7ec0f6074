"""Charts: what is drawn is what the answer says; words, table and both themes for each."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from estimator.report import (
    figures,
    figures_accuracy,
    figures_decision,
    figures_money,
    figures_validation,
)
from estimator.report.chart import Chart, hover, place_labels, spread_labels
from estimator.report.theme import DARK, LIGHT, SYMBOLS, Theme, template
from estimator.vocabulary import Phase
from estimator.words.texts import phase_label
from tests.unit.report_sample import answer, comparison, rng_frame, scenario

CURVE = pd.DataFrame(
    {
        "value": np.linspace(0.6, 0.9, 8),
        "usd_p10": np.linspace(1e4, 2e4, 8),
        "usd_p50": np.linspace(2e4, 4e4, 8),
        "usd_p90": np.linspace(3e4, 9e4, 8),
        "extrapolated": np.arange(8) > 5,
    }
)
HELD = pd.DataFrame({"stated": [0.1, 0.5, 0.9], "observed": [0.12, 0.5, 0.86], "n": [20, 40, 30]})
ERRORS = pd.DataFrame({"group": list("ab") * 10, "error": np.linspace(-1, 1, 20)})


def make(name: str, dark: bool) -> Chart:
    a, c = answer(scenario()), comparison(scenario())
    builders: dict[str, Callable[[], Chart]] = {
        "frontier": lambda: figures.frontier(a, dark=dark),
        "accuracy": lambda: figures_accuracy.accuracy(a, c.evaluation, dark=dark),
        "costs": lambda: figures_money.costs(a, dark=dark),
        "cashflow": lambda: figures_money.cashflow(a, dark=dark),
        "gantt": lambda: figures_money.gantt(a, dark=dark),
        "energy": lambda: figures_money.energy(a, dark=dark),
        "break_even": lambda: figures_money.break_even(
            [1e3, 1e5, 1e7],
            {"lora": [(8, 9, 11), (8, 9, 11), (9, 12, 15)],
             "zero_shot": [(1, 1, 2), (2, 3, 4), (90, 200, 300)]},
            [("lora", "zero_shot", 5e5)], 1e5, dark=dark,
        ),
        "tornado": lambda: figures_decision.tornado(a, dark=dark),
        "best": lambda: figures_decision.best(a, dark=dark),
        "budget": lambda: figures_decision.budget(
            a, [1e3, 1e4], [[0.5, 0.6], [0.6, 0.7], [0.7, 0.8]], ["zero_shot", "lora"], dark=dark
        ),
        "cost_curves": lambda: figures_decision.cost_curves(a, {"lora": CURVE}, dark=dark),
        "predicted": lambda: figures_validation.predicted(rng_frame(), "device-hours", dark=dark),
        "reliability": lambda: figures_validation.reliability(HELD, dark=dark),
        "residuals": lambda: figures_validation.residuals(ERRORS, "log error", dark=dark),
    }  # fmt: skip
    return builders[name]()


NAMES = (
    "frontier",
    "accuracy",
    "costs",
    "cashflow",
    "gantt",
    "energy",
    "break_even",
    "tornado",
    "best",
    "budget",
    "cost_curves",
    "predicted",
    "reliability",
    "residuals",
)


@pytest.mark.parametrize("name", NAMES)
def test_every_chart_has_words_a_table_and_both_themes(name: str) -> None:
    light, dark = make(name, False), make(name, True)
    assert len(light.alt) > 20
    assert not light.empty
    assert len(light.figure.checked().data) > 0
    assert light.figure.checked().layout.template.layout.font.color == LIGHT.text
    assert dark.figure.checked().layout.template.layout.font.color == DARK.text
    assert "nan" not in light.alt.lower().split()


@pytest.mark.parametrize("name", ["frontier", "accuracy", "costs", "energy", "cost_curves"])
def test_uncertainty_is_drawn(name: str) -> None:
    traces = make(name, False).figure.checked().data
    bars = [t for t in traces if t.error_x.array is not None or t.error_y.array is not None]
    bands = [t for t in traces if getattr(t, "fill", None) == "toself"]
    assert bars or bands


def test_arrays_travel_as_float32() -> None:
    traces = make("accuracy", False).figure.checked().to_dict()["data"]
    packed = [t["y"] for t in traces if isinstance(t["y"], dict)]
    assert packed
    assert {y["dtype"] for y in packed} == {"f4"}


def test_frontier_draws_the_answer() -> None:
    a = answer(scenario())
    chart = figures.frontier(a)
    drawn = {t.name: float(t.y[0]) for t in chart.figure.checked().data if t.mode == "markers+text"}
    for row in a["approaches"]:
        assert drawn[row["label"]] == pytest.approx(row["accuracy"]["p50"] * 100, rel=1e-6)
    assert len(chart.table) == len(a["approaches"])


def test_stacks_add_up_to_the_plan() -> None:
    a = answer(scenario())
    table = figures_money.costs(a).table
    phases = [f"{phase_label(str(p))}, USD" for p in Phase]
    for (_, drawn), row in zip(table.iterrows(), a["approaches"], strict=True):
        plan = drawn["Plan: all lines, USD"]
        assert sum(drawn[p] for p in phases) == pytest.approx(plan, abs=0.06)
        assert plan == row["cost_usd"]["total"]["base"]
        up = plan + drawn["Allowance for surprises, USD"]
        assert up == pytest.approx(drawn["Expected total, USD"], abs=0.005)


def test_cash_flow_sums_to_the_total() -> None:
    table = figures_money.cashflow(answer(scenario()), "lora").table
    flow = answer(scenario())["approaches"][4]["cash_flow_usd"]
    assert table.iloc[-1, 2] == pytest.approx(sum(flow), abs=0.01)


def test_curve_band_holds_its_middle() -> None:
    table = make("accuracy", False).table
    for low, mid, high in zip(*(table.columns[k::3] for k in (1, 2, 3)), strict=True):
        assert (table[low] <= table[mid]).all()
        assert (table[mid] <= table[high]).all()


def test_published_points_are_those_of_the_curves_and_not_too_many() -> None:
    n = 3000
    points = pd.DataFrame(
        {"n_labelled": np.arange(n), "approach": ["lora", "scratch", "distill"] * (n // 3)}
    )
    drawn = figures_accuracy.drawn_points(points, ["lora", "scratch#1"])
    assert set(drawn["approach"]) == {"lora", "scratch"}
    assert 200 <= len(drawn) <= 400
    assert figures_accuracy.on_axis([0, 50]).tolist() == [1.0, 50.0]


def test_published_points_show_their_source_on_hovering() -> None:
    points = pd.DataFrame(
        {"n_labelled": [100.0], "value": [0.8], "approach": ["baseline"], "dataset": ["<i>D</i>"],
         "source": ["A paper; Table 3"]}
    )  # fmt: skip
    a, c = answer(scenario()), comparison(scenario())
    chart = figures_accuracy.accuracy(a, c.evaluation, points)
    texts = [t.hovertext for t in chart.figure.checked().data if t.hovertext is not None]
    assert any("A paper; Table 3" in str(t) for t in texts)
    assert not any("<i>" in str(t) for t in texts)


@pytest.mark.parametrize("metric", ["wer", "accuracy"])
def test_lower_is_better_turns_the_axis(metric: str) -> None:
    a = copy.deepcopy(answer(scenario()))
    for row in a["approaches"]:
        row["accuracy"]["metric"] = metric
    axis = figures.frontier(a).figure.checked().layout.yaxis
    assert (axis.autorange == "reversed") == (metric == "wer")


def test_nothing_to_draw_is_said() -> None:
    a = copy.deepcopy(answer(scenario()))
    for row in a["approaches"]:
        row["accuracy"] = None
    chart = figures.frontier(a)
    assert chart.empty
    assert chart.figure.checked().layout.annotations[0].text == chart.alt


def test_log_axes_are_explained() -> None:
    for name in ("frontier", "accuracy", "energy", "break_even"):
        layout = make(name, False).figure.checked().layout
        logs = [x for x in (layout.xaxis, layout.yaxis) if x.type == "log"]
        assert logs
        assert all("log" in x.title.text for x in logs)


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def oklab(rgb: np.ndarray) -> np.ndarray:
    to_lms = np.array([[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740],
                       [0.08830, 0.28172, 0.62998]])  # fmt: skip
    to_lab = np.array([[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059],
                       [0.02590, 0.78277, -0.80868]])  # fmt: skip
    return to_lab @ np.cbrt(np.clip(to_lms @ rgb, 0, None))


SIGHT = {
    "normal": np.eye(3),
    "protan": np.array([[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992],
                        [-0.0039, -0.0481, 1.0520]]),
    "deutan": np.array([[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474],
                        [-0.0118, 0.0429, 0.9690]]),
    "tritan": np.array([[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476],
                        [0.0047, 0.6914, 0.3039]]),
}  # fmt: skip


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("sight", SIGHT)
def test_approaches_can_be_told_apart(theme: Theme, sight: str) -> None:
    colours = {a: np.clip(SIGHT[sight] @ linear(c), 0, 1) for a, c in theme.approaches.items()}
    for a, b in itertools.combinations(colours, 2):
        gap = np.linalg.norm(oklab(colours[a]) - oklab(colours[b]))
        assert gap > 0.055, (a, b, gap)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast(theme: Theme) -> None:
    for colour in (theme.text, theme.muted, theme.accent, theme.good, theme.bad):
        assert contrast(colour, theme.page) >= 4.5
    for colour in theme.approaches.values():
        assert contrast(colour, theme.page) >= 3.0
    assert template(theme.dark)["layout"]["font"]["color"] == theme.text


def test_each_approach_has_a_mark_of_its_own() -> None:
    assert len(set(SYMBOLS.values())) == len(SYMBOLS) == 10


def test_labels_keep_their_distance() -> None:
    placed = np.sort(spread_labels([1.0, 1.0, 1.01, 5.0], 0.5))
    assert (np.diff(placed) > 0.49).all()
    labels = place_labels([0, 0, 0], [0, 0, 0], ["a" * 20] * 3, [True, False, False])
    assert labels[0].side
    assert all(label.side or label.away for label in labels)


def test_user_text_is_no_markup() -> None:
    assert hover("<b>x</b> & y") == "&lt;b&gt;x&lt;/b&gt; &amp; y"


def test_infeasible_rows_are_greyed() -> None:
    a: dict[str, Any] = copy.deepcopy(answer(scenario()))
    a["approaches"][0]["feasible"] = False
    first = next(
        t for t in figures.frontier(a).figure.checked().data if t.name == "Simple baseline"
    )
    assert first.marker.line.color == LIGHT.muted
    assert first.marker.color == figures.HOLLOW
