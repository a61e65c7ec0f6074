"""What is measured on a file: right in value, repeatable, warned of what makes it too good."""

from __future__ import annotations

import numpy as np
import pytest

from estimator.measure.door import Looked, Settings, look_at_bytes, run, why_not
from estimator.measure.points import Measured
from estimator.measure.splits import group_split, random_split, subset, time_split
from estimator.measure.telling import document, notes_of
from tests.measure.files import SECRET, TABLE_HEAD, csv_of, table, texts

SETTINGS = Settings()


def measured(data: bytes, metric: str = "accuracy") -> tuple[Looked, Measured]:
    looked = look_at_bytes(data, SETTINGS)
    return looked, run(looked, SETTINGS, metric)


def keys(found: Measured) -> set[str]:
    return {n.key for n in found.notes}


def test_a_curve_of_texts_rises_and_repeats() -> None:
    data = csv_of(texts())
    _, first = measured(data)
    _, second = measured(data)
    assert first.points == second.points
    assert [p.n_labelled for p in first.points][:3] == [50, 100, 200]
    assert first.points[-1].value > first.points[0].value + 0.05
    assert first.points[-1].value > 0.8
    assert first.constant == pytest.approx(0.25, abs=0.03)
    assert first.points[0].sd > 0


def test_a_table_is_measured_near_what_can_be_known() -> None:
    _, found = measured(csv_of(table(), TABLE_HEAD))
    # Two normal numbers one deviation apart each: 1 - Phi(sqrt(2) / 2) = 24 % of error.
    assert found.points[-1].value == pytest.approx(0.76, abs=0.06)
    _, area = measured(csv_of(table(), TABLE_HEAD), "auc")
    assert area.points[-1].value == pytest.approx(0.84, abs=0.06)


def test_labels_without_signal_are_said_to_be_unlearnable() -> None:
    _, found = measured(csv_of(texts(told=0.0)))
    assert "not_learnt" in keys(found)
    _, good = measured(csv_of(texts(300)))
    assert "not_learnt" not in keys(good)


def test_a_rare_class_that_can_be_ordered_is_not_called_unlearnable() -> None:
    rare = [r for r in table(3000) if r[-1] == "no"] + [r for r in table(3000) if r[-1] == "yes"][
        :90
    ]
    _, found = measured(csv_of(rare, TABLE_HEAD))
    assert found.points[-1].value == pytest.approx(found.constant, abs=0.02)
    assert "not_learnt" not in keys(found)


def test_wrong_labels_are_hinted_as_a_count() -> None:
    _, clean = measured(csv_of(texts(told=0.4)))
    _, dirty = measured(csv_of(texts(told=0.4, wrong=0.08)))
    assert clean.n_disagree <= 6
    assert 20 <= dirty.n_disagree <= 60


def test_repeats_count_once_and_contradictions_are_named() -> None:
    rows = texts(200)
    twice = [*rows, *rows[:80], (rows[0][0], "kind 3"), (rows[1][0], "kind 3")]
    looked = look_at_bytes(csv_of(twice), SETTINGS)
    assert looked.facts.n_labelled == 200
    assert looked.facts.n_repeats == 82
    assert looked.facts.n_contradictory == 2
    assert {"repeats", "contradictory"} <= {n.key for n in notes_of(looked.facts)}


@pytest.mark.parametrize("leak", ["copy", "number"])
def test_a_column_that_names_the_label_is_flagged(leak: str) -> None:
    cell = {"copy": lambda r: f"code-{r[-1]}", "number": lambda r: str(7.5 + (r[-1] == "yes"))}
    rows = [(*r[:-1], cell[leak](r), r[-1]) for r in table(400)]
    _, found = measured(csv_of(rows, "first,second,third,word,closing,label"))
    flagged = {str(n.values["column"]) for n in found.notes if n.key == "leak_column"}
    assert flagged == {"closing"}
    _, honest = measured(csv_of(table(400, noise=0.7), TABLE_HEAD))
    assert not keys(honest) & {"leak_column", "leak_beside"}


def test_an_id_in_the_order_of_the_labels_is_flagged() -> None:
    rows = sorted(texts(300), key=lambda r: r[1])
    numbered = [(str(1000 + i), *r) for i, r in enumerate(rows)]
    _, found = measured(csv_of(numbered, "ticket_id,text,label"))
    assert "leak_beside" in keys(found)
    mixed = [(str(1000 + i), *r) for i, r in enumerate(texts(300))]
    _, honest = measured(csv_of(mixed, "ticket_id,text,label"))
    assert "leak_beside" not in keys(honest)


