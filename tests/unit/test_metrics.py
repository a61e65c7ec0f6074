"""One table of metrics, and values that are refused or read by it."""

from __future__ import annotations

import pytest

from estimator import ProjectInputs
from estimator.engine.typed import advice
from estimator.errors import InputError
from estimator.evidence.load import load_evidence
from estimator.metrics import METRICS, is_fraction

BASE = {"task": "text_classification"}


def test_the_table_is_that_of_the_evidence() -> None:
    shipped = load_evidence().metrics
    assert set(METRICS) == set(shipped)
    for name, row in shipped.items():
        here = METRICS[name]
        factor = row.to_canonical
        assert here.lower == (row.direction == "lower"), name
        assert (here.low, here.high) == pytest.approx((row.low * factor, row.high * factor)), name
        assert is_fraction(name) == (row.unit in ("percent", "fraction")), name


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"target": {"value": 90}}, "target.value"),
        ({"facts": {"human_level": 95}}, "facts.human_level"),
        ({"facts": {"state_of_the_art": 1.2}}, "facts.state_of_the_art"),
        (
            {"pilot": [{"approach": "lora", "n_labelled": 10, "value": 0.8},
                       {"approach": "lora", "n_labelled": 20, "value": 84}]},
            "pilot[1].value",
        ),
    ],
)  # fmt: skip
def test_a_slip_of_unit_is_refused_with_what_is_allowed(
    fields: dict[str, object], path: str
) -> None:
    with pytest.raises(InputError) as refused:
        ProjectInputs.from_dict({**BASE, **fields})
    assert refused.value.field == path
    assert "accuracy is a fraction" in str(refused.value)


def test_the_sentence_names_the_fraction_that_was_meant() -> None:
    with pytest.raises(InputError, match=r"accuracy is a fraction from 0 to 1: 0\.9, not 90"):
        ProjectInputs.from_dict({**BASE, "target": {"value": 90}})
    with pytest.raises(InputError, match="BLEU lies between 0 and 100"):
        ProjectInputs.from_dict({"task": "translation", "target": {"value": 300}})
    point = {"approach": "lora", "n_labelled": 9, "value": 24}
    with pytest.raises(
        InputError, match=r"word error rate is a fraction from 0 to 5: 0\.24, not 24"
    ):
        ProjectInputs.from_dict({"task": "speech_recognition", "pilot": [point]})


@pytest.mark.parametrize("given", ["88 %", "88%", "0,88", " 0,88 ", "88,0 %"])
def test_per_cent_and_decimal_commas_are_read_with_a_note(given: str) -> None:
    data = {**BASE, "target": {"value": given}}
    assert ProjectInputs.from_dict(data).target.value == 0.88
    [note] = ProjectInputs.notes_on(data)
    assert "is read as 0.88" in str(note)


@pytest.mark.parametrize("given", ["88", "0.88 or so", "eighty", "0,8,8", "1.000,5"])
def test_other_texts_are_refused(given: str) -> None:
    with pytest.raises(InputError):
        ProjectInputs.from_dict({**BASE, "target": {"value": given}})


def test_per_cent_say_nothing_of_a_score_of_hundred() -> None:
    with pytest.raises(InputError):
        ProjectInputs.from_dict({"task": "translation", "target": {"value": "31 %"}})


def point(n: int, value: float) -> dict[str, object]:
    return {"approach": "baseline", "n_labelled": n, "value": value}


def said(**fields: object) -> set[str]:
    return {s.key for s in advice(ProjectInputs.from_dict({**BASE, **fields}))}


def test_two_flat_results_at_chance_are_called_unlearnable() -> None:
    five = {"n_classes": 5}
    assert said(**five, pilot=[point(200, 0.205), point(500, 0.21)]) == {"typed.flat"}
    assert said(**five, pilot=[point(200, 0.205)]) == set()
    assert said(**five, pilot=[point(200, 0.205), point(500, 0.35)]) == set()
    skewed = {"n_classes": 3, "facts": {"majority_share": 0.8}}
    assert said(**skewed, pilot=[point(200, 0.79), point(500, 0.81)]) == {"typed.flat"}
    area = {"target": {"metric": "auc", "value": 0.8}}
    assert said(**area, pilot=[point(200, 0.49), point(500, 0.51)]) == {"typed.flat"}


def test_another_metric_is_suggested_where_a_class_is_rare() -> None:
    assert said(facts={"minority_share": 0.06}) == {"typed.imbalanced"}
    assert said(facts={"minority_share": 0.4}) == set()
    assert said(n_classes=20, facts={"minority_share": 0.04}) == set()
    f1 = {"metric": "f1", "value": 0.8}
    assert said(facts={"minority_share": 0.06}, target=f1) == set()
