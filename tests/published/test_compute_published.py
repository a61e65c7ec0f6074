"""Work and hours against published runs, each on its own figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from estimator.engine.compute.resolve import RunWork, resolve_run
from estimator.engine.compute.run_tables import tables_of

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


@pytest.mark.parametrize(
    ("row", "flop"),
    [
        # Llama-3.1-405B card and paper: 15.6T tokens, 3.8e25 FLOP.
        ({"modality": "text", "model": "Llama-3.1-405B", "params_total": 405e9, "unit": "tokens",
          "units_seen": 15.6e12, "approach": "scratch", "hardware": "H100"}, 3.8e25),
        # GPT-3: 300B tokens, 3.14e23 FLOP.
        ({"modality": "text", "model": "GPT-3 175B", "unit": "tokens", "units_seen": 300e9,
          "approach": "scratch", "hardware": "V100", "context": "seq 2048"}, 3.14e23),
        # ViT paper, Table 6: ViT-L/16, 7 epochs of JFT-300M, 783 exaFLOP.
        ({"modality": "vision", "model": "ViT-L/16", "unit": "images", "units_seen": 2.121e9,
          "approach": "pretrain", "hardware": "TPU v3", "context": "224x224"}, 783e18),
    ],
)  # fmt: skip
def test_training_flop_of_published_models(
    row: dict[str, object], flop: float, evidence: Evidence
) -> None:
    run = resolve_run(row, tables_of(evidence))
    assert isinstance(run, RunWork)
    assert run.training_flop == pytest.approx(flop, rel=0.08)


def test_reported_flop_serve_where_the_work_is_not_stated(evidence: Evidence) -> None:
    row = {
        "modality": "text",
        "model": "OPT-175B",
        "reported_flops": 4.3e23,
        "hardware": "A100-80GB",
    }
    run = resolve_run({**row, "approach": "scratch"}, tables_of(evidence))
    assert isinstance(run, RunWork)
    assert run.training_flop == 4.3e23
