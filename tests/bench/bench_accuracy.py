"""Processor time of the accuracy room: ten approaches of one scenario, 2,000 backtest rows, refit.

Run: OMP_NUM_THREADS=1 python tests/bench/bench_accuracy.py [--refit]
Wanted: 20 ms, 60 s, 5 min.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import pandas as pd  # noqa: E402

from estimator.engine.accuracy import predict_accuracy  # noqa: E402
from estimator.engine.assumptions import Assumptions  # noqa: E402
from estimator.engine.candidates import build_candidates  # noqa: E402
from estimator.engine.distributions import Draws  # noqa: E402
from estimator.engine.inputs import ProjectInputs  # noqa: E402
from estimator.evidence.load import load_evidence  # noqa: E402
from estimator.lab.accuracy.backtest import backtest_curves  # noqa: E402
from estimator.lab.accuracy.fit import fit_accuracy  # noqa: E402


def best_seconds(run: Callable[[], Any], repeats: int) -> float:
    """Least processor time of some runs, which neighbours on the machine disturb least."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    """Print one line per measurement."""
    evidence = load_evidence()
    inputs = ProjectInputs.from_dict(
        {
            "task": "text_classification",
            "n_classes": 12,
            "pilot": [{"approach": "full_finetune", "n_labelled": 300, "value": 0.84}],
        }
    )
    candidates = build_candidates(inputs, evidence)
    judgements, draws = Assumptions(evidence.assumptions), Draws(inputs.draws, 0)

    def one() -> object:
        return predict_accuracy(inputs, candidates, evidence, judgements, draws)

    one()
    print(f"ten approaches of one scenario: {1000 * best_seconds(one, 20):.1f} ms")
    frame: pd.DataFrame = evidence.table("curves").head(2000).assign(given=0)
    seconds = best_seconds(lambda: backtest_curves(frame, evidence), 1)
    print(f"backtest of {len(frame)} rows: {seconds:.1f} s")
    if "--refit" in sys.argv:
        print(f"refit: {best_seconds(lambda: fit_accuracy(evidence), 1):.0f} s")


if __name__ == "__main__":
    main()
