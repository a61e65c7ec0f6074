"""Speed of the page against an empty Streamlit app: ``python tests/bench/bench_page.py``.

A browser moves a slider, each time to a value never computed before, and waits for the number. The
empty app is one slider and one number with default settings; both are measured in turn, in rounds,
so that the machine's mood is shared.
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
ROUNDS, MOVES = 3, 10
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
EMPTY = """
import streamlit as st
number = st.slider("Labels to buy", 0, 1000, 10)
st.html(f"<section class='es'>{number}</section>")
"""
TEXT = "document.querySelector('section.es').innerText"
ARM = """before => {
  window.benchEnd = 0;
  window.addEventListener('keydown', () => { window.benchStart = performance.now(); },
    {once: true, capture: true});
  const look = () => {
    const at = document.querySelector('section.es');
    if (at && at.innerText !== before) window.benchEnd = performance.now();
    else requestAnimationFrame(look);
  };
  look();
}"""


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


def moves(page: Any) -> list[float]:
    """Milliseconds from a press on the slider to the changed number."""
    page.bring_to_front()
    slider = page.get_by_role("slider").first
    slider.focus()
    times = []
    for _ in range(MOVES):
        before = page.evaluate(TEXT)
        page.evaluate(ARM, before)
        slider.press("ArrowRight")
        page.wait_for_function("window.benchEnd > 0", timeout=60_000)
        times.append(float(page.evaluate("window.benchEnd - window.benchStart")))
        page.wait_for_timeout(700)
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
            for _ in range(ROUNDS):
                a += moves(empty_page)
                b += moves(our_page)
            rows = (
                ("start to healthy, s", empty_start, our_start),
                ("healthy to first screen, s", empty_first, our_first),
                ("start to first screen, s", empty_start + empty_first, our_start + our_first),
                ("slider to new number, median ms", statistics.median(a), statistics.median(b)),
                ("slider to new number, p95 ms", sorted(a)[-2], sorted(b)[-2]),
                ("memory of the server, MiB", memory_mib(empty), memory_mib(ours)),
            )
            print(f"{'':36}{'empty app':>12}{'dashboard':>12}{'ratio':>8}")
            for name, x, y in rows:
                print(f"{name:36}{x:12.2f}{y:12.2f}{y / x:8.2f}")
            print(f"{MOVES * ROUNDS} moves each in {ROUNDS} rounds")
        finally:
            browser.close()
            for server in (empty, ours):
                server.terminate()
                server.wait(timeout=20)


if __name__ == "__main__":
    main()
