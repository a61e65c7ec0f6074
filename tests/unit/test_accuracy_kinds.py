"""Kinds and languages: how they are spelled, what a stated one moves, and what stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from estimator.engine.accuracy.kernel import cross_covariance, members_of
from estimator.engine.accuracy.known import all_rows
from estimator.engine.accuracy.posterior import shared_posterior
from estimator.engine.accuracy.scales import chance_error, metric_group
from estimator.engine.accuracy.widths import factors_of, fit_widths, width_keys
from estimator.engine.inputs import ProjectInputs
from estimator.engine.kinds import (
    KINDS,
    LANGUAGES,
    SPLIT,
    kind_word,
    language_word,
    shares_of,
    split_of,
)
from estimator.errors import InputError
from estimator.vocabulary import Task
from estimator.words.texts import say
from tests.unit.test_accuracy_predict import middle, run, scenario, width

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

TEXT = "text_classification"


def test_every_data_set_of_the_curves_has_a_row_and_a_known_kind(evidence: Evidence) -> None:
    described = evidence.dataset_kinds
    rows = all_rows(evidence)
    assert not {(d, t) for d, t in zip(rows.dataset, rows.task, strict=True)} - set(described)
    for (_, task), (kind, *_) in described.items():
        assert not kind or kind in KINDS[task], (task, kind)
    named = [k for (_, t), (k, *_) in described.items() if t == TEXT and k]
    assert len(named) > 250


def test_kinds_are_spelled_one_way() -> None:
    assert kind_word(TEXT, "Topic", 1.0, "x") == "topic"
    assert shares_of(kind_word(TEXT, "topic", 0.9, "x")) == (("topic", 0.9),)
    assert kind_word(TEXT, "textures", 0.9, "x") == kind_word(TEXT, None, 0.9, "x") == "?x"
    assert shares_of("?x") == ()
    parts = dict(shares_of(kind_word(TEXT, "intent", 1.0, "x")))
    assert parts == SPLIT["intent"]
    assert sum(parts.values()) == pytest.approx(1)
    assert split_of(TEXT) == {"intent", "sentiment_graded"}
    assert split_of(Task.IMAGE_CLASSIFICATION) == set()
    assert language_word(TEXT, "German", "x") == "other"
    assert language_word(TEXT, "", "x") == "?x"
    assert language_word(Task.TABULAR_CLASSIFICATION, "English", "x") == "none"


def test_a_mixture_stands_for_its_parts_and_keeps_the_rest_of_the_variance(
    evidence: Evidence,
) -> None:
    word = kind_word(TEXT, "intent", 0.9, "x")
    members = dict(members_of("kind", f"{TEXT}|{word}"))
    assert set(members) == {f"{TEXT}|intent_clear", f"{TEXT}|queue"}
    rows = all_rows(evidence)
    some = rows.take(np.flatnonzero(rows.task == TEXT)[:3])
    sds = {("kind", "one"): 0.5}
    known = {("kind", "one"): frozenset(members)}
    mixed = some.with_(kind=np.full(3, word, object))
    left = 1 - sum(w**2 for w in members.values())
    assert np.allclose(cross_covariance(mixed, mixed, sds, known), 0.25 * left)
    unknown = some.with_(kind=np.full(3, "?x", object))
    assert np.allclose(cross_covariance(unknown, unknown, sds, known), 0.25)


def test_a_stated_kind_moves_a_new_data_set_and_narrows_it(evidence: Evidence) -> None:
    def of(**facts: Any) -> Any:
        found = run(scenario(n_classes=12, n_labelled_to_buy=1000, facts=facts), evidence)
        return found["full_finetune"]

    clear, emotion = of(kind="intent_clear"), of(kind="emotion")
    assert middle(clear) > middle(of()) + 0.03
    assert middle(emotion) < middle(of()) - 0.03
    assert width(clear) < width(of())
    assert middle(of(kind="queue")) < middle(clear)
    parts = sorted((middle(of(kind="queue")), middle(clear)))
    assert parts[0] <= middle(of(kind="intent")) <= parts[1]


def test_a_kind_of_another_task_is_refused() -> None:
    for task, kind in ((TEXT, "texture"), ("image_generation", "topic"), (TEXT, "Emotion")):
        with pytest.raises(InputError, match=r"facts\.kind"):
            ProjectInputs.from_dict({"task": task, "facts": {"kind": kind}})
    with pytest.raises(InputError, match=r"facts\.majority_share"):
        ProjectInputs.from_dict({"task": TEXT, "n_classes": 4, "facts": {"majority_share": 0.1}})


def test_the_best_constant_answer_is_the_floor(evidence: Evidence) -> None:
    assert chance_error("accuracy", TEXT, 2, 0.9) == pytest.approx(0.1)
    assert chance_error("accuracy", TEXT, 10, 0.05) == pytest.approx(0.9)
    assert chance_error("f1", TEXT, 2, 0.9) == pytest.approx(0.5)
    assert metric_group("balanced_accuracy") == "balanced"
    for facts in ({"majority_share": 0.94}, {"minority_share": 0.06}):
        found = run(
            scenario("tabular_classification", n_classes=2, n_labelled_to_buy=500, facts=facts),
            evidence,
        )
        for key, estimate in found.items():
            assert np.quantile(np.asarray(estimate.draws)[1:], 0.1) >= 0.94 - 0.02, key


def test_widths_hold_what_they_aim_at_and_use_as_is_apart(evidence: Evidence) -> None:
    rows = all_rows(evidence)
    some = rows.take(np.arange(0, len(rows), 5))
    rng = np.random.default_rng(0)
    asis = np.array([k[0] == "as is" for k in width_keys(some)])
    need = np.abs(rng.normal(size=len(some))) / 1.2816 * np.where(asis, 2.0, 1.0)
    table = fit_widths(some, need, some.source)
    factor = factors_of(table, some)
    assert abs(np.mean(need <= factor) - 0.8) < 0.05
    assert table["as is"] == pytest.approx(2 * table["labelled"], rel=0.15)
    unknown = some.with_(kind=np.full(len(some), "?x", object))
    assert set(factors_of(table, unknown)) <= set(table.values())


def test_the_shipped_fit_learned_kinds_and_no_unknown_ones(evidence: Evidence) -> None:
    columns = shared_posterior(evidence.fits["accuracy"]).columns
    kinds = {member for group, _, member in columns if group == "kind"}
    assert f"{TEXT}|intent_clear" in kinds
    assert not [c for c in columns if "|?" in c[2]]


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kind_and_language_has_words(language: str) -> None:
    for task, kinds in KINDS.items():
        for kind in (*kinds, *split_of(task)):
            assert not say(f"kind_of.{kind}", language).startswith("kind_of.")
    for word in LANGUAGES:
        assert not say(f"language_of.{word}", language).startswith("language_of.")