def test_a_label_inside_its_text_is_flagged() -> None:
    rows = [(f"{label} {text}", label) for text, label in texts(300)]
    _, found = measured(csv_of(rows))
    assert keys(found) & {"leak_named", "leak_word"}


def test_a_code_in_the_middle_of_a_text_is_flagged() -> None:
    code = {"kind 0": "ref=A7", "kind 1": "ref=B2", "kind 2": "ref=K9", "kind 3": "ref=Z1"}
    rows = []
    for words, label in texts(300):
        first, rest = words.split(" ", 1)
        rows.append((f"{first} {code[label]} {rest}", label))
    assert "leak_word" in keys(measured(csv_of(rows))[1])
    assert not keys(measured(csv_of(texts(300)))[1]) & {"leak_word", "leak_named"}


def test_a_test_part_that_repeats_the_training_part_is_flagged() -> None:
    rows = [
        (text, label, "train" if i % 4 else "test") for i, (text, label) in enumerate(texts(400))
    ]
    clean = look_at_bytes(csv_of(rows, "text,label,split"), SETTINGS)
    assert "leak_split" not in {n.key for n in notes_of(clean.facts)}
    twice = [*rows, *((text, label, "test") for text, label, part in rows[:80] if part == "train")]
    mixed = look_at_bytes(csv_of(twice, "text,label,split"), SETTINGS)
    [note] = [n for n in notes_of(mixed.facts) if n.key == "leak_split"]
    assert note.values["n"] == 60


def test_new_groups_and_later_data_are_split_apart() -> None:
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(500):
        customer = int(rng.integers(25))
        # Each customer has words of its own that say more of the label than the common ones.
        label = "yes" if (customer % 2 == 0) ^ (rng.random() < 0.1) else "no"
        common = " ".join(f"w{rng.integers(300)}z" for _ in range(8))
        rows.append((f"c{customer}", f"firm{customer}q {common}", label))
    _, found = measured(csv_of(rows, "customer,text,label"))
    assert found.split == "group"
    assert found.gaps["group"] > 0.2
    assert "gap_group" in keys(found)
    assert "ask_later" not in keys(found)
    dated = [(f"2026-{1 + i // 50:02d}-{1 + i % 28:02d}", *r) for i, r in enumerate(texts(500))]
    _, by_time = measured(csv_of(dated, "created_at,text,label"))
    assert by_time.split == "time"
    assert "ask_later" in keys(measured(csv_of(texts(200)))[1])


def test_splits_keep_what_they_promise() -> None:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 600)
    same = [str(i // 2) for i in range(600)]
    train, test = random_split(same, y, 0)
    assert not {same[i] for i in train} & {same[i] for i in test}
    assert len(test) == pytest.approx(180, abs=12)
    groups = [str(i % 20) for i in range(600)]
    apart = group_split(groups, 0)
    assert apart is not None
    assert not {groups[i] for i in apart[0]} & {groups[i] for i in apart[1]}
    days = rng.random(600)
    old_new = time_split(days, 0)
    assert old_new is not None
    assert days[old_new[0]].max() <= days[old_new[1]].min()
    part = subset(train, y, 60, 0)
    assert len(set(part.tolist())) == 60
    assert np.bincount(y[part]) == pytest.approx(60 * np.bincount(y[train]) / len(train), abs=2)
    assert group_split(["a"] * 600, 0) is None
    assert time_split(np.full(600, np.nan), 0) is None


def test_what_is_not_measured_says_why() -> None:
    few = look_at_bytes(csv_of(texts(20)), SETTINGS)
    assert str(why_not(few.facts, "accuracy")).startswith("20 labelled examples")
    enough = look_at_bytes(csv_of(texts(80)), SETTINGS)
    assert why_not(enough.facts, "accuracy") is None
    assert "not measured" in str(why_not(enough.facts, "bleu"))


def test_no_text_of_the_file_is_in_what_leaves_it() -> None:
    looked, found = measured(csv_of(texts(120)))
    assert SECRET not in repr(document(looked, found))
    assert SECRET not in repr(found)
    assert SECRET not in repr(looked.facts)
