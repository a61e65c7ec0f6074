"""Speed of the page against an empty Streamlit app: ``python tests/bench/bench_page.py``.

A browser moves a slider, each time to a value never computed before, and waits for the number, then
for the chart on the page. The empty app is one slider and one number with default settings; both
are measured in turn, in rounds, so that the machine's mood is shared. Then the slider is moved
while the search for what would change the answer is running, which the page itself says.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ROUNDS, MOVES, SEARCH_MOVES = 3, 6, 8
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
EMPTY = """
import streamlit as st
number = st.slider("Labels to buy", 0, 1000, 10)
st.html(f"<section class='es'>{number}</section>")
"""
ARM = """() => {
  const number = () => {
    const strip = document.querySelector('.es-sums');
    const lines = document.querySelector('section.es').innerText.split('\\n');
    const words = lines.filter(line => !line.startsWith('Next')).join(' ');
    return words + (strip ? strip.innerText : '');
  };
  const before = number();
  window.benchEnd = window.benchChart = 0;
  window.addEventListener('keydown', () => { window.benchStart = performance.now(); },
    {once: true, capture: true});
  const look = () => {
    if (number() !== before) window.benchEnd = performance.now();
    else requestAnimationFrame(look);
  };
  look();
  if (window.benchWatch) window.benchWatch.disconnect();
  const chart = document.querySelector('.js-plotly-plot');
  window.benchWatch = new MutationObserver(() => { window.benchChart = performance.now(); });
  if (chart) window.benchWatch.observe(chart, {subtree: true, childList: true, attributes: true});
}"""
SEARCHING = """() => /\\d/.test(
  (document.querySelector('.es-change[role=status]') || {innerText: ''}).innerText)"""


def unused_port() -> int:
    """A free port of the loopback."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def serve(folder: Path, script: str, defaults: bool) -> tuple[subprocess.Popen[bytes], str, float]:
    """Start an app; returns the process, its address and the seconds until it was healthy."""
    port = unused_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    if defaults:
        command += ["--browser.gatherUsageStats", "false"]
    start = time.perf_counter()
    server = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    while time.perf_counter() - start < 90:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
                return server, url, time.perf_counter() - start
        except OSError:
            time.sleep(0.02)
    server.kill()
    raise SystemExit(f"{script} did not start")


def opened(browser: Any, url: str) -> tuple[Any, float]:
    """A page and the seconds until its number stood there."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    start = time.perf_counter()
    page.goto(url)
    page.wait_for_selector("section.es")
    seconds = time.perf_counter() - start
    page.get_by_role("slider").first.press("Home")
    page.wait_for_timeout(2500)
    return page, seconds


def move(page: Any) -> float:
    """Milliseconds from a press on the slider to the changed number."""
    slider = page.get_by_role("slider").first
    slider.focus()
    page.evaluate(ARM)
    slider.press("ArrowRight")
    page.wait_for_function("window.benchEnd > 0", timeout=60_000)
    return float(page.evaluate("window.benchEnd - window.benchStart"))


def moves(page: Any) -> tuple[list[float], list[float]]:
    """Milliseconds to the changed number, and to the last stroke of the chart where one is."""
    page.bring_to_front()
    numbers, charts = [], []
    for _ in range(MOVES):
        numbers.append(move(page))
        page.wait_for_timeout(700)
        if page.evaluate("window.benchChart > 0"):
            charts.append(float(page.evaluate("window.benchChart - window.benchStart")))
    return numbers, charts


def moves_in_searches(browser: Any, url: str) -> list[float]:
    """Milliseconds to the changed number for moves made while a search tells its progress."""
    page, _ = opened(browser, url)
    times: list[float] = []
    for _ in range(SEARCH_MOVES):
        page.wait_for_function(SEARCHING, timeout=60_000)
        times.append(move(page))
    page.get_by_text("What would change it:", exact=True).wait_for(timeout=60_000)
    page.close()
    return times


def memory_mib(process: subprocess.Popen[bytes]) -> float:
    """Resident memory of a running server."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    line = next(x for x in status.splitlines() if x.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Print the table."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or os.environ.get("CHROMIUM")
    if not chromium:
        raise SystemExit("Debian's chromium is needed")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        Path(folder, "empty.py").write_text(EMPTY, encoding="utf-8")
        empty, empty_url, empty_start = serve(Path(folder), "empty.py", True)
        ours, our_url, our_start = serve(ROOT, "app.py", False)
        browser = player.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            empty_page, empty_first = opened(browser, empty_url)
            our_page, our_first = opened(browser, our_url)
            a: list[float] = []
            b: list[float] = []
            drawn: list[float] = []
            for _ in range(ROUNDS):
                a += moves(empty_page)[0]
                numbers, charts = moves(our_page)
                b, drawn = b + numbers, drawn + charts
            our_page.close()
            busy = moves_in_searches(browser, f"{our_url}/?preset=translation")
            usual = statistics.median(a)
            rows = (
                ("start to healthy, s", empty_start, our_start),
                ("healthy to first screen, s", empty_first, our_first),
                ("start to first screen, s", empty_start + empty_first, our_start + our_first),
                ("slider to new number, median ms", usual, statistics.median(b)),
                ("slider to new number, p95 ms", sorted(a)[-2], sorted(b)[-2]),
                (
                    "slider to chart drawn, median ms",
                    statistics.median(a),
                    statistics.median(drawn),
                ),
                ("move in a search, median ms", usual, statistics.median(busy)),
                ("move in a search, p95 ms", sorted(a)[-2], sorted(busy)[-2]),
                ("memory of the server, MiB", memory_mib(empty), memory_mib(ours)),
            )
            print(f"{'':36}{'empty app':>12}{'dashboard':>12}{'ratio':>8}")
            for name, x, y in rows:
                print(f"{name:36}{x:12.2f}{y:12.2f}{y / x:8.2f}")
            print(f"{MOVES * ROUNDS} moves each in {ROUNDS} rounds; {len(busy)} moves in searches")
        finally:
            browser.close()
            for server in (empty, ours):
                server.terminate()
                server.wait(timeout=20)


if __name__ == "__main__":
    main()
