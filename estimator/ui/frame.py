"""What stands before Streamlit: who may call, who may frame, what a browser may load.

A websocket of a foreign origin is refused here. Streamlit would refuse it too, but asks the
internet for its own address first, inside the loop that serves everybody.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.middleware import Middleware
from streamlit import net_util
from streamlit.runtime.pages_manager import PagesManager

from estimator.ui.signon import DEFAULT_HEADER, HEADER, PROXIES, SignOn, start_log
from estimator.ui.static import Compressed
from estimator.ui.watch import Watch

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

ANCESTORS, HOSTS = "ESTIMATOR_FRAME_ANCESTORS", "ESTIMATOR_HOSTS"
HERE = {"localhost", "127.0.0.1", "::1"}
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss: data: blob:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors "
)
"""Streamlit and Plotly need inline styles and scripts; nothing comes from another host."""
POLICY_VIOLATION = 1008


def middleware() -> list[Middleware]:
    """The layers around the dashboard, as the environment sets them.

    ``ESTIMATOR_FRAME_ANCESTORS``: origins that may frame the page, with scheme and port, parted by
    spaces; the page's own by default. ``ESTIMATOR_HOSTS``: names under which the page is reached,
    with or without port; any by default. ``ESTIMATOR_TRUSTED_PROXIES`` and
    ``ESTIMATOR_USER_HEADER``: who may name the visitor, and in which header; nobody by default.
    ``ESTIMATOR_ACCESS_LOG``: a file, or ``-``; none by default. Beside them two habits of Streamlit
    are ended: asking the internet for the own address, and taking the folder ``pages`` beside the
    script for a menu, which would show the very first visitor of another page that page without
    its frame.
    """
    net_util.get_external_ip = lambda: None
    PagesManager.uses_pages_directory = False
    start_log()
    proxies, header = os.environ.get(PROXIES, ""), os.environ.get(HEADER, "") or DEFAULT_HEADER
    return [
        Middleware(Watch),
        Middleware(SignOn, proxies=proxies, header=header),
        Middleware(Guard, hosts=os.environ.get(HOSTS, "")),
        Middleware(FrameHeaders, ancestors=os.environ.get(ANCESTORS, "'self'")),
        Middleware(Compressed),
    ]


def listed(text: str) -> list[str]:
    """Entries parted by spaces, commas or semicolons."""
    return text.replace(";", " ").replace(",", " ").split()


class Guard:
    """Pure ASGI middleware: refuses foreign hosts, and websockets of foreign origins.

    Parameters
    ----------
    app : ASGI application
    hosts : str
        Names under which the page may be reached; empty: any, with Origin equal to Host.
    """

    def __init__(self, app: Asgi, hosts: str = "") -> None:
        self.app = app
        self.hosts = {h.lower() for h in listed(hosts)}

    def known(self, place: str) -> bool:
        """Is this host, ``name`` or ``name:port``, one of the page's own?"""
        return place in self.hosts or _name(place) in self.hosts

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {k.lower(): v.decode("latin-1") for k, v in scope.get("headers", [])}
        host = headers.get(b"host", "").lower()
        allowed = not self.hosts or self.known(host) or _name(host) in HERE
        if scope["type"] == "http":
            await (self.app(scope, receive, send) if allowed else _refuse(send))
            return
        origin = headers.get(b"origin")
        place = host if origin is None else _place(origin)
        if not allowed or (place != host and not self.known(place)):
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        if place != host:
            others = [(k, v) for k, v in scope["headers"] if k.lower() != b"host"]
            scope = {**scope, "headers": [*others, (b"host", place.encode("latin-1"))]}
        await self.app(scope, receive, send)


def _place(origin: str) -> str:
    """``name:port`` of an origin; empty where it has none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _name(place: str) -> str:
    """A host without its port."""
    try:
        return urlsplit(f"//{place}").hostname or ""
    except ValueError:
        return ""


async def _refuse(send: Send) -> None:
    body = b"This page is not served under this name.\n"
    head = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 421, "headers": head})
    await send({"type": "http.response.body", "body": body})


class FrameHeaders:
    """Pure ASGI middleware: adds the content policy and its kin to every response.

    Parameters
    ----------
    app : ASGI application
    ancestors : str
        Origins allowed as parents of the frame, as in the CSP directive ``frame-ancestors``.
    """

    def __init__(self, app: Asgi, ancestors: str) -> None:
        clean = " ".join(listed(ancestors)) or "'none'"
        self.app = app
        self.headers = [
            (b"content-security-policy", (POLICY + clean).encode("latin-1")),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
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
