"""Charts as plain values: what plotly itself would have made, and what it accepts."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from estimator import load_evidence
from estimator.engine.comparison import Comparison
from estimator.engine.simulate import quick_comparison
from estimator.report import figures, figures_accuracy, figures_decision, figures_money
from estimator.report.picture import Picture
from estimator.report.points import published_points
from tests.conftest import load_preset


@lru_cache(maxsize=1)
def compared() -> Comparison:
    return quick_comparison(load_preset("support_tickets").replace("draws", 256), load_evidence())


def charts() -> dict[str, Any]:
    found, a = compared(), compared().to_dict()
    inputs = found.evaluation.inputs
    points = published_points(load_evidence(), inputs)
    return {
        "frontier": figures.frontier(a),
        "accuracy": figures_accuracy.accuracy(a, found.evaluation, points),
        "costs": figures_money.costs(a),
        "cashflow": figures_money.cashflow(a, a["approaches"][5]["key"]),
        "energy": figures_money.energy(a),
        "best": figures_decision.best(a),
    }


@pytest.mark.parametrize("name", ["frontier", "accuracy", "costs", "cashflow", "energy", "best"])
def test_plotly_accepts_every_chart_as_it_is_sent(name: str) -> None:
    sent = charts()[name].figure
    assert sent.unchecked().to_dict() == sent.to_dict()
    checked = sent.checked()
    assert len(checked.data) == len(sent.to_dict()["data"])
    json.dumps(sent.to_dict(), allow_nan=False)


def test_the_methods_make_what_plotlys_make() -> None:
    ours, theirs = Picture(), go.Figure()
    for figure in (ours, theirs):
        figure.add_scatter(
            x=np.arange(20, dtype=np.float32), y=[1, 2], mode="lines", line={"width": 2},
            error_x={"array": [1.0]}, marker_color="red", hovertext=None,
        )  # fmt: skip
        figure.add_bar(x=[1], y=[2], marker={"color": "#000"})
        figure.add_annotation(text="a", x=1, y=2, font_size=12)
        figure.add_vline(x=3, line={"color": "red"})
        figure.update_layout(title={"text": "t"}, margin_r=3, height=40, paper_bgcolor="white")
        figure.update_xaxes(title_text="x", tickvals=[1], type="log")
        figure.update_yaxes(autorange="reversed")
        figure.update_yaxes(title_text="y")
    made, wanted = ours.checked().to_dict(), theirs.to_dict()
    wanted["layout"].pop("template", None)
    made["layout"].pop("template", None)
    assert made == wanted


def test_a_line_with_its_text_stands_where_plotly_puts_it() -> None:
    ours, theirs = Picture(), go.Figure()
    note = {"text": "target", "font": {"size": 12}}
    ours.add_hline(y=5.0, line={"width": 1}, annotation=note)
    theirs.add_hline(y=5.0, line={"width": 1}, annotation=note, annotation_position="top left")
    made, wanted = ours.checked().to_dict()["layout"], theirs.to_dict()["layout"]
    assert made["shapes"] == wanted["shapes"]
    assert made["annotations"] == wanted["annotations"]


def test_unknown_numbers_leave_a_gap() -> None:
    figure = Picture()
    figure.add_scatter(x=[1, 2], y=np.array([1.0, np.nan]))
    assert figure.to_dict()["data"][0]["y"] == [1.0, None]
