"""The words of a training configuration, as people write them."""

from __future__ import annotations

import pytest

from estimator.engine.compute.settings import read_settings

WORDINGS = [
    ("per_device_train_batch_size 4, gradient_accumulation_steps 8, max_seq_length 2048",
     4, 128, 2048),
    ("per_device_train_batch_size=4 gradient_accumulation_steps=8 --model_max_length 2048 "
     "--gradient_checkpointing True", 4, 128, 2048),
    ("micro_batch_size: 2, gradient_accumulation_steps: 4, sequence_len: 4096, "
     "sample_packing: true (axolotl)", 2, 32, 4096),
    ("bs 4, ga 8, ctx 2048, packing", 4, 128, 2048),
    ("batch 2x8 (2 per GPU), cutoff_len 1024", 2, 16, 1024),
    ("max_seq_len 8192 unsloth load_in_4bit r=16", None, None, 8192),
    ("sequence length 2048 batch 4 LoRA rank 16", 4, 16, 2048),
    ("gradient_checkpointing=False, batch_size=1, 2k context", 1, 4, 2048),
    ("ZeRO-3 offload, fp16, 512 tokens, batch size per device=2", 2, 8, 512),
    ("paged_adamw_8bit, bs=1, seqlen 4096", 1, 4, 4096),
    ("LoRA r=64 all linear layers, batch size 1, cutoff 512", 1, 4, 512),
]  # fmt: skip


@pytest.mark.parametrize(("text", "micro", "whole", "longest"), WORDINGS)
def test_usual_wordings_on_four_devices(
    text: str, micro: float | None, whole: float | None, longest: float
) -> None:
    s = read_settings(text, 4)
    assert (s.micro_batch, s.global_batch, s.longest_tokens) == (micro, whole, longest)


def test_other_words_of_a_configuration() -> None:
    s = read_settings(WORDINGS[2][0], 4)
    assert (s.is_packed, s.framework, s.accumulation) == (True, "axolotl", 4.0)
    s = read_settings(WORDINGS[5][0], 4)
    assert (s.framework, s.lora_rank) == ("unsloth", 16.0)
    s = read_settings(WORDINGS[10][0], 4)
    assert (s.lora_rank, s.lora_targets) == (64.0, "all_linear")
    assert read_settings(WORDINGS[1][0], 4).checkpointing is True
    assert read_settings(WORDINGS[7][0], 4).checkpointing is False
    assert read_settings(WORDINGS[9][0], 4).optimiser == "adamw_paged_8bit"
    assert read_settings(WORDINGS[8][0], 4).sharding == "full"
    assert read_settings("unpacked, mean length 212 tokens").is_packed is False
    assert read_settings("mean length 212 tokens, max_seq_length 768").mean_tokens == 212.0


def test_a_bare_batch_is_global_on_many_devices_and_per_device_on_one() -> None:
    assert read_settings("batch 256, 90 epochs", 8).global_batch == 256.0
    assert read_settings("batch 256, 90 epochs", 8).micro_batch is None
    assert read_settings("batch 16", 1).micro_batch == 16.0
    assert read_settings("lr sched 1x; 2 im/GPU", 8).global_batch == 16.0
    assert read_settings("", 8).global_batch is None
