"""The scale of errors and the spellings of metrics."""

from __future__ import annotations

import numpy as np
import pytest

from estimator.engine.accuracy import names, scales


@pytest.mark.parametrize(
    ("metric", "group"),
    [
        ("top1", "accuracy"),
        ("mean_per_class", "accuracy"),
        ("accuracy (maj1@1)", "accuracy"),
        ("error", "error"),
        ("WER", "wer"),
        ("PER", "wer"),
        ("Macro F1", "f1"),
        ("micro_f1 (without MISC)", "f1"),
        ("mAP50", "map"),
        ("AP50", "map"),
        ("AUPRC", "map"),
        ("mIoU", "miou"),
        ("image auroc", "auc"),
        ("BLEU", "bleu"),
        ("Rouge-L", "rouge"),
        ("MASE", "mase"),
        ("Spearman", "corr"),
        ("exact_match", "em"),
        ("shoe size", "other"),
    ],
)
def test_metric_group(metric: str, group: str) -> None:
    assert scales.metric_group(metric) == group


def test_scale_and_back() -> None:
    error = np.array([0.0, 0.01, 0.2, 0.5, 0.74, 0.75])
    y = scales.to_scale(error, 0.75)
    assert (np.diff(y) > 0).all()
    back = np.maximum(error, scales.LEAST * 0.75)
    np.testing.assert_allclose(scales.to_error(y, 0.75), back, atol=1e-12)


def test_nobody_promises_perfection() -> None:
    assert float(scales.to_error(np.array(-50.0), 0.5)) == scales.LEAST * 0.5


def test_worse_than_chance_counts_as_chance() -> None:
    assert scales.to_scale(np.array(0.9), 0.5) == scales.to_scale(np.array(0.5), 0.5)


@pytest.mark.parametrize(
    ("group", "task", "classes", "chance"),
    [
        ("accuracy", "text_classification", 4, 0.75),
        ("f1", "image_classification", 10, 0.9),
        ("f1", "token_classification", 9, 1.0),
        ("accuracy", "question_answering", 4, 0.75),
        ("auc", "tabular_classification", 2, 0.5),
        ("wer", "speech_recognition", float("nan"), 1.0),
    ],
)
def test_chance_error(group: str, task: str, classes: float, chance: float) -> None:
    assert scales.chance_error(group, task, classes) == chance


def test_value_and_error_are_inverse_in_each_unit() -> None:
    for group, value in (("accuracy", 0.9), ("bleu", 28.0), ("wer", 0.12), ("mt", 6.5)):
        error = scales.error_from_value(np.array([value]), np.array([group]))
        assert scales.value_from_error(error, group)[0] == pytest.approx(value)


@pytest.mark.parametrize(
    ("cell", "params"),
    [("11.7M encoder", 11.7e6), ("110000000", 1.1e8), ("7B", 7e9), ("1.1e8", 1.1e8), ("", np.nan)],
)
def test_parse_params(cell: str, params: float) -> None:
    np.testing.assert_allclose(names.parse_params(cell), params)


def test_params_from_name() -> None:
    assert names.params_from_name("meta-llama/Llama-3.1-70B") == 70e9
    assert names.params_from_name("RoBERTa-large fine-tune") == 3.55e8
    assert np.isnan(names.params_from_name("Seasonal naive"))


def test_spellings_of_a_data_set_are_one() -> None:
    assert names.dataset_key("VTAB/CIFAR-100") == names.dataset_key("CIFAR-100")
    assert names.dataset_key("SST-2 (dev)") == names.dataset_key("LoRA Land: glue_sst2")
    assert names.dataset_key("Banking77") == names.dataset_key("BANKING77")


@pytest.mark.parametrize(
    ("backbone", "family"),
    [
        ("RoBERTa-large fine-tune", "roberta"),
        ("CLIP ViT-B-16 (openai)", "clip"),
        ("XGBoost", "boosting"),
        ("Random forest", "forest"),
        ("wav2vec 2.0 LARGE, LM None", "wav2vec"),
        ("ResNet-50 supervised", "resnet"),
        ("GLM 5.3 flash", "gpt4"),
        ("ChatGLM3-6B", "qwen"),
        ("something new", "?something new"),
    ],
)
def test_model_family(backbone: str, family: str) -> None:
    assert names.model_family(names.backbone_key(backbone)) == family
