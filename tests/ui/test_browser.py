"""The dashboard in a real browser: layout, keyboard, frames, downloads, sessions, axe, network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.ui.conftest import keep, settle
from tests.ui.pages import PAGES
from tests.ui.test_own_prices import half_price

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "assets" / "axe.min.js"
Visit = Callable[..., Any]
SIZES = {1440: 900, 768: 1024, 390: 844}


def path_of(page: str) -> str:
    """Address of a page inside the site."""
    return "/" if page == "answer" else f"/{page}"


def violations(page: Any) -> list[str]:
    """Serious and critical findings of axe, with the place."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [
        f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:200]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def bottom(page: Any, selector: str) -> float:
    """Lower edge of the first thing that a selector finds [px]."""
    box = page.locator(selector).first.bounding_box()
    return float(box["y"] + box["height"])


def above_the_rows(page: Any) -> list[float]:
    """Lower edges of the finding, the cards, the gates, the money and the doors, in this order."""
    parts = (".es-head", ".es-cards", ".es-gates", ".es-sums", ".st-key-doors")
    return [bottom(page, part) for part in parts]


@pytest.mark.parametrize("lang", ["en", "de"])
def test_the_first_screen_holds_the_decision_and_all_ten_rows(visit: Visit, lang: str) -> None:
    """At 1280x720: the finding, five cards, gates, money, what it rests on, then the ten rows."""
    page = visit(f"/?lang={lang}")
    found = above_the_rows(page)
    assert found == sorted(found)
    assert page.locator(".es-cards .card").count() == 5
    assert page.locator(".es-cards .es-shape i.hit").count() > 0
    rows = page.locator("tbody tr")
    assert rows.count() == 10
    assert found[-1] < rows.nth(0).bounding_box()["y"]
    last = rows.nth(9).bounding_box()
    assert last["y"] + last["height"] <= 720


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("preset", ["fraud", "rare_disease_imaging", "clinical_notes_biogpt"])
def test_other_headlines_fit_too(visit: Visit, preset: str, lang: str) -> None:
    """Stop signs, one gate or three, a row of today: the ten rows still stand on the screen."""
    page = visit(f"/?preset={preset}&lang={lang}")
    last = page.locator("tbody tr").nth(9).bounding_box()
    assert last["y"] + last["height"] <= 720


def test_a_figure_says_what_it_means_by_keyboard(visit: Visit) -> None:
    """The plan's chance and a row's chance are told apart where they stand, and the metric."""
    page = visit()
    card = page.locator(".es-cards .sure details")
    card.locator("summary").press("Enter")
    told = card.inner_text()
    assert "chance of the whole plan" in told
    assert "Accuracy: the share of cases that are answered right" in told
    head = page.locator("th details").last
    head.locator("summary").press("Enter")
    assert "this approach alone" in head.inner_text()
    box = head.locator("div").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1280


