"""What several unit tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from estimator.words import texts


@pytest.fixture
def third_language(tmp_path: Path) -> Iterator[str]:
    """A made-up language: one folder of texts, every word with its letters marked."""
    before: Any = texts.ROOT
    for language in texts.languages():
        (tmp_path / language).mkdir()
        for part in (before / language).iterdir():
            (tmp_path / language / part.name).write_bytes(part.read_bytes())
    made = {k: "¡" + t for k, t in texts.catalogue()["en"].items() if not k.startswith("locale.")}
    made |= {"locale.numbers": "fr", "locale.prose": "fr"}
    (tmp_path / "zz").mkdir()
    (tmp_path / "zz" / "all.yaml").write_text(yaml.safe_dump(made), encoding="utf-8")

    def forget() -> None:
        for cached in (texts.languages, texts.catalogue, texts.locale_of):
            cached.cache_clear()

    texts.ROOT = tmp_path  # type: ignore[assignment]
    forget()
    yield "zz"
    texts.ROOT = before
    forget()
