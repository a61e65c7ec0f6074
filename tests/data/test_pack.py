"""Data packs: installed whole or not at all, rolled back, named in every answer, never unsafe."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from estimator import load_evidence
from estimator.cli.main import main
from estimator.errors import EstimatorError, InputError
from estimator.evidence import pack
from estimator.evidence.files import DATA
from estimator.evidence.load import Evidence
from tests.conftest import ROOT

PRESET = str(ROOT / "data" / "presets" / "support_tickets.yaml")


@pytest.fixture(autouse=True)
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of packs."""
    monkeypatch.setenv(pack.FOLDER, str(tmp_path / "packs"))
    monkeypatch.delenv(pack.CHOSEN, raising=False)
    return tmp_path / "packs"


@pytest.fixture(scope="module")
def shipped_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped data as a pack."""
    file = tmp_path_factory.mktemp("pack") / "2026-12.zip"
    pack.build("2026-12", file)
    return file


@pytest.fixture
def altered(shipped_pack: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the pack in which something was changed."""

    def make(files: dict[str, bytes] | None = None, rehash: bool = True, **described: Any) -> Path:
        with zipfile.ZipFile(shipped_pack) as old:
            raw = {n: old.read(n) for n in old.namelist()}
        about = json.loads(raw.pop(pack.DESCRIPTION)) | described
        raw |= files or {}
        if rehash:
            about["files"] = {n: hashlib.sha256(data).hexdigest() for n, data in raw.items()}
        target = tmp_path / "altered.zip"
        with zipfile.ZipFile(target, "w") as new:
            new.writestr(pack.DESCRIPTION, json.dumps(about))
            for name, data in raw.items():
                new.writestr(name, data)
        return target

    return make


def test_a_pack_is_made_of_the_same_bytes_each_time(shipped_pack: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.zip"
    assert pack.build("2026-12", again) > 30
    assert again.read_bytes() == shipped_pack.read_bytes()


def test_install_use_and_roll_back(shipped_pack: Path, altered: Callable[..., Path]) -> None:
    before = load_evidence()
    assert pack.install(shipped_pack).name == "2026-12"
    now = load_evidence()
    assert now.data_version == f"{before.data_version}+pack.2026-12"
    assert now.root != DATA
    rows = (DATA / "assumptions.csv").read_bytes().replace(b",0.25,0.25,0.25,", b",0.3,0.3,0.3,")
    pack.install(altered({"assumptions.csv": rows}, name="2027-01"))
    newer = load_evidence()
    assert newer.pack == "2027-01"
    assert newer.data_version.split("+")[0] != before.data_version
    assert newer.assumptions["decision.overrun_share"].p50 == 0.3
    assert [p.name for p in pack.installed()] == ["shipped", "2026-12", "2027-01"]
    assert pack.rollback().name == "2026-12"
    assert pack.rollback().name == "shipped"
    assert load_evidence().data_version == before.data_version
    with pytest.raises(InputError, match="there is none"):
        pack.rollback()


def test_what_is_not_whole_changes_nothing(
    altered: Callable[..., Path], packs: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK\x03\x04 no archive")
    broken_rows = (DATA / "assumptions.csv").read_bytes() + b"x,not-a-number,1,1,u,fixed,0,1,r,s\n"
    tries = {
        "a data pack": bad,
        "altered": altered({"sources.csv": b"changed"}, rehash=False),
        "schema": altered(schema="000000000000"),
        "name": altered(name="../../etc"),
        "plain paths": altered({"../evil.csv": b"x"}),
        "ending in": altered({"evil.py": b"x"}),
        "assumptions": altered({"assumptions.csv": broken_rows}),
    }
    for words, file in tries.items():
        copy = tmp_path / "one.zip"
        shutil.copy(file, copy)
        with pytest.raises(EstimatorError) as error:
            pack.install(copy if words != "a data pack" else bad)
        assert "\n" not in str(error.value)
    assert not (packs / pack.USED).exists()
    assert not list(packs.glob("*")) or not list(packs.glob(f"*/{pack.DESCRIPTION}"))
    assert load_evidence().pack == "shipped"


def test_another_pack_of_the_same_name_is_refused(
    shipped_pack: Path, altered: Callable[..., Path]
) -> None:
    pack.install(shipped_pack)
    rows = (DATA / "sources.csv").read_bytes() + b"\n"
    with pytest.raises(InputError, match="no other installed pack"):
        pack.install(altered({"sources.csv": rows}))
    pack.install(shipped_pack)
    assert [p.used for p in pack.installed()] == [False, True]


def test_a_pack_of_another_schema_is_refused_when_the_code_changed(
    shipped_pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack.install(shipped_pack)
    monkeypatch.setattr(pack, "schema_mark", lambda: "f" * 12)
    with pytest.raises(InputError, match="schema"):
        load_evidence()
    monkeypatch.setenv(pack.CHOSEN, "shipped")
    assert load_evidence().pack == "shipped"
    monkeypatch.setenv(pack.CHOSEN, "nothing")
    with pytest.raises(InputError, match=r"shipped \| 2026-12"):
        load_evidence()


def test_the_schema_mark_is_the_same_in_every_process() -> None:
    code = "from estimator.evidence.pack import schema_mark; print(schema_mark())"
    command = [sys.executable, "-c", code]
    marks = {
        subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
        for _ in range(2)
    }
    assert marks == {f"{pack.schema_mark()}\n"}


def test_the_command_and_replay_with_an_old_pack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, record = tmp_path / "p.zip", tmp_path / "r.json"
    assert main(["data", "build", str(file), "--name", "2026-12"]) == 0
    assert main(["data", "install", str(file), "--json"]) == 0
    assert "+pack.2026-12" in capsys.readouterr().out
    assert main(["compare", PRESET, "--record", str(record), "--json"]) == 0
    assert "+pack.2026-12" in json.loads(capsys.readouterr().out)["data_version"]
    assert main(["data", "rollback"]) == 0
    assert "in use: shipped" in capsys.readouterr().out
    monkeypatch.setenv(pack.CHOSEN, "")
    assert main(["replay", str(record), "--pack", "2026-12"]) == 0
    assert "byte for byte" in capsys.readouterr().out
    assert main(["data", "install", str(tmp_path / "none.zip")]) == 2
    assert main(["data", "list", "--json"]) == 0
    monkeypatch.setenv(pack.CHOSEN, "")
    assert Evidence(DATA).pack == "shipped"