def test_a_wide_screen_shows_the_first_chart_beside_the_rows(visit: Visit) -> None:
    """At 1440x900 the first chart is whole without scrolling."""
    page = visit("/", 1440, 900)
    page.locator("[data-testid=stPlotlyChart] .main-svg").first.wait_for()
    chart = page.locator("[data-testid=stPlotlyChart]").first.bounding_box()
    assert chart["y"] + chart["height"] <= 900
    rows = page.locator("table").first.bounding_box()
    assert rows["x"] + rows["width"] <= chart["x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
def test_nothing_scrolls_sideways(visit: Visit, address: str, width: int, scheme: str) -> None:
    page = visit("/", width, SIZES[width], scheme)
    for name in PAGES:
        if name != "answer":
            page.goto(f"{address}/{name}")
            settle(page)
        keep(page, f"{name}-{width}-{scheme}")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(visit: Visit, name: str, scheme: str) -> None:
    assert violations(visit(path_of(name), scheme=scheme)) == []


def test_german_outlasts_another_page_and_stands_in_the_link(visit: Visit) -> None:
    page = visit("/?lang=de")
    assert page.locator("tbody tr").nth(9).bounding_box()["y"] < 720
    page.get_by_role("link", name="Bericht").click()
    page.get_by_text("Jede Datei enthält dieselben Zahlen").wait_for()
    settle(page)
    assert "lang=de" in page.url
    assert page.locator("[data-testid=stCode]").first.inner_text().strip().endswith("&lang=de")


def test_a_change_of_language_changes_no_input(visit: Visit) -> None:
    page = visit("/?preset=factory_defects")
    inputs = page.url.partition("?")[2]
    for chosen, link in (("Deutsch", "Bericht"), ("English", "Report")):
        page.get_by_text(chosen, exact=True).first.click()
        page.get_by_role("link", name=link).wait_for()
        settle(page)
    without = {p for p in page.url.partition("?")[2].split("&") if not p.startswith("lang=")}
    assert without == set(inputs.split("&"))


def test_a_row_opens_by_keyboard(visit: Visit) -> None:
    page = visit()
    door = page.get_by_role("button", name="Full fine-tuning")
    door.focus()
    door.press("Enter")
    page.get_by_text("Cost line by line").wait_for()
    assert door.get_attribute("aria-expanded") == "true"
    assert page.get_by_role("link").filter(has_text="20").count() > 0
    page.get_by_role("button", name="Close details").press("Enter")
    page.get_by_text("Cost line by line").wait_for(state="detached")


def test_a_slider_moves_by_keyboard_and_survives_a_reload(visit: Visit) -> None:
    page = visit()
    slider = page.get_by_role("slider", name="Labels to buy")
    before = page.locator(".es-sums").inner_text()
    slider.press("ArrowRight")
    page.wait_for_function(
        "b => ![undefined, b].includes(document.querySelector('.es-sums')?.innerText)",
        arg=before,
        timeout=20_000,
    )
    page.wait_for_function("location.search.includes('n_labelled_to_buy')")
    after = slider.get_attribute("aria-valuetext")
    page.reload()
    settle(page)
    again = page.get_by_role("slider", name="Labels to buy")
    assert again.get_attribute("aria-valuetext") == after


def values(page: Any) -> tuple[str, str]:
    """What the sliders of labels and months say, once the page has settled."""
    settle(page)
    labels, months = (
        page.get_by_role("slider", name=name).get_attribute("aria-valuetext")
        for name in ("Labels to buy", "Months of use")
    )
    return str(labels), str(months)


def pressed(page: Any, name: str) -> tuple[str, str]:
    """The sliders' values after one of them was moved and the address has followed."""
    before = page.url
    page.get_by_role("slider", name=name).press("ArrowRight")
    page.wait_for_function("url => location.href !== url", arg=before)
    return values(page)


def comes_to(page: Any, wanted: tuple[str, str]) -> None:
    """Wait until the sliders say what they should."""
    page.wait_for_function(
        """wanted => ['Labels to buy', 'Months of use'].every((name, i) => {
          const found = document.querySelectorAll(`input[type=range][aria-label^="${name}"]`);
          return found.length === 1 && found[0].getAttribute('aria-valuetext') === wanted[i];
        })""",
        arg=list(wanted),
        timeout=20_000,
    )


def test_back_and_forward_restore_the_inputs_of_that_address(visit: Visit) -> None:
    page = visit("/?preset=support_tickets")
    page.evaluate("window.sameVisit = true")
    first = values(page)
    second = pressed(page, "Labels to buy")
    third = pressed(page, "Months of use")
    assert len({first, second, third}) == 3
    page.go_back()
    comes_to(page, second)
    page.go_back()
    comes_to(page, first)
    page.go_forward()
    page.go_forward()
    comes_to(page, third)
    page.get_by_role("link", name="Evidence").first.click()
    page.wait_for_function("location.pathname.endsWith('evidence') && location.search")
    comes_to(page, third)
    page.go_back()
    page.locator("section.es").wait_for()
    assert urlsplit(page.url).path == "/"
    comes_to(page, third)
    assert page.evaluate("window.sameVisit") is True


def test_undo_takes_back_one_change_a_press(visit: Visit) -> None:
    page = visit("/?preset=support_tickets")
    seen = [values(page), pressed(page, "Labels to buy"), pressed(page, "Months of use")]
    for earlier in (seen[1], seen[0]):
        before = page.url
        page.get_by_role("button", name="Undo").click()
        page.wait_for_function("url => location.href !== url", arg=before)
        comes_to(page, earlier)
    assert page.get_by_role("button", name="Undo").is_disabled()


def test_a_fold_stays_open_when_a_field_in_it_changes(visit: Visit) -> None:
    page = visit("/?preset=support_tickets")
    side = page.get_by_test_id("stSidebar")
    side.get_by_text("Training", exact=True).click()
    box = side.locator(".st-key-no-compute-trials input")
    box.fill("7")
    box.press("Enter")
    page.wait_for_function("location.search.includes('compute.trials=7')")
    settle(page)
    assert box.is_visible()
    assert box.input_value() == "7"


@pytest.mark.parametrize("gap_ms", [0, 40, 80])
def test_two_changes_in_quick_succession_both_count(visit: Visit, gap_ms: int) -> None:
    page = visit("/?preset=support_tickets")
    labels, months = values(page)
    page.get_by_role("slider", name="Labels to buy").press("ArrowRight")
    page.wait_for_timeout(gap_ms)
    page.get_by_role("slider", name="Months of use").press("ArrowRight")
    page.wait_for_function(
        "['n_labelled_to_buy', 'horizon_months'].every(k => location.search.includes(k))",
        timeout=20_000,
    )
    after = values(page)
    assert after[0] != labels
    assert after[1] != months


def test_two_tabs_do_not_disturb_each_other(visit: Visit, address: str) -> None:
    one = visit("/?preset=support_tickets")
    two = one.context.new_page()
    two.goto(f"{address}/?preset=translation")
    settle(two)
    one.get_by_role("slider", name="Labels to buy").press("ArrowRight")
    one.wait_for_function("location.search.includes('n_labelled_to_buy')")
    two.get_by_role("slider", name="Months of use").press("ArrowRight")
    two.wait_for_function("location.search.includes('horizon_months')")
    settle(two)
    assert "Support tickets" in one.locator(".es-top").inner_text()
    assert "Support tickets" not in two.locator(".es-top").inner_text()
    assert "horizon_months" not in one.url


def test_the_answer_is_completed_after_a_pause(visit: Visit) -> None:
    page = visit()
    page.get_by_text("What would change it:", exact=True).wait_for(timeout=60_000)
    assert "working out" not in page.locator("section.es").inner_text()


def test_a_frame_on_another_site_shows_the_answer_and_saves_the_report(
    visit: Visit, address: str, other_site: Callable[[str], str]
) -> None:
    sandbox = "allow-scripts allow-same-origin allow-forms allow-downloads allow-popups"
    page = visit(
        other_site(
            f"<p class=es>intranet</p><iframe src='{address}/?embed=true' width=900 height=600 "
            f"sandbox='{sandbox}'></iframe>"
        ),
        960,
        700,
    )
    frame = page.frame_locator("iframe")
    frame.locator("tbody tr").nth(2).wait_for(timeout=30_000)
    page.wait_for_timeout(500)
    inside = page.frames[1]
    inside.wait_for_selector(".es-gates")
    end = inside.evaluate("document.querySelector('.es-gates')?.getBoundingClientRect().bottom")
    assert end < 600
    frame.get_by_role("button", name="Inputs").click()
    frame.get_by_role("slider", name="Labels to buy").wait_for()
    page.keyboard.press("Escape")
    keep(page, "frame")
    with page.expect_download(timeout=90_000) as waiting:
        frame.get_by_role("button", name="PDF", exact=True).click()
    path = waiting.value.path()
    assert path.read_bytes().startswith(b"%PDF-")
    assert path.stat().st_size > 10_000


@pytest.mark.parametrize("view", ["table", "frontier", "costs", "accuracy", "cashflow"])
def test_a_block_alone_fills_a_frame(visit: Visit, view: str) -> None:
    page = visit(f"/?embed=true&view={view}", 900, 600)
    assert page.locator("[data-testid=stSidebar] input").count() == 0
    chosen = "[data-testid=stPlotlyChart], [data-testid=stBidiComponentIsolated]"
    page.wait_for_function(
        "s => document.querySelector(s)?.getBoundingClientRect().y < 60", arg=chosen
    )
    box = page.locator(chosen).first.bounding_box()
    assert box["width"] > 800
    keep(page, f"view-{view}")


def test_nothing_is_asked_of_other_hosts(chromium: Any, address: str) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for name in PAGES:
        page.goto(address + path_of(name))
        settle(page)
    context.close()
    hosts = {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))}
    assert hosts == {"127.0.0.1"}
    assert not [text for text in said if "Content Security Policy" in text]
    assert len(asked) > 50


