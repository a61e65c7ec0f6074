"""Sweeps: parts, restarts, shares, replays; the figures of ``compare --quick``."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from estimator.cli import main
from tests.conftest import ROOT

PRESET = str(ROOT / "data" / "presets" / "support_tickets.yaml")
GRID = {
    "labelling.usd_per_label": [0.05, 0.1],
    "n_labelled_to_buy": [300, 1000],
    "people.wage_factor": [0.7, 1.0, 1.3],
}
ROWS = 10


@pytest.fixture(autouse=True)
def plain_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new process runs the main module again, and tests of the page leave the page as that."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def spec(at: Path, **content: Any) -> str:
    path = at / "spec.yaml"
    path.write_text(yaml.safe_dump({"base": PRESET, "draws": 64, **content}), encoding="utf-8")
    return str(path)


def sweep(*arguments: str) -> None:
    assert main(["sweep", *arguments, "--workers", "1"]) == 0


def rows(folder: Path) -> list[dict[str, Any]]:
    found = [
        r
        for p in sorted((folder / "parts").glob("*.parquet"))
        for r in pq.read_table(p).to_pylist()
    ]
    return sorted(found, key=lambda r: (r["number"], r["approach"] or ""))


def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    from estimator.sweep import spec as module

    monkeypatch.setattr(module, "PART", 4)
    monkeypatch.setattr(module, "PART_WITH_PLANS", 4)


def test_figures_are_those_of_compare_quick(tmp_path: Path, capsys: Any) -> None:
    grid = {"people.wage_factor": [0.7, 1.3], "target.value": [0.85]}
    sweep(spec(tmp_path, grid=grid), "--out", str(tmp_path / "out"))
    found = rows(tmp_path / "out")
    assert len(found) == 2 * ROWS
    scenario = yaml.safe_load(Path(PRESET).read_text(encoding="utf-8")) | {"draws": 64}
    scenario["people"]["wage_factor"], scenario["target"]["value"] = 1.3, 0.85
    file = tmp_path / "one.yaml"
    file.write_text(yaml.safe_dump(scenario), encoding="utf-8")
    capsys.readouterr()
    assert main(["compare", str(file), "--quick", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    mine = {r["approach"]: r for r in found if r["people.wage_factor"] == 1.3}
    for row in answer["approaches"]:
        got = mine[row["key"]]
        for name, block in (
            ("accuracy", row["accuracy"] or {}),
            ("device_hours", row["device_hours"]),
            ("weeks", row["calendar_weeks"]),
            ("one_off_usd", row["cost_usd"]["one_off"]),
            ("total_usd", row["cost_usd"]["total"]),
        ):
            for p in ("p10", "p50", "p90"):
                assert got[f"{name}_{p}"] == block.get(p), (row["key"], name, p)
        assert got["feasible"] == row["feasible"]
        assert got["target_probability"] == row["target_probability"]
        assert got["plan_outcome"] == answer["staged_plan"]["outcome"]
        assert got["plan_approach"] == answer["recommendation"]["approach"]
        assert got["plan_spend_usd"] == answer["staged_plan"]["spend_usd"]["mean"]


def test_a_restart_does_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from estimator.sweep import run as module

    small_parts(monkeypatch)
    out = tmp_path / "out"
    command = (spec(tmp_path, grid=GRID), "--out", str(out), "--no-plans")
    sweep(*command)
    whole = {p.name: p.read_bytes() for p in (out / "parts").iterdir()}
    assert len(whole) == 3
    lost = min(whole)
    (out / "parts" / lost).unlink()
    (out / "parts" / f".{lost}.4711").write_bytes(b"half a part")
    done = []
    real = module.do_part
    monkeypatch.setattr(module, "do_part", lambda task: done.append(task.name) or real(task))
    sweep(*command)
    assert [f"{name}.parquet" for name in done] == [lost]
    assert {p.name: p.read_bytes() for p in (out / "parts").glob("*.parquet")} == whole
    numbers = [r["number"] for r in rows(out)]
    assert sorted(numbers) == sorted(list(range(12)) * ROWS)


def test_shares_make_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)
    file = spec(tmp_path, grid=GRID, plans=False)
    sweep(file, "--out", str(tmp_path / "whole"))
    for part in ("1/2", "2/2"):
        sweep(file, "--out", str(tmp_path / "shared"), "--part", part)
    assert rows(tmp_path / "shared") == rows(tmp_path / "whole")


def test_processes_share_the_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_parts(monkeypatch)
    file = spec(tmp_path, grid=GRID, plans=False)
    sweep(file, "--out", str(tmp_path / "one"))
    assert main(["sweep", file, "--out", str(tmp_path / "two"), "--workers", "2"]) == 0
    assert rows(tmp_path / "two") == rows(tmp_path / "one")


def test_a_killed_process_is_told_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    from estimator.sweep import run as module

    small_parts(monkeypatch)
    file, out = spec(tmp_path, grid=GRID, plans=False), tmp_path / "out"
    real = module.do_part
    monkeypatch.setattr(module, "do_part", die)
    assert main(["sweep", file, "--out", str(out), "--workers", "2"]) == 1
    assert "the same command goes on" in capsys.readouterr().err
    monkeypatch.setattr(module, "do_part", real)
    sweep(file, "--out", str(out))
    assert len(rows(out)) == 12 * ROWS


def die(task: Any) -> tuple[int, int]:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0, 0


def test_a_sweep_is_repeated_from_its_manifest(tmp_path: Path) -> None:
    sweep(spec(tmp_path, grid=GRID), "--out", str(tmp_path / "a"), "--no-plans", "--seed", "7")
    manifest = tmp_path / "a" / "sweep.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    assert told["seed"] == 7
    assert told["draws"] == 64
    assert {"data_version", "code_version"} <= told.keys()
    sweep(str(manifest), "--out", str(tmp_path / "b"))
    parts = [{p.name: p.read_bytes() for p in (tmp_path / x / "parts").iterdir()} for x in "ab"]
    assert parts[0] == parts[1]
    (name,) = parts[0]
    metadata = json.loads(pq.read_schema(tmp_path / "a" / "parts" / name).metadata[b"sweep"])
    assert metadata["data_version"] == told["data_version"]
    assert metadata["seed"] == 7


def test_a_list_equals_the_grid(tmp_path: Path) -> None:
    lines = ["people.wage_factor,n_labelled_to_buy"]
    lines += [f"{w},{n}" for n in ("300", "") for w in (0.7, 1.0, 1.3)]
    (tmp_path / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file = spec(tmp_path, list="list.csv", plans=False)
    sweep(file, "--out", str(tmp_path / "list"))
    grid = {"n_labelled_to_buy": [300, 1000], "people.wage_factor": [0.7, 1.0, 1.3]}
    sweep(spec(tmp_path, grid=grid, plans=False), "--out", str(tmp_path / "grid"))
    assert rows(tmp_path / "list") == [
        {k: r[k] for k in rows(tmp_path / "list")[0]} for r in rows(tmp_path / "grid")
    ]
    sweep(str(tmp_path / "list" / "sweep.json"), "--out", str(tmp_path / "again"))
    assert rows(tmp_path / "again") == rows(tmp_path / "list")


def test_a_folder_of_scenarios(tmp_path: Path) -> None:
    for name in ("support_tickets", "fraud"):
        text = (ROOT / "data" / "presets" / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "spec").mkdir()
    file = tmp_path / "spec" / "s.json"
    file.write_text(json.dumps({"folder": "..", "draws": 64, "plans": False}), encoding="utf-8")
    sweep(str(file), "--out", str(tmp_path / "out"))
    found = rows(tmp_path / "out")
    assert {r["task"] for r in found} == {"text_classification", "tabular_classification"}
    sweep(str(tmp_path / "out" / "sweep.json"), "--out", str(tmp_path / "again"))
    assert rows(tmp_path / "again") == found


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"grid": {"labelling.usd_per_lable": [1]}}, "labelling.usd_per_lable"),
        ({"grid": {"people.wage_factor": [-1]}}, "people.wage_factor"),
        ({"grid": {"people.wage_factor": 1}}, "a list"),
        ({"grid": {"prices": ["a.csv"]}}, "prices"),
        ({"grid": {}}, "no field"),
        ({}, "exactly one"),
        ({"grid": GRID, "folder": "."}, "exactly one"),
        ({"list": "nowhere.csv"}, "no such file"),
        ({"gird": GRID}, "gird"),
        ({"grid": GRID, "plans": "many"}, "plans"),
        ({"grid": {"unit.tokens.more": [1]}}, "unit"),
    ],
)
def test_what_is_wrong_is_one_line(
    content: dict[str, Any], told: str, tmp_path: Path, capsys: Any
) -> None:
    assert main(["sweep", spec(tmp_path, **content), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1


def test_a_folder_with_another_sweep_is_refused(tmp_path: Path, capsys: Any) -> None:
    out = str(tmp_path / "out")
    sweep(spec(tmp_path, grid={"people.wage_factor": [1.0]}, plans=False), "--out", out)
    other = spec(tmp_path, grid={"people.wage_factor": [1.1]}, plans=False)
    assert main(["sweep", other, "--out", out, "--workers", "1"]) == 2
    assert "another sweep" in capsys.readouterr().err


def test_a_killed_sweep_goes_on_without_loss_or_double(tmp_path: Path) -> None:
    prices = [round(0.02 + 0.002 * k, 3) for k in range(100)]
    grid = {
        "labelling.usd_per_label": prices,
        "people.wage_factor": [0.5 + k / 50 for k in range(80)],
    }
    command = [sys.executable, "-m", "estimator", "sweep", spec(tmp_path, grid=grid), "--no-plans"]
    command += ["--out", str(tmp_path / "out"), "--workers", "1"]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}) as begun:
        parts = tmp_path / "out" / "parts"
        end = time.monotonic() + 120
        while not list(parts.glob("*.parquet")) and begun.poll() is None:
            assert time.monotonic() < end
            time.sleep(0.01)
        begun.send_signal(signal.SIGKILL)
    before = len(list(parts.glob("*.parquet")))
    assert 1 <= before <= 4
    sweep(*command[4:-2])
    numbers = [n for p in parts.glob("*.parquet") for n in pq.read_table(p)["number"].to_pylist()]
    assert sorted(numbers) == sorted(list(range(8000)) * ROWS)
