"""Labels that occur together, quantities and frozen features: measured beside plain classes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from estimator import ProjectInputs, load_evidence, measure_examples
from estimator.cli.main import main
from estimator.measure import frozen
from estimator.measure.door import (
    Settings,
    look_at_bytes,
    metrics_of,
    offers_frozen,
    pilot_points,
    run,
    why_not,
)
from estimator.measure.scores import joint_score
from estimator.measure.telling import notes_measured
from tests.measure.files import SECRET, csv_of, texts

SETTINGS = Settings()
TOPICS = ("billing", "login", "delivery")


def joint_rows(n: int = 300, seed: int = 0) -> list[tuple[str, tuple[str, ...]]]:
    """Texts of made-up words with none, one or several of three labels."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(n):
        held = tuple(t for t in TOPICS if rng.random() < 0.4)
        words = [f"word{rng.integers(300)}ab" for _ in range(10)]
        words += [f"{held[rng.integers(len(held))][::-1]}{rng.integers(8)}" for _ in held * 2]
        out.append((" ".join([*words, SECRET]), held))
    return out


def as_separated() -> bytes:
    return csv_of([(t, "|".join(held) or "-") for t, held in joint_rows()], "text,labels")


def as_one_hot() -> bytes:
    rows = [(t, *(str(int(name in held)) for name in TOPICS)) for t, held in joint_rows()]
    return csv_of(rows, "text," + ",".join(TOPICS))


def as_list() -> bytes:
    rows = [{"text": t, "labels": list(held)} for t, held in joint_rows()]
    return json.dumps(rows).encode()


@pytest.mark.parametrize("given", [as_separated, as_one_hot, as_list])
def test_labels_that_occur_together_are_measured(given) -> None:  # type: ignore[no-untyped-def]
    looked = look_at_bytes(given(), SETTINGS)
    assert looked.facts.joint
    metric = metrics_of(looked.facts)[0]
    assert metric == "micro_f1"
    found = run(looked, SETTINGS, metric)
    assert found.points[-1].value > found.constant + 0.1
    assert found.points[-1].value > found.points[0].value
    assert found.extra["accuracy"] < found.extra["micro_f1"]
    assert found.extra["labels_measured"] == 3
    assert {p["approach"] for p in pilot_points(found)} == {"baseline"}
    assert "joint_figures" in {n.key for n in notes_measured(found)}
    assert SECRET not in repr(found)


def test_figures_of_joint_labels_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import accuracy_score, f1_score

    rng = np.random.default_rng(0)
    truth, answer = rng.random((60, 4)) < 0.3, rng.random((60, 4)) < 0.4
    for metric, average in (("micro_f1", "micro"), ("macro_f1", "macro")):
        wanted = f1_score(truth, answer, average=average, zero_division=0)
        assert joint_score(metric, answer, truth) == pytest.approx(wanted)
    assert joint_score("accuracy", answer, truth) == pytest.approx(accuracy_score(truth, answer))


def quantity(n: int = 400, told: float = 1.0) -> bytes:
    """Size and age tell a price up to noise; the word tells nothing."""
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(n):
        size, age = rng.uniform(30, 200), rng.uniform(0, 50)
        price = 1000 * (told * (3 * size - 2 * age) + rng.normal(0, 60))
        rows.append((f"{size:.1f}", f"{age:.1f}", "abc"[rng.integers(3)], f"{price:.2f}"))
    return csv_of(rows, "size,age,street,price")


def test_a_quantity_is_measured_against_always_saying_the_median() -> None:
    looked = look_at_bytes(quantity(), SETTINGS, label="price")
    assert looked.facts.quantity
    assert why_not(looked.facts, "r2") is None
    found = run(looked, SETTINGS, "r2")
    # Variance of 3 x uniform(30, 200) and 2 x uniform(0, 50) over that with noise of 60.
    known = (3 * 170) ** 2 / 12 + (2 * 50) ** 2 / 12
    assert found.points[-1].value == pytest.approx(known / (known + 60**2), abs=0.05)
    assert 0.2 < found.extra["relative_error"] < 0.6
    assert found.extra["mean_absolute_error"] == pytest.approx(60_000 * 0.8, rel=0.2)
    assert [p["approach"] for p in pilot_points(found)] == ["baseline"] * len(found.points)
    keys = {n.key for n in notes_measured(found)}
    assert "quantity" in keys
    assert "quantity_use" not in keys
    assert "quantity_not_learnt" not in keys
    flat = run(look_at_bytes(quantity(told=0.0), SETTINGS, label="price"), SETTINGS, "r2")
    assert "quantity_not_learnt" in {n.key for n in flat.notes}


