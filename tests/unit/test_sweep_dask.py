"""A sweep on two workers of a Dask scheduler, of which one is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from estimator.cli import main
from tests.conftest import ROOT

pytest.importorskip("distributed")
PRESET = str(ROOT / "data" / "presets" / "support_tickets.yaml")


@contextmanager
def started(module: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=environment, **quiet)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_killed_worker_loses_nothing(tmp_path: Path, free_port: int, capsys: Any) -> None:
    prices = [round(0.02 + 0.002 * k, 3) for k in range(150)]
    grid = {
        "labelling.usd_per_label": prices,
        "people.wage_factor": [0.5 + k / 50 for k in range(80)],
    }
    spec, out = tmp_path / "spec.yaml", tmp_path / "out"
    content = {"base": PRESET, "draws": 64, "grid": grid, "plans": False}
    spec.write_text(yaml.safe_dump(content), encoding="utf-8")
    address = f"tcp://127.0.0.1:{free_port}"
    with ExitStack() as stack:
        stack.enter_context(
            started("dask_scheduler", "--host", "127.0.0.1", "--port", str(free_port))
        )
        worker = (
            "dask_worker",
            address,
            "--nthreads",
            "1",
            "--no-nanny",
            "--local-directory",
            str(tmp_path),
        )
        first = stack.enter_context(started(*worker))
        stack.enter_context(started(*worker))
        command = [sys.executable, "-m", "estimator", "sweep", str(spec), "--out", str(out)]
        command += ["--engine", "dask", "--scheduler", address]
        with subprocess.Popen(command, cwd=ROOT) as sweep:
            end = time.monotonic() + 150
            while not list(out.glob("parts/*.parquet")):
                assert time.monotonic() < end
                assert sweep.poll() is None
                time.sleep(0.02)
            first.send_signal(signal.SIGKILL)
            assert sweep.wait(timeout=150) == 0
    found = list(out.glob("parts/*.parquet"))
    assert len(found) == 6
    numbers = [n for p in found for n in pq.read_table(p)["number"].to_pylist()]
    assert sorted(numbers) == sorted(list(range(12_000)) * 10)


def test_dask_needs_its_scheduler(tmp_path: Path, capsys: Any, free_port: int) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(yaml.safe_dump({"base": PRESET, "grid": {"seed": [1]}}), encoding="utf-8")
    command = ["sweep", str(spec), "--out", str(tmp_path / "out"), "--engine", "dask"]
    assert main(command) == 2
    assert "--scheduler" in capsys.readouterr().err
