"""The examples of deploy/ at work: sub-path, websocket, health, headers, compression."""

from __future__ import annotations

import gzip
import http.client
import re
import shlex
import socket

import pytest
import yaml

from tests.conftest import ROOT
from tests.deploy.conftest import ANCESTORS, Site, service_command

pytestmark = [pytest.mark.nginx, pytest.mark.xdist_group("site")]


def get(site: Site, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", site.proxy_port, timeout=20)
    connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    return answer, answer.read()


def handshake(site: Site, origin: str) -> str:
    request = (
        "GET /estimator/_stcore/stream HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{site.proxy_port}\r\n"
        f"Origin: {origin}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", site.proxy_port), timeout=20) as s:
        s.sendall(request.encode())
        return s.recv(4096).decode(errors="replace").splitlines()[0]


def test_page_under_the_sub_path(site: Site) -> None:
    answer, body = get(site, "/estimator/")
    assert answer.status == 200
    assert b"<html" in body.lower()
    scripts = re.findall(rb'src="([^"]+\.js)"', body)
    assert scripts
    first = scripts[0].decode()
    path = first if first.startswith("/") else "/estimator/" + first.removeprefix("./")
    answer, packed = get(site, path, Accept_Encoding="gzip")
    assert answer.status == 200
    assert answer.getheader("Content-Encoding") == "gzip"
    assert len(packed) < len(gzip.decompress(packed)) / 2


def test_sub_path_without_slash_keeps_the_query(site: Site) -> None:
    answer, _ = get(site, "/estimator?embed=true")
    assert answer.status == 301
    assert answer.getheader("Location") == "/estimator/?embed=true"


def test_nothing_outside_the_sub_path(site: Site) -> None:
    answer, _ = get(site, "/_stcore/health")
    assert answer.status == 404


def test_health(site: Site) -> None:
    answer, body = get(site, "/estimator/_stcore/health")
    assert answer.status == 200
    assert body.strip() == b"ok"


@pytest.mark.parametrize("path", ["/estimator/", "/estimator/_stcore/health"])
def test_frame_policy_is_sent_exactly_once(site: Site, path: str) -> None:
    answer, _ = get(site, path)
    policies = [v for k, v in answer.getheaders() if k.lower() == "content-security-policy"]
    assert len(policies) == 1
    assert f"frame-ancestors {ANCESTORS}" in policies[0]
    assert answer.getheader("X-Frame-Options") is None


def test_websocket_is_upgraded(site: Site) -> None:
    own = f"http://127.0.0.1:{site.proxy_port}"
    assert handshake(site, own).startswith("HTTP/1.1 101")


def test_websocket_of_another_site_is_refused(site: Site) -> None:
    assert " 403 " in handshake(site, "http://evil.example.org") + " "


def test_a_missing_download_is_404_not_an_error_page_of_the_proxy(site: Site) -> None:
    answer, _ = get(site, "/estimator/media/nothing.pdf")
    assert answer.status == 404


def test_long_links_pass(site: Site) -> None:
    answer, _ = get(site, "/estimator/?s=" + "a" * 12_000)
    assert answer.status == 200


def test_compose_and_image_start_the_same_command_as_the_unit() -> None:
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    words = compose["services"]["app"]["command"]
    image = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    (line,) = [x for x in image.splitlines() if x.startswith("CMD ")]
    assert shlex.split(line.removeprefix("CMD ").strip("[]").replace(",", " ")) == words
    unit = service_command(8501)[3:]
    assert [w.replace("0.0.0.0", "127.0.0.1") for w in words[1:]] == unit
    networks = compose["networks"]
    assert networks["inside"]["internal"] is True
    assert compose["services"]["app"]["networks"] == ["inside"]
