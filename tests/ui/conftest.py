"""The dashboard as started by the README's line, and Debian's chromium to look at it."""

from __future__ import annotations

import http.server
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ARTEFACTS = ROOT / "tests" / "artefacts"
START_SECONDS = 60.0


def unused_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of one running server."""
    port = unused_port()
    log = tmp_path_factory.mktemp("server") / "log.txt"
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    with log.open("wb") as out:
        environment = {**os.environ, "ESTIMATOR_FRAME_ANCESTORS": "'self' http://localhost:*"}
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/_stcore/health", server, log)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=20)
    shown = log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in shown, shown[-3000:]


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """One browser for all tests."""
    if CHROMIUM is None:
        pytest.skip("Debian's chromium is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


Visit = Callable[..., Any]


@pytest.fixture
def visit(chromium: Any, address: str) -> Iterator[Visit]:
    """``visit(path, width, height, scheme)``: a settled page in a context of its own."""
    contexts = []

    def go(path: str = "/", width: int = 1280, height: int = 720, scheme: str = "light") -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path if path.startswith("http") else address + path)
        settle(page)
        return page

    yield go
    for context in contexts:
        context.close()


READY = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  const searching = document.querySelector('.es-change[role=status]');
  return !app || app.dataset.testScriptState !== 'running' || searching;
}"""


def settle(page: Any) -> None:
    """Wait until the page shows its content; a search that follows the numbers may go on."""
    page.wait_for_selector(
        ".es, [data-testid=stPlotlyChart], [data-testid=stBidiComponentIsolated]"
    )
    page.wait_for_timeout(150)
    page.wait_for_function(READY, timeout=30_000)
    page.wait_for_timeout(350)


def keep(page: Any, name: str) -> None:
    """Keep a picture of the page for whoever looks at the run; never compared."""
    if os.environ.get("PYTEST_XDIST_WORKER") in (None, "gw0", "gw1"):
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=str(ARTEFACTS / f"{name}.png"), full_page=True)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and prints nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """``other_site(html)``: the address of a page on another site (localhost, another port)."""
    port = unused_port()
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", port), lambda *a: Quiet(*a, directory=str(tmp_path))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def put(html: str) -> str:
        (tmp_path / "index.html").write_text(html, encoding="utf-8")
        return f"http://localhost:{port}/"

    yield put
    server.shutdown()
