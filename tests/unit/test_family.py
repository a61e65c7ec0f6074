"""Search and documents: rows around an own baseline, labels, index, pages, left-out errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from estimator import ProjectInputs
from estimator.engine.accuracy import family
from estimator.engine.accuracy.family import Member, Point, labels_at, learned
from estimator.engine.compute.work import PAGE_TOKENS, PASSAGES_PER_PAIR, READING_TOKENS
from estimator.engine.distributions import percentiles
from estimator.engine.family_names import AS_IS, SIMPLE, family_model, family_set
from estimator.engine.simulate import evaluate
from estimator.errors import InputError
from estimator.lab.accuracy.backtest import backtest_curves
from estimator.vocabulary import JOINED_TASKS, LIKENESS, NO_ROWS, Approach, Phase, Task

if TYPE_CHECKING:
    from estimator.engine.results import CandidateResult
    from estimator.evidence.load import Evidence

SEARCH = {"tokens": 200, "passages": 5_000_000, "churn": 0.05, "reranked": 50}
TUNED = [a for a in Approach if a not in ("baseline", "zero_shot", "hybrid", "scratch")]


def rows(
    evidence: Evidence, task: str = "retrieval", **fields: object
) -> dict[str, CandidateResult]:
    data = {"task": task, "n_labelled_to_buy": 1000, "draws": 1024, **fields}
    found = evaluate(ProjectInputs.from_dict(data), evidence)
    return {r.candidate.key: r for r in found.results}


def width(row: CandidateResult) -> float:
    assert row.accuracy.draws is not None
    p10, _, p90 = percentiles(row.accuracy.draws)
    return p90 - p10


def middle(row: CandidateResult) -> float:
    assert row.accuracy.draws is not None
    return percentiles(row.accuracy.draws)[1]


def items(row: CandidateResult) -> dict[str, float]:
    return {i.item: float(i.usd_draws[0]) for i in row.money.items}


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("BM25 (bm25s)", "bm25"),
        ("bge-base-en-v1.5", "bge-base-en-v1.5"),
        ("Contriever (fine-tuned on MS MARCO)", "contriever-msmarco"),
        ("Contriever (unsupervised)", "contriever"),
        ("text-embedding-3-large (API)", "text-embedding-3-large"),
        ("all-minilm-l6", "all-minilm-l6-v2"),
        ("multilingual-e5-large", "multilingual-e5-large"),
        ("LayoutLMv2 [T+L+I]", "layoutlmv2-base"),
        ("LayoutLM [T+L]", "layoutlm-base"),
        ("layoutlmv3-large", "layoutlmv3-large"),
        ("LiLT [T+L]", "lilt"),
        ("TrOCR-Base", "trocr-base"),
    ],
)
def test_models_are_known_by_their_spellings(name: str, model: str) -> None:
    assert family_model(name) == model


def test_a_data_set_is_one_under_its_spellings(evidence: Evidence) -> None:
    assert family_set("MTEB FiQA2018") == family_set("BEIR fiqa") == "fiqa"
    assert family_set("MTEB TRECCOVID") == family_set("BEIR trec-covid")
    points = family.published(evidence, Task.RETRIEVAL)
    same = [(p.member.cell, p.member.model, p.member.dataset, p.metric) for p in points
            if p.member.cell != "tuned"]  # fmt: skip
    assert len(same) == len(set(same))


def test_numbers_of_labels_that_were_not_read_are_none(evidence: Evidence) -> None:
    scifact = [p for p in family.published(evidence, Task.RETRIEVAL)
               if p.member.dataset == "scifact" and p.member.cell == "tuned"]  # fmt: skip
    assert scifact
    assert all(p.n_labelled is None for p in scifact)


def test_labels_and_their_share_are_each_others_inverse(evidence: Evidence) -> None:
    for task in JOINED_TASKS:
        for fit in evidence.fits["families"][str(task)].values():
            n = np.array([10.0, 150.0, 4000.0])
            assert labels_at(learned(n, fit["learning"]), fit["learning"]) == pytest.approx(n)


@pytest.mark.parametrize("task", sorted(JOINED_TASKS))
def test_rows_that_mean_nothing_are_not_shown_and_the_others_have_a_number(
    task: Task, evidence: Evidence
) -> None:
    found = rows(evidence, str(task))
    for key, row in found.items():
        none = Approach(key) in NO_ROWS[task]
        assert row.candidate.applies == (not none)
        assert (row.accuracy.draws is None) == none, key
        assert row.accuracy.grade.grade != "A"


@pytest.mark.parametrize("task", sorted(JOINED_TASKS))
def test_more_labels_help_what_is_trained_and_nothing_else(task: Task, evidence: Evidence) -> None:
    few, many = (rows(evidence, str(task), n_labelled_to_buy=n) for n in (200, 8000))
    sign = -1 if task is Task.DOCUMENT_OCR else 1
    for key in few:
        if few[key].accuracy.draws is not None:
            gain = sign * (middle(many[key]) - middle(few[key]))
            assert gain > 0 if key in [*TUNED, "scratch"] else gain == 0, key


def test_words_are_beaten_in_the_middle_and_not_everywhere(evidence: Evidence) -> None:
    found = rows(evidence, models={"zero_shot": "all-minilm-l6"})
    words, as_is = found["baseline"].accuracy.draws, found["zero_shot"].accuracy.draws
    assert words is not None
    assert as_is is not None
    assert 0.3 < float((as_is[1:] < words[1:]).mean()) < 0.6
    better = rows(evidence, models={"zero_shot": "qwen3-embedding-8b"})["zero_shot"]
    assert middle(better) > middle(found["zero_shot"])


@pytest.mark.parametrize(
    ("task", "approach", "value"),
    [
        ("retrieval", "baseline", 0.35),
        ("document_extraction", "zero_shot", 0.7),
        ("document_ocr", "zero_shot", 0.08),
    ],
)
def test_an_own_baseline_moves_and_narrows_every_row(
    task: str, approach: str, value: float, evidence: Evidence
) -> None:
    before = rows(evidence, task)
    pilot = [{"approach": approach, "n_labelled": 0, "value": value, "n_test": 200}]
    after = rows(evidence, task, pilot=pilot)
    assert middle(after[approach]) == pytest.approx(value, abs=0.05)
    assert after[approach].accuracy.grade.grade == "A"
    for key in ("zero_shot", "full_finetune"):
        assert width(after[key]) < 0.85 * width(before[key]), key


def test_weights_agree_with_entering_the_result(evidence: Evidence) -> None:
    before = rows(evidence, draws=8192, n_evaluation=300)
    truth, other = before["baseline"].accuracy.truth, before["full_finetune"].accuracy.draws
    assert truth is not None
    assert other is not None
    weight = truth.weights(0.0, 300, 0.45)
    pilot = [{"approach": "baseline", "n_labelled": 0, "value": 0.45, "n_test": 300}]
    entered = rows(evidence, draws=8192, n_evaluation=300, pilot=pilot)["full_finetune"]
    assert entered.accuracy.draws is not None
    found = float(np.average(other[1:], weights=weight[1:]))
    assert found == pytest.approx(float(entered.accuracy.draws[1:].mean()), abs=0.04)


def test_recall_at_ten_needs_an_own_result(evidence: Evidence) -> None:
    target = {"metric": "recall_at_10", "value": 0.8}
    assert all(r.accuracy.draws is None for r in rows(evidence, target=target).values())
    pilot = [{"approach": "baseline", "n_labelled": 0, "value": 0.6, "n_test": 200}]
    found = rows(evidence, target=target, pilot=pilot)
    assert middle(found["full_finetune"]) > middle(found["zero_shot"]) > 0.5
    other = rows(evidence, target={"metric": "bleu", "value": 20})
    assert all(r.accuracy.draws is None for r in other.values())


def test_reranking_is_paid_for_and_helps(evidence: Evidence) -> None:
    none = rows(evidence, unit={**SEARCH, "reranked": 0})["hybrid"]
    some = rows(evidence, unit=SEARCH)["hybrid"]
    assert middle(some) > middle(none)
    assert items(some)["serving_instances"] >= items(none)["serving_instances"]


def test_the_index_is_embedded_renewed_and_rebuilt(evidence: Evidence) -> None:
    serving = {"retrain_every_months": 12, "horizon_months": 36}
    found = rows(evidence, unit=SEARCH, serving=serving)
    tuned, as_is = items(found["full_finetune"]), items(found["zero_shot"])
    assert tuned["index_renewal"] == pytest.approx(tuned["retrieval_index"] * 0.05 * 36, abs=0.02)
    assert tuned["index_rebuilt"] == pytest.approx(tuned["retrieval_index"] * 2, abs=0.02)
    assert "index_rebuilt" not in as_is
    assert "retrieval_index" not in items(found["baseline"])
    assert items(found["baseline"])["retrieval_store"] < as_is["retrieval_store"]
    more = rows(evidence, unit={**SEARCH, "passages": 50_000_000})
    assert items(more["zero_shot"])["retrieval_index"] == pytest.approx(
        10 * as_is["retrieval_index"], rel=0.01
    )


def test_hosted_embeddings_have_their_list_price(evidence: Evidence) -> None:
    found = rows(evidence, unit=SEARCH, models={"zero_shot": "text-embedding-3-small"})
    line = next(i for i in found["zero_shot"].money.items if i.item == "retrieval_index")
    assert line.unit == "million tokens"
    assert line.unit_price_usd_draws[0] == pytest.approx(0.02)
    assert line.quantity_draws[0] == pytest.approx(1000.0)


def test_pages_and_fields_set_labels_and_bill(evidence: Evidence) -> None:
    few = rows(evidence, "document_extraction", unit={"pages": 1, "fields": 5})
    many = rows(evidence, "document_extraction", unit={"pages": 3, "fields": 10})
    a, b = few["full_finetune"], many["full_finetune"]
    assert items(b)["labelling"] > 4 * items(a)["labelling"]
    assert items(many["zero_shot"])["serving_api"] == pytest.approx(
        3 * items(few["zero_shot"])["serving_api"]
    )
    assert b.compute.device_hours_draws[0] > a.compute.device_hours_draws[0]


def test_what_is_not_trained_buys_test_labels_only(evidence: Evidence) -> None:
    for task in JOINED_TASKS:
        found = rows(evidence, str(task))
        for key in ("baseline", "zero_shot", "hybrid"):
            assert found[key].candidate.n_labelled_to_buy == 0
            spent = found[key].money.by_phase_draws[Phase.LABELLING][0]
            assert spent < found["full_finetune"].money.by_phase_draws[Phase.LABELLING][0]


def test_common_print_is_read_better_than_an_unknown_script(evidence: Evidence) -> None:
    far = rows(evidence, "document_ocr", domain="far")
    solved = rows(evidence, "document_ocr", domain="solved")
    assert middle(solved["zero_shot"]) < 0.06 < 0.3 < middle(far["zero_shot"])
    assert middle(solved["full_finetune"]) < middle(far["full_finetune"])


def test_the_first_step_asks_fifty_questions(evidence: Evidence) -> None:
    from estimator import compare_approaches

    inputs = ProjectInputs.from_dict({"task": "retrieval", "draws": 1024, "n_evaluation": 200})
    first = compare_approaches(inputs, evidence).to_dict()["staged_plan"]["first_step"]["text"]
    assert "BM25" in first
    assert "50 test questions" in first


def test_wrong_units_are_refused() -> None:
    for unit in ({"passages": 0}, {"pages": 2}, {"churn": -0.1}):
        with pytest.raises(InputError):
            ProjectInputs.from_dict({"task": "retrieval", "unit": unit})


def test_pairs_of_a_search_are_labels_that_are_owned() -> None:
    unit = {"pairs": 6300, "passages": 20_000}
    inputs = ProjectInputs.from_dict({"task": "retrieval", "unit": unit})
    assert inputs.n_labelled_available == 6300
    assert set(inputs.unit) == {"tokens", "passages", "churn", "reranked"}
    assert ProjectInputs.from_dict(inputs.to_dict()) == inputs


def test_judgements_in_code_are_those_of_the_table(evidence: Evidence) -> None:
    table = evidence.assumptions
    assert table["compute.page_tokens"].p50 == PAGE_TOKENS
    assert table["compute.page_reading_tokens"].p50 == READING_TOKENS
    assert table["compute.passages_per_pair"].p50 == PASSAGES_PER_PAIR


def test_a_named_data_set_conditions(evidence: Evidence) -> None:
    easy = rows(evidence, facts={"similar_dataset": "BEIR quora"})
    hard = rows(evidence, facts={"similar_dataset": "MTEB SCIDOCS"})
    assert middle(easy["zero_shot"]) > middle(hard["zero_shot"]) + 0.3
    assert width(hard["zero_shot"]) < width(rows(evidence)["zero_shot"])
    with pytest.raises(InputError):
        rows(evidence, facts={"similar_dataset": "no such set"})


def test_a_point_on_the_same_set_decides(evidence: Evidence) -> None:
    fit = evidence.fits["families"]["retrieval"]["ndcg_at_10"]
    asked = Member(AS_IS, "e5-base-v2", "mine", "mine")
    seen = Point(Member(SIMPLE, "bm25", "mine", "mine"), "ndcg_at_10", 0.2, 0.0, "")
    alone, given = family.joint([asked], fit, ()), family.joint([asked], fit, [seen])
    assert given.mean[0] < alone.mean[0] - 0.5
    assert given.cov[0, 0] < alone.cov[0, 0] / 2


def test_left_out_data_sets_are_held_once_a_baseline_is_known(evidence: Evidence) -> None:
    for task, metrics in evidence.fits["families"].items():
        for metric, fit in metrics.items():
            if "validation" not in fit:
                few = LIKENESS | {"fad", "clap"}
                assert metric in few or task == "video_classification", (task, metric)
                continue
            known = fit["validation"]["known"]["all"]
            assert 0.7 <= known["coverage_80"] <= 0.9, (task, metric)
            if "recipes" not in fit:
                assert known["width"] < fit["validation"]["new"]["all"]["width"], (task, metric)


def test_backtest_speaks_in_the_unit_of_the_row(evidence: Evidence) -> None:
    def row(**more: object) -> dict[str, object]:
        return {
            "curve_id": "x", "task_family": "retrieval", "dataset": "own help pages",
            "approach": "baseline", "backbone": "BM25", "n_labelled": 0, "metric": "nDCG@10",
            "value": 42.0, "source_family": "somebody", "given": 0, **more,
        }  # fmt: skip

    table = pd.DataFrame(
        [
            row(given=1),
            row(approach="full_finetune", backbone="bge-base-en-v1.5", n_labelled=5000, value=60),
            row(metric="MRR@10", approach="zero_shot"),
            row(task_family="document_ocr", metric="CER", approach="zero_shot", value=10,
                curve_id="y", backbone="PaddleOCR-VL"),
        ]
    )  # fmt: skip
    found = backtest_curves(table, evidence)["rows"]
    assert 50 < found[0]["p50"] < 75
    assert found[0]["new_dataset"]
    assert found[1]["p50"] is None
    assert 5 < found[2]["p50"] < 300
