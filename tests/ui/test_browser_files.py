"""Files saved in a real browser: made after the run, when nothing of the visit can be asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ui.conftest import settle

pytestmark = pytest.mark.browser
Visit = Callable[..., Any]
BEGINS = {
    "PDF": b"%PDF",
    "PDF, eine Seite": b"%PDF",
    "Tabelle": b"PK",
    "CSV": b"\xef\xbb\xbf",
    "Prüfprotokoll": b"{",
    "Folien": b"PK",
}
"""German buttons of the report page and how their files begin."""


def saved(page: Any, name: str) -> bytes:
    """What a button saves."""
    with page.expect_download(timeout=120_000) as waited:
        page.get_by_role("button", name=name, exact=True).last.click()
    return Path(waited.value.path()).read_bytes()


def test_every_file_of_the_report_page_comes(visit: Visit) -> None:
    page = visit("/report?lang=de")
    found = {name: saved(page, name) for name in BEGINS}
    for name, begin in BEGINS.items():
        assert found[name].startswith(begin), name
    assert b";" in found["CSV"].splitlines()[0]
    assert len(found["PDF, eine Seite"]) < len(found["PDF"])


def test_the_table_behind_a_chart_is_saved_as_the_language_has_it(visit: Visit) -> None:
    page = visit("/?view=frontier&lang=de")
    page.get_by_text("Tabelle zu diesem Bild").click()
    settle(page)
    raw = saved(page, "Als CSV herunterladen")
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b";" in raw.splitlines()[1]


def test_the_drawer_of_a_phone_closes_once_a_page_is_chosen(visit: Visit) -> None:
    page = visit("/", 390, 844)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="Guide").click()
    page.wait_for_function(
        "() => { const s = document.querySelector('[data-testid=stSidebar]');"
        " return !s || s.getBoundingClientRect().right <= 1; }"
    )
