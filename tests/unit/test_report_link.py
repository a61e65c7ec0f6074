"""Links: a scenario there and back, short, and safe to open."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import zlib
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.engine.fields import Spec
from estimator.engine.inputs import GROUPS, ProjectInputs
from estimator.errors import InputError
from estimator.report.link import LIMIT, decode, encode, from_query
from estimator.vocabulary import Task
from tests.property.scenarios import JUNK, in_range, wild
from tests.unit.report_sample import scenario

CLOSED = ("schema", "draws", "prices", "kind", "language", "majority_share")
"""Fields that take words of a list, or that a link does not hold."""

ADDRESS = "https://ml.example.org/estimator/?"


def packed(values: Any) -> str:
    raw = zlib.compress(json.dumps(values).encode())
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def comes_back(inputs: ProjectInputs) -> None:
    made = encode(inputs)
    assert not made.left_out
    assert len(ADDRESS + made.query) <= LIMIT
    assert decode(ADDRESS + made.query).inputs == inputs


def random_value(spec: Spec, rng: np.random.Generator) -> Any:
    """Any allowed value of a declared field."""
    if spec.kind in ("number", "integer"):
        low, high = max(spec.low, 1e-6), max(spec.high, 1e-6)
        x = min(max(float(np.exp(rng.uniform(np.log(low), np.log(high)))), spec.low), spec.high)
        return (
            min(max(round(x), int(np.ceil(spec.low))), int(spec.high)) if spec.kind[0] == "i" else x
        )
    if spec.kind == "choice":
        return str(rng.choice(spec.choices))
    if spec.kind == "flag":
        return bool(rng.integers(2))
    return "".join(map(chr, rng.integers(32, 0x2000, size=int(rng.integers(12)))))


def random_fields(cls: type, rng: np.random.Generator) -> dict[str, Any]:
    """Some fields of a group; the others stay at their defaults."""
    specs = {f.name: f.metadata["spec"] for f in dataclasses.fields(cls) if "spec" in f.metadata}
    plain = ("number", "integer", "choice", "flag", "text")
    return {
        name: random_value(spec, rng)
        for name, spec in specs.items()
        if spec.kind in plain and name not in CLOSED and rng.random() < 0.4
    }


def test_a_thousand_random_scenarios_come_back() -> None:
    rng = np.random.default_rng(7)
    tasks = list(Task)
    for i in range(1000):
        data = random_fields(ProjectInputs, rng)
        data |= {name: random_fields(cls, rng) for name, cls in GROUPS.items()}
        data["task"] = str(tasks[i % len(tasks)])
        comes_back(ProjectInputs.from_dict(in_range(data)))


@hypothesis.settings(max_examples=60)
@given(wild())
def test_extreme_scenarios_come_back(data: dict[str, Any]) -> None:
    comes_back(ProjectInputs.from_dict(data))


@given(st.text(max_size=200))
def test_any_name_comes_back(name: str) -> None:
    inputs = scenario(name=name)
    assert decode(encode(inputs).query).inputs.name == inputs.name


def test_only_changes_travel_and_stay_readable() -> None:
    query = encode(ProjectInputs.from_dict({"task": "protein", "n_labelled_to_buy": 50})).query
    assert query == "v=1&task=protein&n_labelled_to_buy=50"


def test_own_runs_and_price_book_are_reported() -> None:
    inputs = scenario(own_runs=[{"model": "x", "device_hours": 3}], prices="own.csv")
    made = encode(inputs, price_hash="sha256:12ab")
    assert set(made.left_out) == {"own_runs", "prices"}
    opened = decode(made.query)
    assert opened.inputs.own_runs == ()
    assert any("own_runs" in n for n in opened.notes)
    assert any("price book" in n for n in opened.notes)


def test_a_scenario_too_long_says_what_is_left_out() -> None:
    points = [
        {"approach": "lora", "n_labelled": 7 * k, "value": ((k * 7919) % 100_003) / 100_003}
        for k in range(200)
    ]
    made = encode(scenario(pilot=points))
    assert "pilot" in made.left_out
    assert len(ADDRESS + made.query) <= LIMIT
    assert any("pilot" in n for n in decode(made.query).notes)


def test_page_keys_and_unknown_fields_do_no_harm() -> None:
    opened = from_query({"task": "protein", "embed": "true", "view": "table", "nonsense": "1"})
    assert opened.inputs == ProjectInputs.from_dict({"task": "protein"})
    assert "nonsense" in opened.notes[0]


def test_a_link_of_the_first_version_keeps_opening() -> None:
    old = (
        "?v=1&task=text_classification&name=Support%20tickets&n_classes=12"
        "&target.value=0.92&labelling.source=expert&models=%7B%22lora%22:%22roberta-base%22%7D"
        "&limits.no_external_services=true"
    )
    inputs = decode(old).inputs
    assert inputs.n_classes == 12
    assert inputs.target.value == 0.92
    assert str(inputs.labelling.source) == "expert"
    assert inputs.limits.no_external_services is True
    assert inputs.models["lora"] == "roberta-base"


@pytest.mark.parametrize(
    ("link", "field"),
    [
        ("?v=2&task=protein", "link.v"),
        ("?n_classes=3", "link.task"),
        ("?v=1&z=!!!", "link.z"),
        ("?v=1&z=" + packed({"task": "protein"})[:-6], "link.z"),
        ("?v=1&z=" + packed([1, 2]), "link.z"),
        ("?v=1&task=nonsense", "task"),
        ("?v=1&task=protein&n_classes=NaN", "n_classes"),
        ("?v=1&task=protein&n_classes=-4", "n_classes"),
        ("?v=1&task=protein&n_classes=1e999", "n_classes"),
        ("?v=1&task=protein&target.value=%22x%22", "target.value"),
        ("?v=1&task=protein&pilot=[[[[[[", "pilot"),
        ("x" * 20_000, "link"),
        ("?" + "&".join(f"a{k}=1" for k in range(900)), "link"),
    ],
)
def test_a_bad_link_is_one_sentence(link: str, field: str) -> None:
    with pytest.raises(InputError) as raised:
        decode(link)
    assert raised.value.field == field
    assert "\n" not in str(raised.value)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = base64.urlsafe_b64encode(zlib.compress(b'{"name":"' + b"a" * 50_000_000 + b'"}', 9))
    with pytest.raises(InputError, match=r"link(\.z)?"):
        decode("?v=1&z=" + bomb.decode()[:15_000])
    small = base64.urlsafe_b64encode(zlib.compress(b" " * 5_000_000, 9)).decode()
    with pytest.raises(InputError, match=r"link\.z"):
        decode("?v=1&z=" + small)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=6), JUNK)
def test_any_query_opens_or_is_refused(fields: dict[str, str], junk: Any) -> None:
    with contextlib.suppress(InputError):
        opened = from_query({"task": "protein", "pilot": json.dumps(junk), **fields})
        assert opened.inputs.task in Task
