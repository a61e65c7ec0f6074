"""Who may say who is there: listed proxies only; roles; a log without inputs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from estimator.store.people import Role
from estimator.ui import who
from estimator.ui.signon import LOCAL, LOG, USER, SignOn, start_log
from tests.conftest import run_alone

Message = MutableMapping[str, Any]


def seen(
    proxies: str, client: tuple[str, int], kind: str = "http", **headers: str
) -> dict[str, str]:
    """The headers that the page gets."""
    found: dict[str, str] = {}

    async def page(scope: Message, receive: Any, send: Any) -> None:
        found.update({k.decode(): v.decode("utf-8") for k, v in scope["headers"]})
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def nothing(*_: Any) -> Message:
        return {}

    pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    scope = {
        "type": kind, "client": client, "headers": pairs, "method": "GET", "path": "/x",
        "query_string": b"secret=1",
    }  # fmt: skip
    run_alone(lambda: asyncio.run(SignOn(page, proxies)(scope, nothing, nothing)))
    return found


@pytest.mark.parametrize(
    ("proxies", "client", "forwarded", "user"),
    [
        ("", ("127.0.0.1", 5000), "", ""),
        ("127.0.0.1", ("127.0.0.1", 5000), "", "ada@example.org"),
        ("127.0.0.1", ("10.0.0.9", 0), "10.0.0.9", "ada@example.org"),
        ("10.0.0.0/24", ("10.0.0.9", 5000), "", "ada@example.org"),
        ("10.0.0.0/24", ("10.0.1.9", 5000), "", ""),
        ("127.0.0.1", ("10.0.0.9", 5000), "127.0.0.1", ""),
        ("10.0.0.0/24", ("10.0.0.9", 0), "10.0.0.9", ""),
        ("::1", ("::1", 5000), "", "ada@example.org"),
        ("127.0.0.1", ("testclient", 5000), "", ""),
    ],
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_only_a_listed_proxy_names_the_visitor(
    proxies: str, client: tuple[str, int], forwarded: str, user: str, kind: str
) -> None:
    headers = {"X_Forwarded_Email": "ada@example.org", "X_Estimator_User": "root"}
    if forwarded:
        headers["X_Forwarded_For"] = forwarded
    found = seen(proxies, client, kind, **headers)
    assert found.get(USER, "") == user
    assert "X-Forwarded-Email" not in found
    assert "root" not in found.values()


@pytest.mark.parametrize(
    ("proxies", "client", "forwarded", "local"),
    [
        ("", ("127.0.0.1", 5000), "", "1"),
        ("", ("10.0.0.9", 5000), "", "0"),
        ("", ("10.0.0.9", 0), "10.0.0.9", "0"),
        ("", ("127.0.0.1", 0), "127.0.0.1", "1"),
        ("127.0.0.1", ("127.0.0.1", 5000), "", "0"),
    ],
)
def test_only_the_machine_itself_is_open(
    proxies: str, client: tuple[str, int], forwarded: str, local: str
) -> None:
    headers = {"X_Forwarded_For": forwarded} if forwarded else {}
    assert seen(proxies, client, X_Estimator_Local="1", **headers)[LOCAL] == local


def test_a_bad_list_of_proxies_ends_the_start() -> None:
    with pytest.raises(ValueError, match="everywhere"):
        SignOn(lambda *_: None, "everywhere")  # type: ignore[arg-type, return-value]


def test_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (who.EDITORS, who.ADMINS, who.ANONYMOUS):
        monkeypatch.delenv(name, raising=False)
    assert who.role_of("ada@example.org", False) is Role.EDITOR
    assert who.role_of("", True) is Role.PRICE_ADMIN
    assert who.role_of("", False) is Role.VIEWER
    monkeypatch.setenv(who.EDITORS, "Ada@example.org")
    monkeypatch.setenv(who.ADMINS, "root@example.org")
    monkeypatch.setenv(who.ANONYMOUS, "editor")
    assert who.role_of("ada@example.org", False) is Role.EDITOR
    assert who.role_of("ben@example.org", True) is Role.VIEWER
    assert who.role_of("root@example.org", False) is Role.PRICE_ADMIN
    assert who.role_of("", False) is Role.EDITOR


def test_the_log_holds_no_input(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    start_log(str(file))
    try:
        seen("127.0.0.1", ("127.0.0.1", 5000), X_Forwarded_Email="ada\n1.2.3.4 root")
        line = file.read_text(encoding="utf-8")
    finally:
        start_log("")
    assert line.count("\n") == 1
    assert " 127.0.0.1 ada_1.2.3.4_root GET /x 200 " in line
    assert "secret" not in line
    assert not LOG.isEnabledFor(logging.INFO)
