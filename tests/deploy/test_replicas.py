"""Two processes behind nginx: a visitor stays, one is killed under load, names come from nginx."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.deploy.conftest import nginx_config, service_command, unused_port, wait_for

pytestmark = [pytest.mark.nginx, pytest.mark.slow, pytest.mark.xdist_group("site")]
VISITORS = 12
PACE_SECONDS = 0.1


@dataclass
class Team:
    """Two processes with one store, and where nginx answers."""

    apps: dict[int, subprocess.Popen[bytes]]
    port: int
    folder: Path

    def log(self, app: int) -> str:
        """The access log of one process."""
        file = self.folder / f"access-{app}.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Both processes ready, nginx naming everybody ada."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("replicas")
    ports, listen = (unused_port(), unused_port()), unused_port()
    config = nginx_config(folder, listen, ports[0])
    text = config.read_text(encoding="utf-8")
    one, named = f"server 127.0.0.1:{ports[0]};", 'X-Forwarded-Email "";'
    assert one in text
    assert named in text
    both = f"{one} server 127.0.0.1:{ports[1]};"
    text = text.replace(one, both).replace(named, 'X-Forwarded-Email "ada@example.org";')
    config.write_text(text, encoding="utf-8")
    apps = {}
    try:
        for port in ports:
            environment = {
                **os.environ,
                "ESTIMATOR_DATABASE_URL": f"sqlite:///{folder / 'store.db'}",
                "ESTIMATOR_TRUSTED_PROXIES": "127.0.0.1",
                "ESTIMATOR_ACCESS_LOG": str(folder / f"access-{port}.log"),
            }
            with (folder / f"app-{port}.log").open("wb") as log:
                apps[port] = subprocess.Popen(
                    service_command(port), cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log,
                )  # fmt: skip
        for port, app in apps.items():
            wait_for(f"http://127.0.0.1:{port}/estimator/readyz", app)
        proxy = subprocess.Popen(
            [nginx, "-c", str(config), "-p", str(folder), "-e", str(folder / "start.log")],
            stdin=subprocess.DEVNULL,
        )
        apps[0] = proxy
        wait_for(f"http://127.0.0.1:{listen}/estimator/healthz", proxy)
        yield Team({p: a for p, a in apps.items() if p}, listen, folder)
    finally:
        for app in apps.values():
            app.terminate()
        for app in apps.values():
            app.wait(20)


def get(team: Team, path: str, cookie: str = "", **headers: str) -> tuple[int, str, str]:
    """Status, body and the cookie that nginx sets."""
    connection = http.client.HTTPConnection("127.0.0.1", team.port, timeout=20)
    given = {"X-Forwarded-Email": "evil@example.org", "X-Estimator-User": "evil", **headers}
    connection.request("GET", path, headers=given | ({"Cookie": cookie} if cookie else {}))
    answer = connection.getresponse()
    body = answer.read().decode("utf-8", "replace")
    return answer.status, body, (answer.getheader("Set-Cookie") or "").partition(";")[0]


def upgraded(team: Team, cookie: str) -> bool:
    """Is a websocket accepted, as the page opens it?"""
    request = (
        "GET /estimator/_stcore/stream HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{team.port}\r\nOrigin: http://127.0.0.1:{team.port}\r\n"
        f"Cookie: {cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", team.port), timeout=20) as s:
        s.sendall(request.encode())
        return s.recv(4096).startswith(b"HTTP/1.1 101")


def test_counts_are_not_for_those_behind_the_proxy(team: Team) -> None:
    assert get(team, "/estimator/metrics")[0] == 404
    port = next(iter(team.apps))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/estimator/metrics", timeout=20) as found:
        assert b"estimator_requests_total" in found.read()


def test_a_visitor_stays_and_goes_on_when_one_is_killed(team: Team) -> None:
    cookies = [get(team, "/estimator/")[2] for _ in range(VISITORS)]
    assert len(set(cookies)) == VISITORS
    for number, cookie in enumerate(cookies):
        for _ in range(3):
            assert get(team, f"/estimator/visitor-{number}", cookie)[0] == 200
    homes = {}
    for number in range(VISITORS):
        found = {p for p in team.apps if f"/visitor-{number} " in team.log(p)}
        assert len(found) == 1, "all requests of a visitor reach one process"
        homes[number] = found.pop()
    assert set(homes.values()) == set(team.apps), "both have visitors"
    for port in team.apps:
        lines = [x for x in team.log(port).splitlines() if "/visitor-" in x]
        assert all(" ada@example.org GET /estimator/visitor-" in x for x in lines)
        assert "evil" not in team.log(port)

    victim = homes[0]
    failed: list[str] = []
    stop = threading.Event()

    def browse(number: int) -> None:
        # Below nginx's limit of requests from one address.
        while not stop.wait(PACE_SECONDS):
            try:
                status = get(team, "/estimator/?n_labelled_to_buy=777", cookies[number])[0]
            except OSError as error:
                failed.append(repr(error))
                continue
            if status != 200:
                failed.append(str(status))

    threads = [threading.Thread(target=browse, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    team.apps[victim].kill()
    time.sleep(2.0)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(failed) <= len(threads), f"at most what was under way: {failed[:5]}"
    for cookie in cookies:
        assert get(team, "/estimator/healthz", cookie)[0] == 200
        assert get(team, "/estimator/readyz", cookie)[:2] == (200, "ready\n")
        assert upgraded(team, cookie)
    print(json.dumps({"failed while one was killed": failed}))
