"""``compare --json`` of every preset against the published contract."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import jsonschema
import pytest

from estimator.engine.inputs import ProjectInputs, json_schema
from estimator.report.schema import results_schema
from estimator.vocabulary import NO_LABELS_TASKS, Approach
from tests.conftest import PRESETS, ROOT
from tests.contract.schema import RESULTS

SWITCH_PATHS = {
    "n_labelled_to_buy",
    "serving.requests_per_month",
    "labelling.usd_per_label",
    "target.value",
    "people.wage_factor",
    "serving.horizon_months",
    "compute.usd_per_device_hour",
}
FRACTIONS = {"accuracy", "f1", "auc", "map50", "map", "miou", "dice", "wer", "macro_f1"}


def source_ids() -> set[str]:
    with (ROOT / "data" / "sources.csv").open(encoding="utf-8", newline="") as handle:
        return {row["source_id"] for row in csv.DictReader(handle)}


@pytest.fixture(params=PRESETS)
def printed(request: pytest.FixtureRequest, comparisons: Any) -> dict[str, Any]:
    document: dict[str, Any] = comparisons(request.param)
    return document


def spreads(node: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every object of the document that holds percentiles."""
    if isinstance(node, list):
        return [s for i, v in enumerate(node) for s in spreads(v, f"{path}[{i}]")]
    if not isinstance(node, dict):
        return []
    found = [s for k, v in node.items() for s in spreads(v, f"{path}.{k}")]
    return [(path, node), *found] if {"p10", "p50", "p90"} <= set(node) else found


def test_every_field_of_the_contract_is_there(printed: dict[str, Any]) -> None:
    jsonschema.validate(printed, RESULTS)
    jsonschema.validate(printed, results_schema())
    jsonschema.validate(printed["inputs"], json_schema())
    assert ProjectInputs.from_dict(printed["inputs"]).to_dict() == printed["inputs"]
    assert [a["approach"] for a in printed["approaches"][:10]] == [str(a) for a in Approach]
    json.dumps(printed, allow_nan=False)


def test_percentiles_are_in_order(printed: dict[str, Any]) -> None:
    found = spreads(printed)
    assert len(found) > 100
    for path, s in found:
        if s["p50"] is not None:
            assert s["p10"] is None or s["p10"] <= s["p50"], path
            assert s["p90"] is None or s["p50"] <= s["p90"], path


def test_metrics_are_on_their_printed_scale(printed: dict[str, Any]) -> None:
    for row in printed["approaches"]:
        accuracy = row["accuracy"]
        if accuracy is None:
            assert row["accuracy_reason"]
            assert row["target_probability"] is None
        elif accuracy["metric"] in FRACTIONS:
            assert (
                0 <= accuracy["p10"] <= accuracy["p90"] <= (5 if accuracy["metric"] == "wer" else 1)
            )
        else:
            assert accuracy["p10"] >= 0


def test_items_add_up_to_the_cent(printed: dict[str, Any]) -> None:
    for row in printed["approaches"]:
        cost, items = row["cost_usd"], row["items"]
        for item in items:
            product = item["quantity"] * item["unit_price_usd"]
            assert item["usd"]["base"] == pytest.approx(product, abs=0.0051), item["item"]
        total = round(sum(i["usd"]["base"] for i in items), 2)
        assert total == cost["total"]["base"], row["approach"]
        by_phase = round(sum(p["base"] for p in cost["by_phase"].values()), 2)
        assert by_phase == cost["total"]["base"], row["approach"]
        for phase, spread in cost["by_phase"].items():
            part = round(sum(i["usd"]["base"] for i in items if i["phase"] == phase), 2)
            assert part == spread["base"], (row["approach"], phase)
        assert round(sum(row["cash_flow_usd"]), 2) == cost["total"]["base"], row["approach"]


def test_every_figure_names_a_source(printed: dict[str, Any]) -> None:
    known = source_ids()
    listed = {s["source_id"] for s in printed["sources"]}
    assert listed <= known
    used = set()
    for row in printed["approaches"]:
        for item in row["items"]:
            if item["basis"] in ("published", "fitted"):
                assert item["source_id"], item["item"]
                used |= set(re.split(r"[;,\s]+", item["source_id"])) - {""}
        used |= set(row["evidence"]["source_ids"])
    assert used <= known
    assert used <= listed
    assert all(s["licence"] and s["title"] and s["url"] for s in printed["sources"])


def test_labels_are_one_item_in_labels(printed: dict[str, Any]) -> None:
    bought = printed["inputs"]["n_labelled_to_buy"] or printed["inputs"]["n_evaluation"]
    if printed["inputs"]["task"] in NO_LABELS_TASKS:
        assert not any(i["phase"] == "labelling" for r in printed["approaches"] for i in r["items"])
        return
    for row in printed["approaches"]:
        lines = [i for i in row["items"] if i["item"] == "labelling"]
        assert len(lines) <= 1
        assert all(i["unit"] == "label" and i["phase"] == "labelling" for i in lines)
        if row["approach"] == "full_finetune" and printed["inputs"]["labelling"]["source"] != "own":
            assert lines or not bought


def test_switching_values_name_fields_that_can_be_set(printed: dict[str, Any]) -> None:
    inputs = ProjectInputs.from_dict(printed["inputs"])
    rows = printed["recommendation"]["switching"]
    assert {r["input"] for r in rows} >= SWITCH_PATHS
    for row in rows:
        if row["value_at_switch"] is None:
            assert row.get("reason"), row["input"]
        else:
            changed = inputs.replace(row["input"], row["value_at_switch"])
            assert changed.get(row["input"]) == pytest.approx(row["value_at_switch"], rel=1e-6)
            assert row["to_approach"] or row["reason"], row["input"]


def test_drivers_name_fields_that_can_be_set(printed: dict[str, Any]) -> None:
    inputs = ProjectInputs.from_dict(printed["inputs"])
    rows = printed["recommendation"]["drivers"]
    assert len({r["input"] for r in rows}) >= 10
    for row in rows:
        inputs.replace(row["input"], row["low"])
        inputs.replace(row["input"], row["high"])
    effects = [abs(r["effect_usd"]) for r in rows]
    assert effects == sorted(effects, reverse=True)


def test_frontier_and_recommendation_are_rows(printed: dict[str, Any]) -> None:
    keys = {a["key"] for a in printed["approaches"]} | {
        a["approach"] for a in printed["approaches"]
    }
    assert set(printed["frontier"]) <= keys
    known = [a for a in printed["approaches"] if a["feasible"] and a["accuracy"]]
    assert bool(printed["frontier"]) == bool(known)
    chosen = printed["recommendation"]["approach"]
    assert chosen is None or chosen in keys
    shares = [a["best_probability"] for a in printed["approaches"]]
    assert sum(s for s in shares if s is not None) <= 1 + 1e-4


def test_what_is_not_possible_says_why(printed: dict[str, Any]) -> None:
    for row in printed["approaches"]:
        assert row["feasible"] or row["reasons"], row["approach"]
        if row["feasible"] and row["device_kind"] != "api":
            assert row["device_hours"]["p10"] > 0, row["approach"]


def test_closed_house_sends_nothing_out(comparisons: Any) -> None:
    printed = comparisons("clinical_notes_biogpt")
    for row in printed["approaches"]:
        if row["feasible"]:
            assert row["device_kind"] != "api"
            assert not [x for x in row["data_goes_to"] if "API" in x]
