"""Scripts and styles compressed once: Streamlit sends them as they are, megabytes of them."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

KINDS = (b".js", b".css", b".svg", b".json")
KEPT_BYTES = 16_000_000
LEAST_BYTES = 1024
LEVEL = 6


class Compressed:
    """Pure ASGI middleware: gzip for the hashed files under ``/static/``, kept by path.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: Asgi) -> None:
        self.app = app
        self.kept: OrderedDict[bytes, bytes] = OrderedDict()
        self.size = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass everything on; swap the body of a script or style for its compressed one."""
        path: bytes = scope.get("path", "").encode("utf-8", "replace")
        headers = {k.lower(): v for k, v in scope.get("headers", [])}
        wanted = (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and b"/static/" in path
            and path.endswith(KINDS)
            and b"gzip" in headers.get(b"accept-encoding", b"")
            and b"range" not in headers
        )
        if not wanted:
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body: list[bytes] = []

        async def gathered(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            elif message["type"] == "http.response.body":
                body.append(message.get("body", b""))
                if not message.get("more_body", False):
                    await self._finish(path, start, b"".join(body), send)

        await self.app({**scope, "extensions": {}}, receive, gathered)

    async def _finish(self, path: bytes, start: Message, body: bytes, send: Send) -> None:
        head = {k.lower(): v for k, v in start.get("headers", [])}
        plain = b"content-encoding" not in head and len(body) >= LEAST_BYTES
        if start.get("status") == 200 and plain:
            packed = self.kept.get(path)
            if packed is None:
                packed = await asyncio.to_thread(gzip.compress, body, LEVEL, mtime=0)
                self._keep(path, packed)
            body = packed
            kept = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
            length = (b"content-length", str(len(body)).encode())
            coding = [(b"content-encoding", b"gzip"), (b"vary", b"Accept-Encoding"), length]
            start = {**start, "headers": [*kept, *coding]}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def _keep(self, path: bytes, packed: bytes) -> None:
        self.kept[path] = packed
        self.size += len(packed)
        while self.size > KEPT_BYTES:
            self.size -= len(self.kept.popitem(last=False)[1])
