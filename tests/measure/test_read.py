"""Every shape people bring is read right or refused with its kind and a way on."""

from __future__ import annotations

from typing import Any

import pytest

from estimator.measure.door import Settings, check_label, look_at_bytes
from estimator.measure.notes import UnreadableFile
from estimator.measure.telling import notes_of
from tests.measure.shapes import ASK, READ, REFUSED

SETTINGS = Settings()


def raw(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


@pytest.mark.parametrize("name", READ)
def test_a_shape_is_read_right(name: str) -> None:
    content, wanted = READ[name]
    looked = look_at_bytes(raw(content), SETTINGS)
    facts = looked.facts
    for field, value in wanted.items():
        if field == "notes":
            assert value <= {n.key for n in notes_of(facts)}
            continue
        got: Any = (
            getattr(facts.roles, field, None) if field in ("text", "label", "split") else None
        )
        got = got if got is not None else getattr(facts, field)
        assert got == pytest.approx(value, abs=0.01), field


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_kind(name: str) -> None:
    content, key = REFUSED[name]
    with pytest.raises(UnreadableFile) as refused:
        look_at_bytes(raw(content), SETTINGS)
    assert refused.value.statement.key == f"measure.refused.{key}"
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("name", ASK)
def test_a_label_that_nobody_can_know_is_asked_for(name: str) -> None:
    looked = look_at_bytes(ASK[name].encode(), SETTINGS)
    assert not looked.facts.roles.label
    with pytest.raises(UnreadableFile):
        check_label(looked.facts, looked.table.header)  # type: ignore[union-attr]
    chosen = looked.facts.roles.candidates[0]
    named = look_at_bytes(ASK[name].encode(), SETTINGS, label=chosen)
    assert named.facts.roles.label == chosen
    assert named.facts.n_labelled == 300
