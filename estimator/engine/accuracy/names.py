"""Spellings of data sets, base models and sizes in published tables, brought to one form."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

NO_CLASS_TASKS = frozenset(
    {"speech_recognition", "translation", "summarisation", "text_generation", "recommendation"}
)
"""Tasks whose labels are not counted per class."""

SIZE_WORDS: tuple[tuple[str, float], ...] = (
    ("gpt-3 ", 1.75e11),
    ("xlm-r-large", 5.6e8),
    ("xlm-roberta-large", 5.6e8),
    ("roberta-large", 3.55e8),
    ("bert-large", 3.4e8),
    ("distilbert", 6.6e7),
    ("roberta-base", 1.25e8),
    ("bert-base", 1.1e8),
    ("resnet101", 4.2e7),
    ("resnet-101", 4.2e7),
    ("resnet50", 2.4e7),
    ("resnet-50", 2.4e7),
    ("resnet18", 1.1e7),
    ("resnet-18", 1.1e7),
    ("vit-b", 8.6e7),
    ("vit-l", 3.04e8),
    ("vit-h", 6.3e8),
    ("vit-s", 2.2e7),
    ("large", 3.2e8),
    ("base", 1e8),
    ("small", 4e7),
    ("tiny", 1.5e7),
)
"""Nominal parameters by the word in a model's name; the first that occurs counts."""


def variant_of(approach: object, task: str | None) -> str:
    """Published approach with its sub-families apart: prompts, adapters, in-context tables."""
    name = str(approach).strip().lower()
    if name == "few_shot_prompt" and task == "tabular_classification":
        return "in_context_table"
    return name


def dataset_key(name: object) -> str:
    """One id for the spellings of a data set."""
    text = str(name).lower()
    text = re.sub(r"^(vtab/|lora land: |glue[/_: ]+|superglue[/_: ]+|clue[/_: ]+)", "", text)
    text = re.sub(r"\((dev|test|val|matched|m|mm|superglue|glue|full)[^)]*\)", "", text)
    text = re.sub(r"^glue_", "", text)
    return re.sub(r"[^a-z0-9]+", "", text)


def backbone_key(name: object) -> str:
    """One id for the spellings of a base model."""
    return re.sub(r"[^a-z0-9]+", " ", str(name).lower()).strip()


def parse_params(text: object) -> float:
    """Parameters from a published cell such as ``11.7M encoder``; nan where there are none."""
    cell = str(text).lower().replace(",", "")
    found = re.search(r"(\d+(?:\.\d+)?(?:e\+?\d+)?)\s*([kmbt]?)", cell)
    if not found:
        return float("nan")
    value = float(found.group(1)) * {"": 1, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}[found.group(2)]
    return value if value > 1e3 else float("nan")


def params_from_name(backbone: object) -> float:
    """Nominal parameters from a model's name; nan where it says nothing."""
    name = str(backbone).lower()
    found = re.search(r"(?<![a-z\d.])(\d+(?:\.\d+)?)\s*(b|m)(?![a-z])", name)
    if found:
        value = float(found.group(1)) * (1e9 if found.group(2) == "b" else 1e6)
        if 1e6 <= value < 2e12:
            return value
    return next((size for word, size in SIZE_WORDS if word in name), float("nan"))


def to_number(cell: object) -> float:
    """A float, nan for blanks and texts."""
    try:
        value = float(str(cell).replace(",", ""))
    except ValueError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")


