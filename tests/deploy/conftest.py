"""The example service and the example proxy, really started on free ports of the loopback."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

ANCESTORS = "'self' https://intranet.example.org"


@dataclass(frozen=True)
class Site:
    """Where the started examples answer."""

    app_port: int
    proxy_port: int

    @property
    def url(self) -> str:
        """The dashboard behind the proxy."""
        return f"http://127.0.0.1:{self.proxy_port}/estimator"


def unused_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def service_command(port: int) -> list[str]:
    """The ExecStart line of the unit with this checkout's Python and a free port."""
    lines = (ROOT / "deploy" / "estimator.service").read_text(encoding="utf-8").splitlines()
    (start,) = [line for line in lines if line.startswith("ExecStart=")]
    words = shlex.split(start.removeprefix("ExecStart="))
    words[words.index("--server.port") + 1] = str(port)
    assert words[0] == "/opt/estimator/.venv/bin/streamlit"
    return [sys.executable, "-m", "streamlit", *words[1:]]


def wait_for(url: str, server: subprocess.Popen[bytes], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while True:
        assert server.poll() is None, "the app did not start"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            if time.monotonic() > end:
                raise
        time.sleep(0.1)


def nginx_config(folder: Path, listen: int, upstream: int) -> Path:
    """The template in a main file that writes nothing outside of ``folder``."""
    site = (ROOT / "deploy" / "nginx.conf.template").read_text(encoding="utf-8")
    site = site.replace("${LISTEN}", f"127.0.0.1:{listen}")
    site = site.replace("${UPSTREAM}", f"127.0.0.1:{upstream}")
    temp = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    main = f"""
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
types {{ text/html html; }}
access_log off;
{temp}
{site}
}}
"""
    path = folder / "nginx.conf"
    path.write_text(main, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """App and proxy, stopped at the end."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    found = Site(unused_port(), unused_port())
    config = nginx_config(folder, found.proxy_port, found.app_port)
    environment = {**os.environ, "ESTIMATOR_FRAME_ANCESTORS": ANCESTORS}
    with (folder / "app.log").open("wb") as log:
        running = [
            subprocess.Popen(
                service_command(found.app_port),
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ),
            subprocess.Popen(
                [nginx, "-c", str(config), "-p", str(folder), "-e", str(folder / "start.log")],
                stdin=subprocess.DEVNULL,
            ),
        ]
        try:
            wait_for(f"{found.url}/_stcore/health", running[0])
            yield found
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(20)
            print((folder / "app.log").read_text(encoding="utf-8", errors="replace")[-2000:])