def test_own_prices_are_pasted_shown_before_and_after_and_taken_back(visit: Visit) -> None:
    page = visit("/?preset=support_tickets")
    strip = page.locator(".es-sums")
    first = strip.inner_text()
    side = page.get_by_test_id("stSidebar")
    side.get_by_text("What I already have", exact=False).first.click()
    box = side.locator(".st-key-paste-prices textarea")
    box.wait_for()
    header, rows = half_price().split("\n", 1)
    bad = "aws,x1,Abacus,1,,,us-east-1,on_demand,1.5,2026-07-20"
    box.fill("\n".join((header, bad, rows)))
    box.press("Control+Enter")
    side.get_by_text("Row 2, column accelerator", exact=False).first.wait_for()
    assert strip.inner_text() == first
    box.fill(half_price())
    box.press("Control+Enter")
    side.get_by_role("button", name="Use these", exact=False).click()
    side.get_by_text("before,", exact=False).first.wait_for()
    page.wait_for_function("location.search.includes('price_book')")
    page.wait_for_function(
        "b => ![undefined, b].includes(document.querySelector('.es-sums')?.innerText)", arg=first
    )
    keep(page, "own-prices")
    side.get_by_role("button", name="Back to the shipped prices").click()
    page.wait_for_function("b => document.querySelector('.es-sums')?.innerText === b", arg=first)
    assert "price_book" not in page.url


def test_what_a_search_finds_is_drawn_in_its_place_and_then_the_page_rests(visit: Visit) -> None:
    """The page is not drawn again for it, and nothing asks the server by itself from then on."""
    page = visit("/?n_labelled_to_buy=4300")
    line = page.locator(".es-change")
    page.evaluate("document.querySelector('.es-cards').dataset.drawn = 'once'")
    page.wait_for_selector(".es-change:not([role=status])", timeout=90_000)
    assert line.count() == 1
    assert page.locator(".es-cards[data-drawn=once]").count() == 1
    sent: list[object] = []
    page.context.on("request", lambda request: sent.append(request))
    runs = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'running'"
    for _ in range(20):
        page.wait_for_timeout(200)
        assert not page.evaluate(runs)
    assert sent == []
