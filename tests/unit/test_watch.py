"""Alive, ready, counted: three paths before everything else."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from estimator.ui import cached, team
from estimator.ui.watch import Watch, asked_for
from tests.conftest import run_alone

Message = MutableMapping[str, Any]


def ask(path: str, client: tuple[str, int] = ("127.0.0.1", 5000), **headers: str) -> Any:
    """Status and body, from a page that answers everything else with 204."""
    return run_alone(lambda: asyncio.run(_ask(Watch(_page), path, client, headers)))


async def _page(scope: Message, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _ask(app: Watch, path: str, client: Any, headers: dict[str, str]) -> tuple[int, str]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    scope = {"type": "http", "path": path, "client": client, "headers": pairs, "method": "GET"}
    await app(scope, receive, send)
    return sent[0]["status"], sent[1]["body"].decode()


def test_alive_at_once() -> None:
    assert ask("/healthz") == (200, "ok\n")
    assert ask("/other")[0] == 204
    assert ask("/healthz/more")[0] == 204
    assert asked_for("/readyz/") == "readyz"


def test_ready_when_data_and_store_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "_OPENED", {})
    monkeypatch.delenv("ESTIMATOR_DATABASE_URL", raising=False)
    warm = cached.WARM.is_set()
    try:
        cached.WARM.clear()
        assert ask("/readyz") == (503, "data are being loaded\n")
        cached.WARM.set()
        assert ask("/readyz") == (200, "ready\n")
        monkeypatch.setenv("ESTIMATOR_DATABASE_URL", f"sqlite:///{tmp_path / 'store.db'}")
        assert ask("/readyz") == (200, "ready\n")
        monkeypatch.setenv("ESTIMATOR_DATABASE_URL", "postgresql+pg8000://u:hunter2@127.0.0.1:1/x")
        status, body = ask("/readyz")
        assert status == 503
        assert "hunter2" not in body
    finally:
        cached.WARM.set() if warm else cached.WARM.clear()
        for database in team._OPENED.values():
            database.close()


def test_counts_are_for_the_machine_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ESTIMATOR_DATABASE_URL", raising=False)
    app = Watch(_page)

    async def several() -> list[tuple[int, str]]:
        local = ("127.0.0.1", 5000)
        await _ask(app, "/page", local, {})
        return [
            await _ask(app, "/metrics", local, {}),
            await _ask(app, "/metrics", ("10.0.0.9", 5000), {}),
            await _ask(app, "/metrics", local, {"X_Forwarded_For": "10.0.0.9"}),
        ]

    here, elsewhere, behind = run_alone(lambda: asyncio.run(several()))
    assert here[0] == 200
    assert 'estimator_requests_total{kind="http",status="204"} 1.0' in here[1]
    assert "estimator_visitors 0.0" in here[1]
    assert (elsewhere[0], behind[0]) == (404, 404)
