"""Many visitors at once, against an empty app in the same run.

    python tests/bench/bench_load.py [--visitors 10 25 50 100] [--seconds 40] [--every 5]

Each visitor speaks Streamlit's protobuf over its own websocket, obeys ``auto_rerun`` as a browser
does, has a scenario of its own and moves a number every few seconds to a value never computed
before. Measured are the wait for the number and for the end of the run, the share of moves that
were answered, CPU of the server and its workers, and memory before, during and after. Machines are
noisy: judge against the empty app of the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.bench.bench_page import unused_port  # noqa: E402

EMPTY = """
import streamlit as st
number = st.number_input("Labels to buy", 0, 10**9, 10)
st.html(f"<section class='es'>{number}</section>")
"""
TASKS = ("text_classification", "image_classification", "translation", "speech_recognition")
REST_SECONDS = 90.0
HEAD = """
| visitors | app | opened p95 | number p50 | p95 | run p95 | answered | CPU ms a move
| of it workers | CPU of 1 core | MiB most |
|---|---|---|---|---|---|---|---|---|---|---|""".replace("move\n", "move ")
TICK = os.sysconf("SC_CLK_TCK")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


@dataclass
class Visitor:
    """One browser tab."""

    number: int
    port: int
    waits: list[float] = field(default_factory=list)
    runs: list[float] = field(default_factory=list)
    opened: float = 0.0
    planned: int = 0
    widget: str = ""
    state: dict[str, int] = field(default_factory=dict)
    text: str = ""
    shown: asyncio.Event = field(default_factory=asyncio.Event)
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    timers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    socket: Any = None
    page: str = ""

    @property
    def query(self) -> str:
        """The visitor's own scenario as a link."""
        task = TASKS[self.number % len(TASKS)]
        return f"v=1&task={task}&n_labelled_to_buy={1000 + self.number}&seed={self.number}"

    async def ask(self, fragment: str = "") -> None:
        """Send what a browser sends when a widget moves or a timer ends."""
        message = BackMsg()
        run = message.rerun_script
        run.query_string = self.query
        run.page_script_hash = self.page
        if not fragment:
            self.rest()
        else:
            run.fragment_id, run.is_auto_rerun = fragment, True
        for name, value in self.state.items():
            item = run.widget_states.widgets.add()
            item.id, item.int_value = name, value
        await self.socket.send(message.SerializeToString())

    def rest(self) -> None:
        """Stop the timers: the page is drawn anew."""
        for timer in self.timers.values():
            timer.cancel()
        self.timers.clear()

    async def listen(self) -> None:
        """Take what the server sends."""
        async for raw in self.socket:
            message = ForwardMsg()
            message.ParseFromString(raw)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page = message.new_session.page_script_hash
            elif kind == "stop_auto_rerun":
                self.rest()
            elif kind == "auto_rerun":
                name = message.auto_rerun.fragment_id
                if name in self.timers:
                    self.timers[name].cancel()
                self.timers[name] = asyncio.create_task(
                    self._again(name, message.auto_rerun.interval)
                )
            elif kind == "delta":
                self._delta(message)
            elif kind == "script_finished":
                self.finished.set()

    async def _again(self, fragment: str, seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            await self.ask(fragment)

    def _delta(self, message: ForwardMsg) -> None:
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "number_input" and element.number_input.label == "Labels to buy":
            self.widget = element.number_input.id
        if kind == "html" and '<section class="es"' in element.html.body.replace("'", '"'):
            if element.html.body != self.text:
                self.shown.set()
            self.text = element.html.body

    async def move(self, value: int) -> None:
        """Move the number and wait for it to be shown and for the run to end."""
        self.planned += 1
        self.state = {self.widget: value}
        self.shown.clear()
        self.finished.clear()
        begun = time.perf_counter()
        await self.ask()
        try:
            await asyncio.wait_for(self.shown.wait(), 60)
            self.waits.append(time.perf_counter() - begun)
            await asyncio.wait_for(self.finished.wait(), 60)
            self.runs.append(time.perf_counter() - begun)
        except TimeoutError:
            return


async def visit(visitor: Visitor, seconds: float, every: float, start: float) -> None:
    """Open the page, then move the number until the time is over."""
    await asyncio.sleep(start)
    address = f"ws://127.0.0.1:{visitor.port}/_stcore/stream"
    begun = time.perf_counter()
    options: dict[str, Any] = {"subprotocols": ["streamlit"], "max_size": None, "proxy": None}
    async with websockets.connect(address, **options) as socket:
        visitor.socket = socket
        listener = asyncio.create_task(visitor.listen())
        await visitor.ask()
        try:
            await asyncio.wait_for(visitor.shown.wait(), 120)
            visitor.opened = time.perf_counter() - begun
            await asyncio.wait_for(visitor.finished.wait(), 120)
            end, step = time.perf_counter() + seconds, 0
            while time.perf_counter() < end:
                turn = time.perf_counter()
                step += 1
                await visitor.move(2000 + 1000 * step + visitor.number)
                await asyncio.sleep(max(0.0, every - (time.perf_counter() - turn)))
        except TimeoutError:
            pass
        visitor.rest()
        listener.cancel()


def family(pid: int) -> list[int]:
    """A process and its children."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        children = [c for t in threads for c in (t / "children").read_text().split()]
    except OSError:
        children = []
    return [pid, *(p for c in children for p in family(int(c)))]


def memory_mib(pid: int) -> list[int]:
    """Resident memory of a process and of each child."""
    out = []
    for one in family(pid):
        try:
            pages = int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
        out.append(pages * PAGE_KB // 1024)
    return out


def cpu_seconds(pid: int) -> list[float]:
    """CPU time of a process, and of its children with those that ended."""
    cells = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    own, ended = (int(cells[11]) + int(cells[12])), (int(cells[13]) + int(cells[14]))
    for one in family(pid)[1:]:
        try:
            inner = Path(f"/proc/{one}/stat").read_text().rpartition(") ")[2].split()
        except OSError:
            continue
        ended += int(inner[11]) + int(inner[12])
    return [own / TICK, ended / TICK]


def started(script: str, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A server and its port."""
    port = unused_port()
    command = [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    with (folder / f"{port}.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    end = time.monotonic() + 120
    begun = time.monotonic()
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                print(f"  {script}: serves after {time.monotonic() - begun:.1f} s")
                return server, port
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not start")


def p(values: list[float], share: float) -> float:
    """A percentile in seconds; nan where nothing was answered."""
    if not values:
        return float("nan")
    return statistics.quantiles(values, n=100)[round(share * 100) - 1] if values[1:] else values[0]


async def crowd(
    port: int, n: int, seconds: float, every: float, pid: int
) -> tuple[list[Visitor], list[int]]:
    """All visitors of one round; returns them and the highest memory."""
    visitors = [Visitor(i, port) for i in range(n)]
    most = memory_mib(pid)

    async def watch() -> None:
        nonlocal most
        while True:
            await asyncio.sleep(0.5)
            now = memory_mib(pid)
            most = max(most, now, key=sum)

    watcher = asyncio.create_task(watch())
    spread = [i * every / n for i in range(n)]
    await asyncio.gather(
        *(visit(v, seconds, every, s) for v, s in zip(visitors, spread, strict=True)),
        return_exceptions=True,
    )
    watcher.cancel()
    return visitors, most


def main() -> None:
    """Run every size on both apps in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, nargs="+", default=[10, 25, 50, 100])
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--every", type=float, default=5.0)
    chosen = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = folder / "empty.py"
        empty.write_text(EMPTY, encoding="utf-8")
        apps = {"empty": started(str(empty), folder), "dashboard": started("app.py", folder)}
        time.sleep(15)
        for app, (server, _) in apps.items():
            print(f"  {app}: idle {memory_mib(server.pid)} MiB")
        print(HEAD)
        try:
            for n in chosen.visitors:
                for app, (server, port) in apps.items():
                    before, begun = cpu_seconds(server.pid), time.monotonic()
                    visitors, most = asyncio.run(
                        crowd(port, n, chosen.seconds, chosen.every, server.pid)
                    )
                    spent = [b - a for a, b in zip(before, cpu_seconds(server.pid), strict=True)]
                    wall = time.monotonic() - begun
                    waits = [x for v in visitors for x in v.waits]
                    runs = [x for v in visitors for x in v.runs]
                    opened = [v.opened for v in visitors if v.opened]
                    planned = int(n * chosen.seconds / chosen.every)
                    moves = max(1, len(waits))
                    print(
                        f"| {n} | {app} | {p(opened, 0.95):.2f} | {p(waits, 0.5):.3f} "
                        f"| {p(waits, 0.95):.3f} | {p(runs, 0.95):.2f} | {len(waits)}/{planned} "
                        f"| {1000 * sum(spent) / moves:.0f} | {1000 * spent[1] / moves:.0f} "
                        f"| {100 * sum(spent) / wall:.0f} % | {most} |",
                        flush=True,
                    )
            time.sleep(REST_SECONDS)
            print(f"after {REST_SECONDS:.0f} s: {memory_mib(apps['dashboard'][0].pid)} MiB")
        finally:
            for server, _ in apps.values():
                server.terminate()
                server.wait(20)


if __name__ == "__main__":
    main()
