"""``python -m estimator store``: one sentence where something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from estimator.cli.main import main
from tests.conftest import ROOT

PRESET = str(ROOT / "data" / "presets" / "support_tickets.yaml")


@pytest.fixture
def kept_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a store in a file."""
    file = tmp_path / "store.db"
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", f"sqlite:///{file}")
    return file


def said(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert main(["store", *words]) == status
    out, err = capsys.readouterr()
    return out if status == 0 else err


def test_without_an_address_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ESTIMATOR_DATABASE_URL", raising=False)
    error = said(capsys, "list", status=2)
    assert "ESTIMATOR_DATABASE_URL is not set" in error
    assert error.count("\n") == 1
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", "mysql://x")
    assert "allowed: sqlite:///FILE" in said(capsys, "list", status=1)


def test_save_show_conflict_erase_export(
    kept_in: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    first = json.loads(said(capsys, "save", PRESET, "--json", "--who", "ada@example.org"))
    one = first["id"]
    assert first["version"] == 1
    more = ("--id", one, "--based-on", "1", "--who", "ben@example.org", "--note", "again")
    assert said(capsys, "save", PRESET, *more) == f"{one} version 2\n"
    error = said(capsys, "save", PRESET, *more, status=2)
    assert "nothing was overwritten" in error
    assert "ben@example.org" in error
    shown = json.loads(said(capsys, "show", one, "--version", "1"))
    assert shown["shown"]["inputs"] == shown["inputs"]
    assert shown["shown"]["data_version"] == shown["data_version"] != ""
    assert "again" in said(capsys, "show", one)
    assert one in said(capsys, "list")
    said(capsys, "erase", "ada@example.org")
    lines = said(capsys, "export").splitlines()
    assert all(json.loads(line)["table"] for line in lines)
    assert "ada@example.org" not in "".join(lines)
    said(capsys, "export", "--out", str(tmp_path / "all.jsonl"))
    assert (tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines() == lines
    assert "days" in said(capsys, "retention", "--days", "0", status=2)
    assert "scenario: 0" in said(capsys, "retention", "--days", "30")
    assert "revision" in said(capsys, "migrate")
    assert "erase" in said(capsys, "audit")
    assert "No project nothing" in said(capsys, "show", "nothing", status=1)
    assert said(capsys, "redact", one).startswith("rows: ")
