"""The server by itself: it asks nobody outside, and a foreign page cannot hold it up."""

from __future__ import annotations

import gzip
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.deploy.conftest import unused_port, wait_for

pytestmark = pytest.mark.xdist_group("alone")
FOREIGN = 5
QUICK_SECONDS = 0.5
"""A look-up that is dropped takes two seconds each, one after the other."""


@dataclass
class Alone:
    """A started server and what it sent to the proxy that never answers."""

    port: int
    asked: list[bytes] = field(default_factory=list)


def swallow(listener: socket.socket, asked: list[bytes]) -> None:
    """Take connections, read, and never answer: a firewall that drops."""
    kept = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        kept.append(connection)
        connection.settimeout(1)
        asked.append(connection.recv(200))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    listener = socket.create_server(("127.0.0.1", 0))
    found = Alone(unused_port())
    threading.Thread(target=swallow, args=(listener, found.asked), daemon=True).start()
    proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    environment = {**os.environ, **dict.fromkeys(names, proxy)}
    for name in ("no_proxy", "NO_PROXY", "ESTIMATOR_HOSTS", "ESTIMATOR_FRAME_ANCESTORS"):
        environment.pop(name, None)
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(found.port)]
    log_path: Path = tmp_path_factory.mktemp("alone") / "log"
    with log_path.open("wb") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            wait_for(f"http://127.0.0.1:{found.port}/_stcore/health", server)
            yield found
        finally:
            server.terminate()
            server.wait(20)
            listener.close()


def knock(port: int, origin: str) -> str:
    """First line of the answer to a websocket handshake."""
    request = (
        "GET /_stcore/stream HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\nOrigin: {origin}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
        s.sendall(request.encode())
        return s.recv(4096).decode(errors="replace").splitlines()[0]


def test_foreign_pages_hold_nobody_up_and_nobody_outside_is_asked(alone: Alone) -> None:
    answers: list[str] = []
    threads = [
        threading.Thread(
            target=lambda i=i: answers.append(knock(alone.port, f"http://evil{i}.example"))
        )
        for i in range(FOREIGN)
    ]
    for thread in threads:
        thread.start()
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", alone.port, timeout=20)
    connection.request("GET", "/_stcore/health")
    assert connection.getresponse().status == 200
    waited = time.monotonic() - begun
    for thread in threads:
        thread.join(20)
    assert [a.split()[1] for a in answers] == ["403"] * FOREIGN
    assert knock(alone.port, f"http://127.0.0.1:{alone.port}").split()[1] == "101"
    assert alone.asked == []
    assert waited < QUICK_SECONDS


def test_scripts_are_compressed_without_a_proxy(alone: Alone) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", alone.port, timeout=20)
    connection.request("GET", "/")
    page = connection.getresponse().read().decode()
    script = next(x for x in page.split('"') if x.endswith(".js")).removeprefix(".")
    connection.request("GET", "/" + script.lstrip("/"), headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    packed = answer.read()
    assert answer.getheader("Content-Encoding") == "gzip"
    assert len(packed) < len(gzip.decompress(packed)) / 2
