"""What stands before Streamlit: hosts, origins, headers, compression."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import MutableMapping
from typing import Any

import pytest

from estimator.ui.frame import FrameHeaders, Guard
from estimator.ui.static import Compressed
from tests.conftest import run_alone

Message = MutableMapping[str, Any]
SCRIPT = b"const a = 1;\n" * 500


async def page(scope: Message, receive: Any, send: Any) -> None:
    """An application that lets everybody in and serves one script."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept", "scope": scope})
        return
    head = [(b"content-type", b"text/javascript"), (b"Content-Security-Policy", b"none")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": SCRIPT[:100], "more_body": True})
    await send({"type": "http.response.body", "body": SCRIPT[100:]})


def ask(app: Any, kind: str = "http", path: str = "/", **headers: str) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": f"{kind}.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    scope = {"type": kind, "method": "GET", "path": path, "headers": pairs}
    run_alone(lambda: asyncio.run(app(scope, receive, send)))
    return sent


@pytest.mark.parametrize(
    ("hosts", "host", "origin", "accepted"),
    [
        ("", "a.example:8501", "http://a.example:8501", True),
        ("", "a.example", "https://a.example", True),
        ("", "a.example", None, True),
        ("", "a.example", "http://evil.example", False),
        ("", "a.example:8501", "http://a.example:1", False),
        ("", "a.example", "http://localhost:3000", False),
        ("", "a.example", "null", False),
        ("", "a.example", "http://[", False),
        ("a.example", "evil.example", "http://evil.example", False),
        ("a.example", "a.example:8501", "http://a.example:8501", True),
        ("a.example b.example", "inside:8501", "https://a.example", False),
        ("a.example inside", "inside:8501", "https://a.example", True),
        ("a.example", "127.0.0.1:8501", "http://127.0.0.1:8501", True),
        ("a.example", "127.0.0.1:8501", "https://a.example", True),
        ("a.example", "127.0.0.1:8501", "http://evil.example", False),
    ],
)
def test_who_may_open_a_websocket(
    hosts: str, host: str, origin: str | None, accepted: bool
) -> None:
    headers = {"host": host, **({"origin": origin} if origin else {})}
    (answer,) = ask(Guard(page, hosts), "websocket", **headers)
    assert answer["type"] == ("websocket.accept" if accepted else "websocket.close")
    if accepted and origin:
        inner = dict(answer["scope"]["headers"])
        assert origin.endswith("//" + inner[b"host"].decode())


def test_a_page_under_a_foreign_name_is_refused() -> None:
    assert ask(Guard(page, "a.example"), host="evil.example")[0]["status"] == 421
    assert ask(Guard(page, "a.example"), host="a.example:80")[0]["status"] == 200
    assert ask(Guard(page, ""), host="whatever")[0]["status"] == 200


def test_headers_are_sent_once_and_frames_are_own_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from estimator.ui import frame

    monkeypatch.delenv(frame.ANCESTORS, raising=False)
    layer = next(m for m in frame.middleware() if m.cls is FrameHeaders)
    app: Any = FrameHeaders(page, **layer.kwargs)
    headers = ask(app)[0]["headers"]
    policies = [v for k, v in headers if k.lower() == b"content-security-policy"]
    assert len(policies) == 1
    assert policies[0].endswith(b"frame-ancestors 'self'")
    assert b"object-src 'none'" in policies[0]
    assert b"http" not in policies[0]


def test_scripts_are_compressed_once_and_whole() -> None:
    app = Compressed(page)
    for _ in range(2):
        start, body = ask(app, path="/x/static/js/a.1.js", accept_encoding="gzip, br")
        headers = dict(start["headers"])
        assert headers[b"content-encoding"] == b"gzip"
        assert int(headers[b"content-length"]) == len(body["body"]) < len(SCRIPT) / 4
        assert gzip.decompress(body["body"]) == SCRIPT
    assert len(app.kept) == 1


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/a.js", {}),
        ("/static/a.js", {"accept_encoding": "gzip", "range": "bytes=0-9"}),
        ("/static/a.woff2", {"accept_encoding": "gzip"}),
        ("/media/a.js", {"accept_encoding": "gzip"}),
    ],
)
def test_what_is_not_compressed(path: str, headers: dict[str, str]) -> None:
    sent = ask(Compressed(page), path=path, **headers)
    assert b"content-encoding" not in dict(sent[0]["headers"])
    assert b"".join(m.get("body", b"") for m in sent) == SCRIPT