FAMILIES: tuple[tuple[str, str], ...] = (
    ("automl", r"auto ?gluon|auto ?sklearn|\bh2o|\bflaml\b|auto ?weka|\btpot\b"),
    ("boosting", r"xgboost|catboost|lightgbm|gradient boosting|gbdt|gbm"),
    ("forest", r"random forest|extra trees|decision tree|forest"),
    (
        "linear",
        r"logistic|linear ?model|linear regression|linear svm|\bsvm\b|\bsvc\b|ridge|tf ?idf|"
        r"bag of words|\bbow\b",
    ),
    ("neighbours", r"nearest neigh|\bknn\b|k nn"),
    ("bayes", r"naive bayes"),
    ("tabpfn", r"tabpfn|tabicl|tabdpt"),
    (
        "tabular net",
        r"ft transformer|\btabr\b|\btabm\b|realmlp|tabnet|mambular|\bsaint\b|trompt|excelformer|"
        r"tabtransformer|modernnca",
    ),
    ("perceptron", r"\bmlp\b|perceptron"),
    ("grounded detector", r"grounding dino|\bglip|yolo world"),
    ("medical pairs", r"medklip|gloria|\bkad\b|convirt|biovil"),
    ("clip", r"clip|siglip|align\b"),
    ("dino", r"dino"),
    (
        "setfit",
        r"setfit|sentence|mpnet|\be5\b|\bbge\b|\bgte\b|embed|minilm|glove|word2vec|fasttext|labse|"
        r"\blaser\b|\buse\b|skipthought|infersent",
    ),
    ("protein model", r"\besm|prot(?:bert|t5|trans)|tranception|trancepteve|msa transformer"),
    ("gpt4", r"gpt ?4|gpt ?5|claude|gemini|\bgrok|\bglm [5-9]|\bo[134]\b"),
    ("gpt3", r"gpt ?3|chatgpt|davinci|palm"),
    ("gpt2", r"gpt ?2|\bgpt\b|gpt j|gpt neo|opt \d|bloom"),
    (
        "llama",
        r"llama|vicuna|alpaca|mistral|mixtral|zephyr|ministral|codestral|pixtral|hermes|tulu|"
        r"\bt lu|dolphin|magicoder cl|magicoder s cl",
    ),
    (
        "qwen",
        r"qwen|gemma|phi ?\d|\byi\b|deepseek|falcon|\bmpt|\bgams\b|glm\b|glm\d|granite|olmo|"
        r"command r|\baya\b|internlm|baichuan|exaone|athene|\borca\b|dolly|marco o1|fingpt|"
        r"stratos|openthinker|magicoder",
    ),
    ("t5", r"t5|\bbart\b|pegasus|mbart|m2m|nllb|marian"),
    ("roberta", r"roberta|xlm ?r|deberta|electra|modernbert|eurobert"),
    ("distilbert", r"distil|tinybert|mobilebert"),
    ("bert", r"bert|ernie|xlnet|albert"),
    ("ulmfit", r"ulmfit|elmo|awd"),
    ("whisper", r"whisper"),
    ("wav2vec", r"wav2vec|hubert|wavlm|data2vec|xls ?r|apc|cpc|pase"),
    ("yolo", r"yolo|ssd"),
    (
        "rcnn",
        r"r ?cnn|frcn|retinanet|detr|\bfcos\b|\batss\b|mpsr|\bvfa\b|fsdetview|\btfa\b|\btood|"
        r"\bvfnet",
    ),
    ("segmenter", r"deeplab|unet|u net|segformer|pspnet|fcn"),
    ("vit", r"\bvit|deit|swin|beit|\bmae\b"),
    (
        "self-supervised",
        r"simclr|moco|byol|swav|simsiam|jigsaw|rotation|exemplar|rel pat|barlow|paws",
    ),
    ("efficientnet", r"efficientnet|mobilenet|regnet"),
    ("resnet", r"resnet|resnext|densenet|vgg|inception|alexnet|wrn|wideresnet"),
    ("click model", r"deepfm|\bdcn|autoint|fibinet|wide deep|\b[fhan]*fm\b|ipnn|masknet|finalmlp"),
    ("recurrent", r"lstm|gru|rnn|conformer|transducer|zipformer"),
    ("cnn", r"cnn\b|\bcnn|conv"),
    ("transformer", r"transformer|attention"),
)
"""Families of base models by the words in their names; the first that fits counts."""


@lru_cache(maxsize=4096)
def model_family(backbone: object) -> str:
    """Family of a base model; one of its own where its name says nothing."""
    name = str(backbone).lower()
    return next((family for family, words in FAMILIES if re.search(words, name)), f"?{name}")
