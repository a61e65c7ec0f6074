"""Scenarios a second, and a sweep that is killed again and again.

``python tests/bench/bench_sweep.py [scenarios] [seconds between kills, 0: none] [plans]``

Prices, wages, labels, volumes and targets vary in a grid at 1,024 draws on one core. A million
scenarios take some twenty to thirty minutes; at the end every scenario must stand there once.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
WANTED = {"without plans": 150.0, "with plans": 15.0}
ROWS = 10


def grid(count: int) -> dict[str, list[float]]:
    """About ``count`` scenarios: ten values of everything, more prices where more are wanted."""
    labels = [250, 500, 750, 1000, 1500, 2000, 3000, 4000, 6000, 8000]
    volumes = [1e3, 3e3, 1e4, 3e4, 1e5, 2e5, 3e5, 1e6, 3e6, 1e7]
    targets = [0.8, 0.82, 0.84, 0.86, 0.88, 0.9, 0.91, 0.92, 0.93, 0.95]
    side = max(round((count / 1000) ** 0.5), 1) if count >= 1000 else 1
    short = max(round(count ** (1 / 3)), 1) if count < 1000 else 10
    return {
        "labelling.usd_per_label": np.round(np.linspace(0.03, 0.3, side), 4).tolist(),
        "n_labelled_to_buy": labels[:short],
        "serving.requests_per_month": volumes[:short],
        "people.wage_factor": np.round(np.linspace(0.6, 1.5, side), 3).tolist(),
        "target.value": targets[:short],
    }


def main(count: int, every: float, plans: bool) -> None:
    """Run the sweep to its end and print the rate in seconds of the processor."""
    base = str(ROOT / "data" / "presets" / "support_tickets.yaml")
    swept = grid(count)
    total = int(np.prod([len(v) for v in swept.values()]))
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        spec, out = Path(folder) / "spec.json", Path(folder) / "out"
        content = {"base": base, "draws": 1024, "plans": plans, "grid": swept}
        spec.write_text(json.dumps(content), encoding="utf-8")
        command = [sys.executable, "-m", "estimator", "sweep", str(spec), "--out", str(out)]
        command += ["--workers", "1"]
        kills, before = 0, os.times()
        while True:
            with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
                started = time.monotonic()
                while process.poll() is None:
                    time.sleep(0.2)
                    if every and time.monotonic() - started > every:
                        process.send_signal(signal.SIGKILL)
                        kills += 1
                        break
                done = process.wait()
            if done == 0:
                break
            if done != -signal.SIGKILL:
                sys.exit(done)
        after = os.times()
        numbers = np.concatenate(
            [pq.read_table(p, columns=["number"])["number"].to_numpy()
             for p in (out / "parts").glob("*.parquet")]
        )  # fmt: skip
    whole = np.array_equal(np.sort(numbers), np.repeat(np.arange(total), ROWS))
    seconds = after.children_user - before.children_user
    seconds += after.children_system - before.children_system
    kind = "with plans" if plans else "without plans"
    print(
        f"{total:,} scenarios {kind}: {total / seconds:.0f} a second of one core "
        f"(wanted {WANTED[kind]:.0f}), {kills} times killed, "
        f"{'every scenario once' if whole else 'LOST OR DOUBLE'}"
    )
    if not whole:
        sys.exit(1)


if __name__ == "__main__":
    told = [*sys.argv[1:], "", "", ""]
    main(int(told[0] or 10_000), float(told[1] or 0), told[2] == "plans")
