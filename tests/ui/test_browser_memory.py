"""Kept scenarios as the browser stores them: whole, bounded, and never a way in for bad input."""

from __future__ import annotations

import json

from estimator import ProjectInputs
from estimator.ui import browser, state


def test_kept_scenarios_come_back_as_they_were() -> None:
    kept = [
        ProjectInputs.from_dict({"task": "translation", "name": "Manuals"}),
        ProjectInputs.from_dict({"task": "protein", "n_labelled_to_buy": 77}),
    ]
    assert browser.from_text(browser.as_text(kept)) == kept


def test_what_no_longer_opens_is_left_out() -> None:
    good = {"task": "translation"}
    text = json.dumps([good, {"task": "no such"}, 3, {"task": "protein", "draws": -1}])
    assert [str(i.task) for i in browser.from_text(text)] == ["translation"]
    assert browser.from_text("{broken") == []
    assert browser.from_text('{"task": "protein"}') == []
    assert len(browser.from_text(json.dumps([good] * 40))) == state.SAVED_LIMIT
