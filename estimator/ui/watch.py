"""For whoever runs the service: is it alive, is it ready, how is it doing.

``/healthz`` says that the process answers; ``/readyz`` that data are loaded and, where one is set
up, the store can be used; ``/metrics`` counts, for Prometheus, on the machine itself only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from streamlit import config

from estimator import store
from estimator.errors import EstimatorError
from estimator.ui.signon import is_loopback

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

HEALTH, READY, METRICS = "healthz", "readyz", "metrics"
PATIENCE_SECONDS = 3.0
KINDS = ("http", "websocket")
SECONDS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)


class Watch:
    """Pure ASGI middleware before everything else: answers the three paths, counts the rest."""

    def __init__(self, app: Asgi) -> None:
        self.app = app
        self.counted = _Counted.made()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, or pass on and count."""
        if scope["type"] not in KINDS:
            await self.app(scope, receive, send)
            return
        asked = asked_for(str(scope.get("path", ""))) if scope["type"] == "http" else ""
        if asked == HEALTH:
            await _say(send, 200, b"ok\n")
        elif asked == READY:
            reason = await not_ready()
            await _say(send, 503 if reason else 200, f"{reason or 'ready'}\n".encode())
        elif asked == METRICS:
            await self._metrics(scope, send)
        else:
            await self._passed(scope, receive, send)

    async def _metrics(self, scope: Message, send: Send) -> None:
        host = (scope.get("client") or ("",))[0]
        forwarded = any(k.lower() == b"x-forwarded-for" for k, _ in scope.get("headers", []))
        if forwarded or not is_loopback(host):
            await _say(send, 404, b"not here\n")
        elif self.counted is None:
            await _say(send, 501, b"deploy/requirements-metrics.txt is not installed\n")
        else:
            kind, body = self.counted.told(not await not_ready())
            await _say(send, 200, body, kind)

    async def _passed(self, scope: Message, receive: Receive, send: Send) -> None:
        counted = self.counted
        if counted is None:
            await self.app(scope, receive, send)
            return
        began, status = time.monotonic(), ["101" if scope["type"] == "websocket" else "0"]

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = str(message["status"])
            await send(message)

        if scope["type"] == "websocket":
            counted.open.inc()
        try:
            await self.app(scope, receive, watched)
        finally:
            counted.requests.labels(scope["type"], status[0]).inc()
            if scope["type"] == "websocket":
                counted.open.dec()
            else:
                counted.seconds.observe(time.monotonic() - began)


def asked_for(path: str) -> str:
    """Which of the three paths this is, under the page's own folder or at the top; else nothing."""
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    inner = path.strip("/")
    if base and inner.startswith(f"{base}/"):
        inner = inner[len(base) + 1 :]
    return inner if inner in (HEALTH, READY, METRICS) else ""


async def not_ready() -> str:
    """Why visitors should go to another process; empty: they may come."""
    from estimator.ui import cached

    if not cached.WARM.is_set():
        return "data are being loaded"
    if not store.url():
        return ""
    try:
        return await asyncio.wait_for(asyncio.to_thread(_store), PATIENCE_SECONDS)
    except TimeoutError:
        return "the store does not answer"


def _store() -> str:
    from estimator.ui import team

    try:
        found = team.database()
    except EstimatorError:
        return "the store cannot be used"
    return "" if found is None or found.is_ready() else "the store cannot be used"


class _Counted:
    """Counters of this process; none where prometheus-client is not installed."""

    def __init__(self, client: Any) -> None:
        self.client, registry = client, client.CollectorRegistry()
        self.registry = registry
        for collector in (client.ProcessCollector, client.PlatformCollector, client.GCCollector):
            collector(registry=registry)
        told = "requests by kind and status"
        self.requests = client.Counter(
            "estimator_requests", told, ("kind", "status"), registry=registry
        )
        self.seconds = client.Histogram(
            "estimator_request_seconds", "time of a request", buckets=SECONDS, registry=registry
        )
        self.open = client.Gauge("estimator_visitors", "open websockets", registry=registry)
        self.ready = client.Gauge("estimator_ready", "1: may be asked", registry=registry)

    @classmethod
    def made(cls) -> _Counted | None:
        try:
            import prometheus_client
        except ImportError:
            return None
        return cls(prometheus_client)

    def told(self, ready: bool) -> tuple[str, bytes]:
        """Content type and text for Prometheus."""
        self.ready.set(1 if ready else 0)
        return str(self.client.CONTENT_TYPE_LATEST), self.client.generate_latest(self.registry)


async def _say(send: Send, status: int, body: bytes, kind: str = "text/plain") -> None:
    head = [
        (b"content-type", kind.encode("latin-1")),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})
