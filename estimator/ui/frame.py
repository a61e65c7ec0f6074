"""Response headers of the dashboard: who may frame it, and what the browser may not guess."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]


class FrameHeaders:
    """Pure ASGI middleware: adds frame-ancestors, nosniff and a referrer policy to every response.

    Parameters
    ----------
    app : ASGI application
    ancestors : str
        Origins allowed as parents of the frame, as in the CSP directive ``frame-ancestors``.
    """

    def __init__(self, app: Asgi, ancestors: str) -> None:
        clean = " ".join(ancestors.replace(";", " ").replace(",", " ").split()) or "'none'"
        self.app = app
        self.headers = [
            (b"content-security-policy", f"frame-ancestors {clean}".encode("latin-1")),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass everything on; extend the header list where a response starts."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in self.headers}
                kept = [(n, v) for n, v in message.get("headers", []) if n.lower() not in own]
                message["headers"] = [*kept, *self.headers]
            await send(message)

        await self.app(scope, receive, with_headers)
