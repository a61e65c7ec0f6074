"""What the words of runs are looked up in: model rules, shapes, the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from estimator.engine.compute.text import number
from estimator.evidence.things import BaseModel

TEXT_GROUPS = ("llm", "encoder", "seq2seq")
IMAGE_GROUPS = ("cnn", "vit", "detection", "segmentation", "seg3d", "diffusion", "gan")
AUDIO_GROUPS = ("asr", "ssl_audio", "tts")
TABLES = "table"
"""Models that are shown the rows of a table."""
AUDIO_FRAMES_PER_SECOND = 50.0
CONV_FRONTEND_GFLOP_PER_SECOND = 4.9
"""Seven 512-channel convolutions of wav2vec 2.0 on 16 kHz audio: 2.45 GMAC per second."""


@dataclass(frozen=True)
class ModelInfo:
    """What the work of a run needs to know about its model."""

    name: str
    family: str
    group: str
    params: float | None
    active: float | None = None
    layers: float | None = None
    hidden: float | None = None
    forward_gflop: float | None = None
    input_size: float | None = None
    input_unit: str = ""
    max_rows: float | None = None
    """Rows of a table that an in-context model is shown at most."""

    @property
    def params_active(self) -> float | None:
        """Parameters that work on one token."""
        return self.active or self.params

    @property
    def layers_or_guess(self) -> float:
        """Layers; from the parameters (width = 128 x layers) where they are not known."""
        n = self.params or 1.0
        return float(self.layers or max((n / (12 * 128**2)) ** (1 / 3), 2.0))


@dataclass(frozen=True)
class ModelRule:
    """One row of data/catalog/run_models.csv."""

    pattern: re.Pattern[str]
    info: ModelInfo
    is_stated: bool = False
    """Read from the model's own card or configuration: looked up before the catalogue."""


@dataclass(frozen=True)
class Shape:
    """One row of data/catalog/run_shapes.csv: size and shape of a named architecture."""

    pattern: re.Pattern[str]
    family: str
    params: float
    layers: float | None
    hidden: float | None
    frames_per_second: float
    is_stated: bool = False
    """Size as on the model's card: it stands above a number in the name."""


@dataclass(frozen=True)
class Lexicon:
    """All tables that turn a model's name into its size and operations."""

    images: tuple[ModelRule, ...]
    text: tuple[Shape, ...]
    audio: tuple[Shape, ...]
    experts: tuple[Shape, ...]
    catalogue: Mapping[str, BaseModel]


DEFAULT_FRAMES_PER_SECOND = 25.0


def model_rules(rows: Iterable[Mapping[str, object]]) -> tuple[ModelRule, ...]:
    """Compiled rules of data/catalog/run_models.csv, in file order (first match wins)."""
    return tuple(
        ModelRule(
            re.compile(str(r["pattern"]), re.IGNORECASE),
            ModelInfo(
                name=str(r["family"]),
                family=str(r["family"]),
                group=str(r["work_group"]),
                params=number(r["params"]),
                forward_gflop=number(r["forward_gflop"]),
                input_size=number(r["input_size"]),
                input_unit=str(r["input_unit"]),
            ),
            str(r["source_id"]) != "architecture_arithmetic",
        )
        for r in rows
    )


def shapes(rows: Iterable[Mapping[str, object]], kind: str) -> tuple[Shape, ...]:
    """Compiled rows of one kind (text, audio, experts) of data/catalog/run_shapes.csv."""
    return tuple(
        Shape(
            re.compile(str(r["pattern"])),
            str(r["family"]),
            number(r["params"]) or 0.0,
            number(r["layers"]),
            number(r["hidden_size"]),
            number(r["frames_per_second"]) or DEFAULT_FRAMES_PER_SECOND,
            str(r["source_id"]) == "model-hub-cards",
        )
        for r in rows
        if r["kind"] == kind
    )


def lexicon(
    model_rows: Iterable[Mapping[str, object]],
    shape_rows: Iterable[Mapping[str, object]],
    models: Mapping[str, BaseModel],
) -> Lexicon:
    """The shipped name tables, compiled once."""
    rows = list(shape_rows)
    return Lexicon(
        model_rules(model_rows), shapes(rows, "text"), shapes(rows, "audio"),
        shapes(rows, "experts"), catalogue_index(models),
    )  # fmt: skip


def normalised(name: str) -> str:
    """Lower case, letters and digits only: one spelling for look-ups."""
    return re.sub(r"[^a-z0-9.]+", "", name.lower())


_ENDINGS = (
    r"[-_.](?:instruct|chat|hf|it|base|pt|mlx|gguf|awq|gptq|bf16|fp16|fp8|en|uncased|cased|"
    r"discriminator|bnb|4bit|8bit|int4|int8|onnx|safetensors)$",
    r"[-_](?:\d{4}|20\d{2}[-_]\d{2}(?:[-_]\d{2})?)$",
    r"[-_]v\d+(?:\.\d+)?$",
    r"[-_](?:224|256|336|384|448|512|1024)$",
    r"[-_]\d+b[-_]\d+e$",
    r"[-_]patch\d+.*$",
    r"[-_](?:pretrain|finetuned)[-_].*$",
    r"\.pt$",
)


def spellings(name: str) -> list[str]:
    """A hub name from as written to its bare form: owner, endings, dates and versions dropped."""
    bare = re.sub(r"\(.*?\)", "", name.lower()).strip().split("/")[-1].removeprefix("meta-")
    out = [normalised(name), normalised(bare)]
    while True:
        cut = next((c for e in _ENDINGS if (c := re.sub(e, "", bare)) != bare and c), None)
        if cut is None:
            return list(dict.fromkeys(out))
        bare = cut
        out.append(normalised(bare))


def catalogue_entry(name: str, catalogue: Mapping[str, BaseModel]) -> BaseModel | None:
    """The catalogue model that a hub name means, None where no spelling of it is listed."""
    return next((catalogue[s] for s in spellings(name) if s in catalogue), None)


def catalogue_index(models: Mapping[str, BaseModel]) -> dict[str, BaseModel]:
    """Catalogue models by normalised name, without suffixes such as uncased or .a1_in1k."""
    index: dict[str, BaseModel] = {}
    for name, model in models.items():
        index.setdefault(normalised(name), model)
    for name, model in models.items():
        key = normalised(
            re.sub(r"\b(un)?cased\b|\(.*?\)|\.[a-z0-9_]+in1k|v0\.\d", "", name.lower())
        )
        index.setdefault(key, model)
    return index


def calibration_group(group: str) -> str:
    """Group of the calibration of a work group: text, vision, speech or other."""
    if group in TEXT_GROUPS:
        return "text"
    if group in AUDIO_GROUPS:
        return "speech"
    return "vision" if group in IMAGE_GROUPS else "other"
