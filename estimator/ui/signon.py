"""Who calls, as far as the connection can say it: trusted headers, loopback, the access log.

A header may name the visitor only where the connection comes from a proxy that is listed; any
other such header is taken off before the page can read it. What this layer found travels in two
headers of its own, which nobody outside can set.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from estimator.errors import printable

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PROXIES, HEADER, LOG_FILE = (
    "ESTIMATOR_TRUSTED_PROXIES",
    "ESTIMATOR_USER_HEADER",
    "ESTIMATOR_ACCESS_LOG",
)
DEFAULT_HEADER = "X-Forwarded-Email"
USER, LOCAL = "x-estimator-user", "x-estimator-local"
LONGEST_NAME = 200
LOG = logging.getLogger("estimator.access")


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks parted by spaces or commas; raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(part) for part in text.replace(",", " ").split())


def is_within(host: str, trusted: tuple[Network, ...]) -> bool:
    """Does an address lie in one of the networks?"""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in trusted)


def is_loopback(host: str) -> bool:
    """Is this the machine itself?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class SignOn:
    """Pure ASGI middleware: lets trusted proxies, and nobody else, say who is there.

    Parameters
    ----------
    app : ASGI application
    proxies : str
        Addresses or networks of proxies that sign people on; empty: none.
    header : str
        The header in which they name the visitor.
    """

    def __init__(self, app: Asgi, proxies: str = "", header: str = DEFAULT_HEADER) -> None:
        self.app = app
        self.trusted = networks(proxies)
        self.header = header.lower().encode("latin-1")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Put what is known of the visitor into two headers; note the request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        user, local = self.visitor(scope)
        own = {USER.encode(), LOCAL.encode(), self.header}
        kept = [(k, v) for k, v in scope.get("headers", []) if k.lower() not in own]
        marks = [(LOCAL.encode(), b"1" if local else b"0")]
        if user:
            marks.append((USER.encode(), user.encode("utf-8")))
        scope = {**scope, "headers": [*kept, *marks]}
        if not LOG.isEnabledFor(logging.INFO):
            await self.app(scope, receive, send)
            return
        await self._noted(scope, receive, send, user)

    def visitor(self, scope: Message) -> tuple[str, bool]:
        """The name that a trusted proxy gives, and whether the visitor sits at this machine.

        Notes
        -----
        The server replaces the address of a proxy on the loopback by that of the visitor it
        forwards, with port 0; so port 0 means: the connection itself comes from the loopback.
        """
        host, port = scope.get("client") or ("", 0)
        headers = [(k.lower(), v) for k, v in scope.get("headers", [])]
        forwarded = any(k == b"x-forwarded-for" for k, _ in headers)
        peer = "127.0.0.1" if forwarded and port == 0 else host
        named = [v for k, v in headers if k == self.header]
        user = ""
        if is_within(peer, self.trusted) and len(named) == 1:
            user = printable(named[0].decode("utf-8", "replace")).strip()[:LONGEST_NAME]
        return user, is_loopback(host) and not self.trusted

    async def _noted(self, scope: Message, receive: Receive, send: Send, user: str) -> None:
        began, status = time.monotonic(), [101 if scope["type"] == "websocket" else 0]

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            elif message["type"] == "websocket.close" and status[0] == 101:
                status[0] = 403 if message.get("code") == 1008 else 101
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            host = (scope.get("client") or ("-",))[0]
            took = int(1000 * (time.monotonic() - began))
            path = printable(str(scope.get("path", "")))[:LONGEST_NAME].replace(" ", "_")
            name = user.replace(" ", "_") or "-"
            kind = scope.get("method", "WEBSOCKET")
            LOG.info("%s %s %s %s %s %d ms", host, name, kind, path, status[0], took)


def start_log(target: str | None = None) -> None:
    """Write the access log to a file, or with ``-`` to standard error; nowhere by default.

    It holds time, address, name, method, path without its query, status and duration: no input.
    """
    where = os.environ.get(LOG_FILE, "") if target is None else target
    for handler in list(LOG.handlers):
        LOG.removeHandler(handler)
        handler.close()
    LOG.propagate = False
    LOG.setLevel(logging.INFO if where else logging.CRITICAL)
    if where:
        handler = (
            logging.StreamHandler(sys.stderr)
            if where == "-"
            else logging.FileHandler(where, encoding="utf-8", delay=True)
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        LOG.addHandler(handler)
