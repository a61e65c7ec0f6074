"""Speed and memory of the engine on this machine: ``python tests/bench/bench_engine.py [PRESET]``.

All figures come from one run; the last column relates each to one sort of 10 x 8,192 numbers done
in the same run, so that figures from different machines can be compared.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def seconds(work: Callable[[], Any], repeats: int = 15) -> tuple[float, float]:
    """Median and fastest of several runs in one process."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), min(times)


def fresh_process(code: str, repeats: int = 5) -> tuple[float, float]:
    """Median and fastest of several new interpreters, the bare interpreter's own start left out."""

    def start(text: str) -> Callable[[], Any]:
        return lambda: subprocess.run([sys.executable, "-c", text], cwd=ROOT, check=True)

    bare, _ = seconds(start("pass"), repeats)
    median, fastest = seconds(start(code), repeats)
    return median - bare, fastest - bare


def main(preset: str = "support_tickets") -> None:
    """Print the table."""
    yardstick, _ = seconds(
        lambda: np.sort(np.random.default_rng(0).random((10, 8192)), axis=1), repeats=50
    )
    rows = [("import estimator", *fresh_process("import estimator"))]
    rows.append(
        (
            "import and load the evidence",
            *fresh_process("import estimator; estimator.load_evidence()"),
        )
    )
    from estimator import ProjectInputs, compare_approaches, load_evidence
    from estimator.engine.simulate import evaluate

    evidence = load_evidence()
    text = (ROOT / "data" / "presets" / f"{preset}.yaml").read_text(encoding="utf-8")
    inputs = ProjectInputs.from_dict(yaml.safe_load(text))
    start = time.perf_counter()
    compare_approaches(inputs, evidence).to_dict()
    first = time.perf_counter() - start
    rows.append(("first comparison of a process", first, first))
    labels = iter(range(1001, 100_000))

    def moved() -> Any:
        return inputs.replace("n_labelled_to_buy", next(labels))

    rows.append(
        ("all rows, 8,192 draws, one input moved", *seconds(lambda: evaluate(moved(), evidence)))
    )
    rows.append(
        (
            "compare: rows, decision, switching, drivers",
            *seconds(lambda: compare_approaches(moved(), evidence), 7),
        )
    )
    comparison = compare_approaches(inputs, evidence)
    rows.append(("comparison to JSON", *seconds(comparison.to_dict)))
    print(f"preset {preset}: {len(comparison.rows)} rows x {inputs.draws} draws")
    print(f"{'':46}{'median ms':>10}{'fastest':>10}{'sorts':>8}")
    for name, median, fastest in rows:
        print(f"{name:46}{median * 1e3:10.1f}{fastest * 1e3:10.1f}{median / yardstick:8.0f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"largest memory of the process: {peak:.0f} MiB; one sort: {yardstick * 1e3:.2f} ms")


if __name__ == "__main__":
    main(*sys.argv[1:2])
