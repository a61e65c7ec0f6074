"""Speed of the compute room: one prediction of all approaches on 30 accelerators; a backtest."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from estimator.engine.assumptions import Assumptions
from estimator.engine.candidates import build_candidates
from estimator.engine.compute import predict_compute
from estimator.engine.compute.choose import hours_table
from estimator.engine.distributions import Draws
from estimator.engine.inputs import ProjectInputs
from estimator.evidence.load import load_evidence
from estimator.lab.compute.backtest import backtest_runs

REPEATS = 20


def main() -> None:
    """Print milliseconds of each operation."""
    evidence = load_evidence()
    assumptions = Assumptions(evidence.assumptions)
    inputs = ProjectInputs.from_dict(
        {"task": "text_classification", "n_unlabelled_available": 50000}
    )
    candidates = build_candidates(inputs, evidence)
    gpus = [a for a in evidence.accelerators.values() if a.peak_tflop_per_s.get("fp16")][:30]
    hours_table(inputs, candidates, gpus, evidence, assumptions)
    start = time.perf_counter()
    for _ in range(REPEATS):
        hours_table(inputs, candidates, gpus, evidence, assumptions)
    each = (time.perf_counter() - start) / REPEATS * 1000
    print(f"10 approaches x {len(gpus)} accelerators: {each:.2f} ms (wanted 10)")
    draws = Draws(8192, 0)
    predict_compute(inputs, candidates, evidence, assumptions, draws)
    start = time.perf_counter()
    for _ in range(REPEATS):
        predict_compute(inputs, candidates, evidence, assumptions, draws)
    each = (time.perf_counter() - start) / REPEATS * 1000
    print(f"predict_compute with 8,192 draws: {each:.1f} ms")
    runs = pd.concat([evidence.table("runs")] * 2).head(2000)
    start = time.perf_counter()
    backtest_runs(runs, evidence)
    print(f"backtest of {len(runs)} runs: {time.perf_counter() - start:.2f} s (wanted 60)")


if __name__ == "__main__":
    main()
