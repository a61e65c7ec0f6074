"""Times of the decision on a preset: ``python tests/bench/bench_decide.py [preset]``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from estimator import ProjectInputs, load_evidence  # noqa: E402
from estimator.engine.assumptions import Assumptions  # noqa: E402
from estimator.engine.decide import (  # noqa: E402
    Objective,
    break_even,
    cost_accuracy_frontier,
    cost_curves,
    optimise,
    plan_value,
    recommend,
    staged_plan,
    switching_values,
    tornado,
)
from estimator.engine.results import Evaluation  # noqa: E402
from estimator.engine.simulate import Memo, evaluate  # noqa: E402

WANTED_SECONDS = {
    "recommendation and frontier": 0.15,
    "switching values and tornado": 2.5,
    "pilot": 3.0,
    "optimiser, default space": 1.0,
}


def main(preset: str) -> None:
    """Print seconds, runs of the model, and what is wanted."""
    evidence = load_evidence()
    text = (ROOT / "data" / "presets" / f"{preset}.yaml").read_text(encoding="utf-8")
    inputs = ProjectInputs.from_dict(yaml.safe_load(text))
    memo = Memo()
    runs = [0]

    def again(scenario: ProjectInputs) -> Evaluation:
        runs[0] += 1
        return evaluate(scenario, evidence, memo=memo)

    base = again(inputs)
    judged = Assumptions(evidence.assumptions, inputs.assumptions)
    advice = recommend(base, judged)
    steps: dict[str, Callable[[], Any]] = {
        "one evaluation": lambda: evaluate(inputs, evidence),
        "recommendation and frontier": lambda: (
            recommend(base, judged),
            cost_accuracy_frontier(base, judged),
        ),
        "switching values and tornado": lambda: (
            switching_values(base, advice.plan, again, judged),
            tornado(base, advice, again, judged),
        ),
        "staged plan": lambda: staged_plan(base, judged, plan_value(base, judged)),
        "optimiser, default space": lambda: optimise(base, again, judged, Objective.CHEAPEST),
        "cost curves": lambda: cost_curves(base, again),
        "break-even volumes": lambda: break_even(base, again),
    }
    print(f"{preset}: {inputs.draws} draws")
    for name, step in steps.items():
        runs[0] = 0
        start = time.perf_counter()
        step()
        seconds = time.perf_counter() - start
        wanted = WANTED_SECONDS.get(name)
        goal = "" if wanted is None else f"  wanted {wanted:g} s"
        print(f"{name:32s} {seconds:7.3f} s  {runs[0]:4d} runs{goal}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "support_tickets")
