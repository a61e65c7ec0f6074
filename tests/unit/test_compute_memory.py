"""Memory by approach: orders that always hold, and the number of devices."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.engine.compute.lexicon import ModelInfo
from estimator.engine.compute.memory import (
    MemorySetting,
    made_to_fit,
    min_devices,
    peak_memory_gb,
    static_gb,
)
from estimator.engine.compute.terms import memory_terms
from estimator.evidence.load import load_evidence
from estimator.lab.compute.memory_runs import model_parallel, parallel_memory_gb

TERMS = memory_terms(lambda name: load_evidence().assumptions[name].p50)
LLAMA = ModelInfo("Llama 2 7B", "llm", "llm", 6.74e9, None, 32, 4096, input_unit="tokens")
FULL = MemorySetting(
    "full_finetune", "half", "adamw", 4.0, 512.0, None, False, 0.25, TERMS, amp=True
)


def test_full_mixed_precision_adam_is_18_bytes_a_parameter() -> None:
    assert static_gb(LLAMA, FULL) == pytest.approx(18 * 6.74)
    assert static_gb(LLAMA, replace(FULL, amp=False)) == pytest.approx(16 * 6.74)
    assert static_gb(LLAMA, replace(FULL, amp=False, pure_half=True)) == pytest.approx(8 * 6.74)


def test_quantised_base_takes_about_half_a_byte() -> None:
    lora = replace(FULL, approach="lora", precision="int4", adapter_params=20e6)
    assert 0.5 * 6.74 < static_gb(LLAMA, lora) < 0.75 * 6.74


@given(
    params=st.floats(1e6, 1e12), batch=st.floats(1, 64), tokens=st.floats(16, 8192),
    checkpointing=st.booleans(), share=st.floats(0.0, 0.02),
)  # fmt: skip
def test_lora_never_needs_more_than_full(
    params: float, batch: float, tokens: float, checkpointing: bool, share: float
) -> None:
    model = ModelInfo("x", "llm", "llm", params, input_unit="tokens")
    full = replace(FULL, batch_per_device=batch, tokens=tokens, checkpointing=checkpointing)
    lora = replace(full, approach="lora", adapter_params=share * params)
    qlora = replace(lora, precision="int4")
    probe = replace(full, approach="linear_probe")
    gb = [peak_memory_gb(model, s) for s in (probe, qlora, lora, full)]
    assert gb[1] <= gb[2] <= gb[3]
    assert gb[0] <= gb[3]


@given(memory=st.floats(8, 192), n=st.floats(1e7, 1e12))
def test_min_devices_is_the_smallest_power_of_two_that_holds(memory: float, n: float) -> None:
    model = ModelInfo("x", "llm", "llm", n, input_unit="tokens")
    small = replace(FULL, batch_per_device=1.0, tokens=64.0)
    found = min_devices(model, small, memory)
    if found is None:
        assert peak_memory_gb(model, small, 4096) > 0.94 * memory
        return
    assert peak_memory_gb(model, small, found) <= 0.94 * memory * 1.0001
    assert found == 1 or peak_memory_gb(model, small, found / 2) > 0.94 * memory


def test_savings_are_added_until_a_run_that_did_fit_fits() -> None:
    pure = replace(FULL, amp=False, pure_half=True, batch_per_device=2.0, tokens=2048.0)
    roomy = made_to_fit(LLAMA, pure, 400.0, 1)
    tight = made_to_fit(LLAMA, pure, 24.0, 1)
    assert roomy == pure
    assert tight.checkpointing
    assert tight.optimiser == "adamw_paged"
    assert peak_memory_gb(LLAMA, tight) < peak_memory_gb(LLAMA, roomy)


def test_recomputation_saves_activations() -> None:
    long = replace(FULL, tokens=4096.0)
    assert peak_memory_gb(LLAMA, replace(long, checkpointing=True)) < peak_memory_gb(LLAMA, long)


def test_tensor_and_pipeline_parallel_split_the_model() -> None:
    text = "bf16, tp=4 pp 2, distributed optimizer"
    assert model_parallel(text) == (4.0, 2.0)
    assert model_parallel("fsdp, 8 gpus") == (1.0, 1.0)
    one = parallel_memory_gb(LLAMA, FULL, 4.0, 2.0, 64.0, "tp=4 pp=2")
    shared = parallel_memory_gb(LLAMA, FULL, 4.0, 2.0, 64.0, text)
    assert one - shared == pytest.approx(12 * 6.74 / 8 * (1 - 1 / 8))
