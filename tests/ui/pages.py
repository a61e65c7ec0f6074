"""Running the dashboard's script without a browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT

MAIN = ROOT / "estimator" / "ui" / "main.py"
PAGES = ("answer", "compare", "tradeoffs", "plan", "evidence", "guide", "report", "projects")


def opened(query: str = "", page: str = "answer") -> AppTest:
    """The dashboard as a visitor of an address sees it."""
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in parse_qsl(query, keep_blank_values=True):
        app.query_params[name] = value
    app.run()
    if page != "answer":
        app.switch_page(f"pages/{page}.py").run()
    return app


def texts(app: AppTest) -> str:
    """Everything that the page's own HTML says."""
    return " ".join(str(block.proto.body) for block in app.get("html"))


def alerts(app: AppTest) -> list[str]:
    """Messages shown in place of a part of the page."""
    return [t for t in (str(b.proto.body) for b in app.get("html")) if 'class="es-alert"' in t]


def scenario(app: AppTest) -> Any:
    """The scenario in force."""
    return app.session_state["scenario"]


def choose(app: AppTest, key: str, value: Any) -> None:
    """Choose one option of a segmented control."""
    (group,) = [g for g in app.get("button_group") if g.key == key]
    group.set_value(value).run()
