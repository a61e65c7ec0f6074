"""What decides the time of a step beside its arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from estimator.engine.compute.resolve import RunWork, resolve_run
from estimator.engine.compute.run_tables import tables_of

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

RUN = {
    "model": "Llama-3.1-8B", "modality": "text", "task": "instruction tuning",
    "approach": "full_finetune", "unit": "samples", "units_seen": 10_000, "hardware": "A100-80GB",
    "n_devices": 4, "precision": "bf16",
}  # fmt: skip


def _run(evidence: Evidence, context: str, **changes: Any) -> RunWork:
    run = resolve_run({**RUN, **changes, "context": context}, tables_of(evidence))
    assert isinstance(run, RunWork), run
    return run


def test_an_embedding_example_holds_every_member(evidence: Evidence) -> None:
    one = {"model": "BGE-base", "n_devices": 1}
    alone = _run(evidence, "seq 128", task="classification", **one)
    pair = _run(evidence, "seq 128, pairs", task="embedding fine-tuning", **one)
    triplet = _run(evidence, "seq 128, triplets", task="embedding fine-tuning", **one)
    assert pair.training_flop == pytest.approx(2 * alone.training_flop)
    assert triplet.training_flop == pytest.approx(3 * alone.training_flop)


def test_padding_makes_every_example_as_long_as_the_longest(evidence: Evidence) -> None:
    capped = _run(evidence, "max_length 2048")
    padded = _run(evidence, "padded to 2048 tokens, max_length 2048")
    assert padded.seq == 2048
    assert padded.training_flop > 3 * capped.training_flop


def test_devices_that_work_in_turn_are_all_paid(evidence: Evidence) -> None:
    apart = _run(evidence, "seq 512, batch size per GPU 4")
    turn = _run(evidence, "seq 512, batch size per GPU 4 (model spread over four cards)")
    assert turn.base_hours == pytest.approx(4 * apart.base_hours)


def test_compilation_is_paid_by_every_device_of_a_jax_run(evidence: Evidence) -> None:
    hours = evidence.assumptions["compute.step.compile_hours"].p50
    words = "seq 512, batch size per GPU 4"
    plain, jax = _run(evidence, words), _run(evidence, f"{words}, JAX")
    assert jax.base_hours - plain.base_hours == pytest.approx(4 * hours)
    assert jax.arithmetic_share < plain.arithmetic_share
    steady = _run(evidence, f"{words}, JAX", steady=True)
    assert steady.base_hours == pytest.approx(plain.base_hours)


def test_gathered_weights_slow_short_full_updates_only(evidence: Evidence) -> None:
    def hours(words: str, tokens: int) -> float:
        context = f"per_device_train_batch_size 1, seq {tokens} {words}"
        return _run(evidence, context, unit="samples", model="Qwen-1.8B", n_devices=1).base_hours

    short = hours(", DeepSpeed ZeRO-3", 128) / hours("", 128)
    long = hours(", DeepSpeed ZeRO-3, packing, 1000 steps", 8192) / hours(
        ", packing, 1000 steps", 8192
    )
    assert short == pytest.approx(2.5, rel=0.05)
    assert long < 1.3


def test_updates_in_host_memory_take_their_time(evidence: Evidence) -> None:
    each = evidence.assumptions["compute.step.host_update_seconds"].p50
    words = "seq 512, per_device_train_batch_size 1, gradient_accumulation_steps {}, cpu offload"
    often = _run(evidence, words.format(1), n_devices=1)
    seldom = _run(evidence, words.format(8), n_devices=1)
    updates = 10_000 * (1 - 1 / 8)
    params = often.model.params or 0.0
    assert (often.base_hours - seldom.base_hours) * 3600 == pytest.approx(
        updates * params / 1e9 * each, rel=1e-6
    )


def test_arithmetic_without_matrix_units_starts_nearer_to_its_peak(evidence: Evidence) -> None:
    slow = _run(evidence, "seq 512, packing", precision="fp32")
    fast = _run(evidence, "seq 512, packing")
    assert slow.ideal_hours / slow.base_hours == pytest.approx(0.6, rel=0.05)
    assert fast.ideal_hours / fast.base_hours == pytest.approx(0.4, rel=0.05)


def test_small_networks_wait_for_their_pictures(evidence: Evidence) -> None:
    rate = evidence.assumptions["compute.step.decoded_megapixels"].p50 * 1e6
    picture = {
        "modality": "vision", "task": "image classification", "unit": "images",
        "units_seen": 1e6, "n_devices": 1,
    }  # fmt: skip
    small = _run(evidence, "224x224", model="MobileNetV3-small", **picture)
    large = _run(evidence, "224x224", model="ViT-L/16", **picture)
    assert small.base_hours * 3600 == pytest.approx(1e6 * 2e5 / rate, rel=0.1)
    assert large.base_hours == pytest.approx(large.ideal_hours / 0.4, rel=0.05)
    tiny = _run(evidence, "32x32 CIFAR-10", model="ResNet-18", **picture)
    assert tiny.base_hours < 0.2 * small.base_hours