def test_a_quantity_with_a_stray_word_stays_a_quantity() -> None:
    data = quantity(120) + b'\n"50.0","3.0","a","on request"'
    looked = look_at_bytes(data, SETTINGS, label="price")
    assert looked.facts.quantity
    assert looked.facts.n_labelled == 120
    assert "no_numbers" in {n.key for n in looked.facts.notes}
    assert run(looked, SETTINGS, "r2").points[-1].value > 0.5


def test_classes_of_one_example_each_are_not_measured() -> None:
    rows = [(f"text number {i} of many", f"code {i}") for i in range(90)]
    looked = look_at_bytes(csv_of(rows), SETTINGS, text="text", label="label")
    assert "too few" in str(why_not(looked.facts, "accuracy"))


def test_a_quantity_in_texts_is_measured() -> None:
    rng = np.random.default_rng(1)
    rows = []
    for text, _ in texts(200):
        large = rng.integers(2)
        rows.append((f"{text} {'vast' if large else 'tiny'}", f"{large * 10 + rng.normal():.3f}"))
    looked = look_at_bytes(csv_of(rows, "text,score"), SETTINGS)
    assert run(looked, SETTINGS, "r2").points[-1].value > 0.5


def test_the_command_prints_a_scenario_for_joint_labels_and_for_a_quantity(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(as_separated())
    assert main(["measure", str(path)]) == 0
    out = capsys.readouterr().out
    scenario = ProjectInputs.from_dict(yaml.safe_load(out[out.index("schema: 1") :]))
    assert scenario.target.metric == "micro_f1"
    assert scenario.facts.labels_per_example > 1
    assert scenario.pilot
    path.write_bytes(quantity())
    assert main(["measure", str(path), "--label", "price"]) == 0
    out = capsys.readouterr().out
    assert "R²" in out
    scenario = ProjectInputs.from_dict(yaml.safe_load(out[out.index("schema: 1") :]))
    assert scenario.task == "tabular_regression"
    assert scenario.target.metric == "r2"
    assert main(["measure", str(path), "--label", "price", "--metric", "accuracy"]) == 0
    assert "Measured: r2" in capsys.readouterr().out


def test_frozen_features_are_offered_only_where_they_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(frozen, "PACKAGE", "no_such_package")
    looked = look_at_bytes(csv_of(texts(80)), SETTINGS)
    assert not offers_frozen(looked.facts)
    path = tmp_path / "file.csv"
    path.write_bytes(csv_of(texts(80)))
    assert main(["measure", str(path), "--frozen"]) == 2
    assert "requirements-measure.txt" in capsys.readouterr().err


def test_frozen_features_are_measured_on_the_same_splits() -> None:
    pytest.importorskip("wordllama")
    good = ["lovely", "great", "excellent", "pleasant", "wonderful", "superb", "delightful"]
    bad = ["awful", "horrible", "terrible", "nasty", "dreadful", "poor", "disappointing"]
    rng = np.random.default_rng(0)
    rows = []
    for i in range(160):
        word = (good, bad)[i % 2][rng.integers(7)]
        rows.append((f"the food number {i} was {word}", ("yes", "no")[i % 2]))
    looked = look_at_bytes(csv_of(rows), SETTINGS)
    found = run(looked, SETTINGS, "accuracy", frozen=True)
    assert [p.n_labelled for p in found.frozen] == [p.n_labelled for p in found.points]
    assert found.frozen[-1].value > 0.9
    approaches = [p["approach"] for p in pilot_points(found)]
    assert approaches.count("linear_probe") == approaches.count("baseline") > 0
    again = run(looked, SETTINGS, "accuracy", frozen=True)
    assert again.frozen == found.frozen
    assert run(looked, SETTINGS, "accuracy").frozen == ()
    assert not frozen.embed(["", "hello"])[0].any()


def test_python_measures_as_the_command_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = csv_of(texts(80))
    (tmp_path / "file.csv").write_bytes(data)
    assert main(["measure", str(tmp_path / "file.csv"), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    found = measure_examples(data, load_evidence())
    assert found["pilot"] == printed["pilot"]
    assert found["facts"] == printed["facts"]
    scenario = {"task": "text_classification", "n_classes": 4, "pilot": found["pilot"]}
    assert len(ProjectInputs.from_dict(scenario).pilot) == len(found["pilot"]) > 0
