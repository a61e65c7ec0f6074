"""Model names in runs: family, work group, parameters and forward FLOP of one input."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from estimator.engine.catalogue import BaseModel
from estimator.engine.compute.text import billions, number, resolution
from estimator.units import GIGA

TEXT_GROUPS = ("llm", "encoder", "seq2seq")
IMAGE_GROUPS = ("cnn", "vit", "detection", "segmentation", "seg3d", "diffusion", "gan")
AUDIO_GROUPS = ("asr", "ssl_audio", "tts")
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

    @property
    def params_active(self) -> float | None:
        """Parameters that work on one token."""
        return self.active or self.params


@dataclass(frozen=True)
class ModelRule:
    """One row of data/catalog/run_models.csv."""

    pattern: re.Pattern[str]
    info: ModelInfo


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
        )
        for r in rows
    )


def normalised(name: str) -> str:
    """Lower case, letters and digits only: one spelling for look-ups."""
    return re.sub(r"[^a-z0-9.]+", "", name.lower())


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


_ENCODER = (
    r"bert|electra|setfit|mpnet|minilm|\bbge|\be5\b|xlm-?r|albert|longformer|xlnet|elmo|gliner"
)
_SEQ2SEQ = r"\bt5|t5\b|mt5|bart|pegasus|marian|gnmt|nllb|m2m|transformer|rnmt|fred-t5|ul2|tk-instruct|t0\b|t-few"
_TTS = r"fastpitch|tacotron|waveglow|hifi-?gan|fastspeech|vits\b|f5-tts|vocoder"
_SSL = r"wav2vec|hubert|wavlm|xls-?r|xlsr|unispeech|\bsew|data2vec|mms-|mms\b|conformer|whisper"
_BIO = r"\bprotein|molecul|\bdrug|biolog|\brna\b|nucleotide|\bgenes?\b|\bgenom|\bcells?\b"


def text_group(name: str) -> str:
    """llm, encoder or seq2seq from the name of a text model."""
    low = name.lower()
    if re.search(_ENCODER, low) and "bart" not in low.replace("barthez", ""):
        return "encoder"
    return "seq2seq" if re.search(_SEQ2SEQ, low) else "llm"


_KNOWN_TEXT: tuple[tuple[str, float, float, float], ...] = (
    (r"albert.{0,3}xx", 223e6, 12, 4096),
    (r"albert.{0,3}xl", 58e6, 24, 2048),
    (r"albert.{0,3}large", 17e6, 24, 1024),
    (r"\balbert", 11e6, 12, 768),
    (r"distil.?roberta", 82e6, 6, 768),
    (r"distil.?bert", 66e6, 6, 768),
    (r"distil.?gpt.?2", 82e6, 6, 768),
    (r"tiny.?bert", 14.5e6, 4, 312),
    (r"mobile.?bert", 25.3e6, 24, 512),
    (r"bert.{0,14}4-?layer", 14.5e6, 4, 312),
    (r"electra.{0,3}small", 14e6, 12, 256),
    (r"electra.{0,3}large", 335e6, 24, 1024),
    (r"electra", 110e6, 12, 768),
    (r"modern.?bert.{0,3}large", 395e6, 28, 1024),
    (r"modern.?bert|mosaic.?bert", 140e6, 12, 768),
    (r"deberta.{0,6}xx", 1.32e9, 48, 1536),
    (r"deberta.{0,6}x-?large", 710e6, 24, 1536),
    (r"deberta.{0,6}large", 380e6, 24, 1024),
    (r"deberta", 140e6, 12, 768),
    (r"xlm.?r.{0,10}large", 560e6, 24, 1024),
    (r"xlm.?r", 278e6, 12, 768),
    (r"(roberta|bert|24hbert|setfit).{0,12}large|24hbert", 340e6, 24, 1024),
    (
        r"roberta|mpnet|bert.{0,3}base|mbert|biobert|finbert|scibert|\bbge.?base|\be5.?base|\bbert\b|bert",
        110e6,
        12,
        768,
    ),
    (r"minilm.{0,4}l?6", 22e6, 6, 384),
    (r"minilm", 33e6, 12, 384),
    (r"flan.?t5.?xxl|t5.?xxl|t5.?11b", 11e9, 24, 4096),
    (r"t5.{0,4}(xl|3b)\b", 2.85e9, 24, 2048),
    (r"t5.{0,7}large", 770e6, 24, 1024),
    (r"t5.{0,7}base|nanot5", 248e6, 12, 768),
    (r"t5.{0,7}small", 60e6, 6, 512),
    (r"mbart", 610e6, 12, 1024),
    (r"bart.{0,3}base", 140e6, 6, 768),
    (r"bart", 406e6, 12, 1024),
    (r"pegasus", 568e6, 16, 1024),
    (r"transformer.?xl.{0,6}large", 277e6, 18, 1024),
    (r"transformer.?xl", 192e6, 16, 512),
    (r"transformer.{0,6}big|^transformer$", 213e6, 6, 1024),
    (r"transformer.{0,6}base", 65e6, 6, 512),
    (r"gnmt", 160e6, 8, 1024),
    (r"elmo", 93.6e6, 2, 4096),
    (r"gpt.?2.{0,4}(xl|1\.?5)", 1.558e9, 48, 1600),
    (r"gpt.?2.{0,4}large", 774e6, 36, 1280),
    (r"gpt.?2.{0,4}medium", 355e6, 24, 1024),
    (r"gpt.?2", 124e6, 12, 768),
    (r"gpt.?neox", 20.6e9, 44, 6144),
    (r"gpt.?j", 6.05e9, 28, 4096),
    (r"gpt.?3", 175e9, 96, 12288),
    (r"star.?coder", 15.5e9, 40, 6144),
    (r"phi.?1\.?5|phi.?1\b", 1.3e9, 24, 2048),
    (r"phi.?2", 2.78e9, 32, 2560),
    (r"phi.?3", 3.82e9, 32, 3072),
    (r"mixtral", 46.7e9, 32, 4096),
    (r"mistral|zephyr", 7.24e9, 32, 4096),
    (r"tiny.?llama", 1.1e9, 22, 2048),
)
_MOE_ACTIVE: tuple[tuple[str, float], ...] = (
    (r"deepseek.?v3", 37e9),
    (r"deepseek.?v2.?lite", 2.4e9),
    (r"deepseek.?v2", 21e9),
    (r"mixtral.?8x22|zephyr 141", 39e9),
    (r"mixtral|8x7b", 12.9e9),
    (r"jetmoe", 2.2e9),
    (r"olmoe", 1.3e9),
    (r"phi-?3\.5-?moe", 6.6e9),
    (r"\bglam\b", 97e9),
    (r"switch", 1.6e9),
    (r"pangu-?σ", 2.7e9),
)


def moe_active(name: str) -> float | None:
    """Active parameters of a mixture of experts: -A22B in the name, or a known family."""
    m = re.search(r"[-_ ]a(\d+(?:\.\d+)?)b\b", name.lower())
    if m:
        return float(m.group(1)) * 1e9
    return next((a for pattern, a in _MOE_ACTIVE if re.search(pattern, name.lower())), None)


def _nanochat_params(name: str) -> float | None:
    """Depth d of a nanochat model: width 64 d, 12 d (64 d)^2 plus two tables of 65,536 words."""
    m = re.match(r"(?:nanochat )?d(\d{1,2})\b", name.lower())
    if not m:
        return None
    depth = float(m.group(1))
    return 12 * depth * (64 * depth) ** 2 + 2 * 65536 * 64 * depth


def text_model(name: str, params: float | None, index: Mapping[str, BaseModel]) -> ModelInfo | None:
    """Text model from its name: catalogue, known architecture, size in the name, or given params."""
    group = text_group(name)
    found = index.get(normalised(re.sub(r"\(.*?\)", "", name)))
    family = {"encoder": "bert", "seq2seq": "seq2seq", "llm": "llm"}[group]
    if found and found.params_total and not params:
        params = found.params_total
    layers, hidden = (found.layers, found.hidden_size) if found else (None, None)
    size = params or billions(re.sub(r"\(base.*?\)", "", name)) or _nanochat_params(name)
    active = found.params_active if found and found.params_active else moe_active(name)
    known = next((k for k in _KNOWN_TEXT if re.search(k[0], name.lower())), None)
    if known and (size is None or 0.5 < size / known[1] < 2):
        size, layers, hidden = size or known[1], known[2], known[3]
    if size is None:
        size = billions(name)
    if size is None:
        return None
    return ModelInfo(
        name, family, group, size, moe_active(name), layers, hidden, input_unit="tokens"
    )


_BACKBONES = (
    (r"x.?101.?64x4d", 15.5),
    (r"x.?101.?32x8d|x.?101", 16.5),
    (r"x.?152", 11.8 * 2),
    (r"r(esnet)?.?152", 11.5),
    (r"r(esnet)?.?101|hr.?net", 7.8),
    (r"r(esnet)?.?34", 3.67),
    (r"r(esnet)?.?18", 1.82),
    (r"mobilenet", 0.6),
    (r"swin.?l", 34.5),
    (r"swin.?b", 15.5),
    (r"swin.?t", 4.5),
    (r"", 4.1),
)
_COCO_AREA_RATIO = 16.9
"""Mean COCO training image at 800 px short side (800 x 1060) over 224 x 224."""


def detector(name: str) -> ModelInfo | None:
    """Two-stage and one-stage detectors on COCO from backbone and head, 800 px short side.

    GMAC = backbone + neck and region proposals + box head + mask or keypoint head; heads count
    512 sampled regions in training. FPN: 110 GMAC above the backbone (180 in total with ResNet-50,
    as published); C4: fifth stage on every region, 0.81 GMAC each.
    """
    low = name.lower()
    if not re.search(r"r-?cnn|retinanet|\brpn\b|panoptic|fcos|cascade", low):
        return None
    backbone = next(g for p, g in _BACKBONES if re.search(p, low))
    base = backbone * _COCO_AREA_RATIO
    fpn_backbone = 4.1 * _COCO_AREA_RATIO
    if (
        ("retinanet" in low and "800" not in low and "resnext50" in low)
        or "retinanet" in low
        or "fcos" in low
    ):
        gmac = base + 134
    elif re.search(r"\brpn\b", low) and "cnn" not in low:
        gmac = base + (10 if "c4" in low else 60)
    elif "c4" in low:
        gmac = 0.82 * base + 512 * 0.81
    elif "dc5" in low:
        gmac = base + 0.2 * base * 3 + 53 + 20
    else:
        gmac = base + (180 - fpn_backbone)
    if re.search(r"mask|panoptic|instance", low):
        gmac += 60
    if re.search(r"kps|keypoint", low):
        gmac += 100
    if "cascade" in low:
        gmac += 30
    if "panoptic" in low:
        gmac += 40
    family = "retinanet" if "retinanet" in low else "rcnn_c4" if "c4" in low else "rcnn"
    return ModelInfo(
        name,
        family,
        "detection",
        44e6,
        forward_gflop=2 * gmac,
        input_size=800,
        input_unit="short px",
    )


def regnet(name: str) -> ModelInfo | None:
    """RegNetX-400MF carries its multiply-adds in the name."""
    m = re.search(r"regnet.{0,3}?[xyz]?.?(\d+(?:\.\d+)?) ?([mg])f", name.lower())
    if not m:
        m2 = re.search(r"regnet[xyz]_?(\d{3})\b", name.lower())
        if not m2:
            return None
        gmac = float(m2.group(1)) / 10
    else:
        gmac = float(m.group(1)) / (1000 if m.group(2) == "m" else 1)
    return ModelInfo(
        name,
        "regnet",
        "cnn",
        5e6 * gmac + 4e6,
        forward_gflop=2 * gmac,
        input_size=224,
        input_unit="px",
    )


_AUDIO: tuple[tuple[str, float, str], ...] = (
    (r"whisper.{0,4}tiny", 39e6, "whisper"),
    (r"whisper.{0,4}base", 74e6, "whisper"),
    (r"whisper.{0,4}small", 244e6, "whisper"),
    (r"whisper.{0,4}medium", 769e6, "whisper"),
    (r"whisper", 1.55e9, "whisper"),
    (r"mms-?1b|xls-?r-?1b", 965e6, "wav2vec2"),
    (r"xls-?r-?2b", 2.16e9, "wav2vec2"),
    (
        r"(wav2vec|hubert|wavlm|data2vec).{0,20}large|xlsr|xls-?r|unispeech.{0,6}large|mms",
        317e6,
        "wav2vec2",
    ),
    (r"hubert.{0,4}x", 1e9, "wav2vec2"),
    (r"distil.?hubert", 23.5e6, "wav2vec2"),
    (r"\bsew", 43e6, "wav2vec2"),
    (r"wav2vec|hubert|wavlm|data2vec|unispeech", 95e6, "wav2vec2"),
    (r"jasper", 333e6, "jasper"),
    (r"quartznet", 18.9e6, "quartznet"),
    (r"rnn-?t|transducer", 49e6, "rnnt"),
    (r"deepspeech ?2|deep speech", 38e6, "rnnt"),
    (r"conformer.{0,6}(l|large)\b", 118e6, "conformer"),
    (r"conformer|branchformer", 30e6, "conformer"),
    (r"crdnn", 170e6, "crdnn"),
    (r"ecapa", 20.8e6, "ecapa"),
    (r"x-?vector|xvect", 4.2e6, "ecapa"),
    (r"sepformer|dual-?path|convtasnet|conv-tasnet", 25.7e6, "sepformer"),
    (r"cnn14|pann", 80.8e6, "cnn14"),
    (r"conv2d|focalnet", 28e6, "cnn14"),
    (r"fastpitch", 45e6, "fastpitch"),
    (r"fast-?speech", 27e6, "fastpitch"),
    (r"tacotron", 28e6, "tacotron"),
    (r"waveglow", 88e6, "vocoder"),
    (r"hifi-?gan", 85e6, "vocoder"),
    (r"transformer", 75e6, "conformer"),
    (r"ast\b", 86.9e6, "vit_audio"),
)
_FRAMES: Mapping[str, float] = {
    "whisper": 50, "wav2vec2": 50, "jasper": 50, "quartznet": 50, "rnnt": 33, "conformer": 25,
    "crdnn": 25, "ecapa": 100, "sepformer": 500, "cnn14": 6, "fastpitch": 86, "tacotron": 86,
    "vocoder": 22050 / 16, "vit_audio": 118,
}  # fmt: skip


def audio_model(name: str, params: float | None) -> ModelInfo | None:
    """Speech and audio models: 2 FLOP per parameter and frame, plus the convolutional front end.

    Whisper's encoder (about half its parameters) sees 50 frames per second of 30 s windows.
    """
    low = name.lower()
    hit = next((a for a in _AUDIO if re.search(a[0], low)), None)
    if hit is None and not params:
        return None
    size, family = (hit[1], hit[2]) if hit else (params or 0.0, "audio")
    size = params or size
    share = 0.55 if family == "whisper" else 1.0
    gflop = 2 * size * share * _FRAMES.get(family, 25.0) / GIGA
    if family == "wav2vec2":
        gflop += CONV_FRONTEND_GFLOP_PER_SECOND
    group = "tts" if re.search(_TTS, low) else "ssl_audio" if re.search(_SSL, low) else "asr"
    return ModelInfo(
        name, family, group, size, forward_gflop=gflop, input_size=1.0, input_unit="seconds"
    )


def image_model(
    name: str, params: float | None, rules: tuple[ModelRule, ...], index: Mapping[str, BaseModel]
) -> ModelInfo | None:
    """Vision and image-generation models from rules, detector arithmetic or the catalogue."""
    for derive in (detector, regnet):
        found = derive(name)
        if found:
            return found
    low = name.lower()
    width = re.search(r"(?:resnet-?|\br)(\d{2,3})[ -]?\(?(?:x(\d)|(\d)x)", low)
    if width:
        deep = image_model(f"resnet{width.group(1)}", None, rules, index)
        k = float(width.group(2) or width.group(3))
        if deep and deep.forward_gflop:
            return replace(
                deep,
                name=name,
                forward_gflop=deep.forward_gflop * k * k,
                params=(deep.params or 0.0) * k * k,
            )
    entry = index.get(normalised(name))
    if entry is None:
        entry = index.get(normalised(re.sub(r"\(.*?\)", "", name)))
    if entry and entry.forward_gflop and entry.input_size:
        rule = next((r for r in rules if r.pattern.search(low)), None)
        family = (
            rule.info.family if rule else re.sub(r"[\W\d].*", "", entry.family.lower()) or "cnn"
        )
        group = rule.info.group if rule else _image_group(low, entry)
        return ModelInfo(
            name, family, group, entry.params_total, forward_gflop=entry.forward_gflop,
            input_size=entry.input_size, input_unit=entry.input_unit,
        )  # fmt: skip
    for rule in rules:
        if rule.pattern.search(low):
            info = replace(rule.info, name=name, params=params or rule.info.params)
            return info
    return None


def _image_group(low: str, entry: BaseModel) -> str:
    tasks = " ".join(entry.tasks)
    if "yolo" in low or "detect" in tasks:
        return "detection"
    if "segment" in tasks:
        return "segmentation"
    return "vit" if re.search(r"vit|swin|deit|dino|clip", low) else "cnn"


def find_model(
    name: str, modality: str, task: str, params: float | None,
    rules: tuple[ModelRule, ...], index: Mapping[str, BaseModel],
) -> ModelInfo | None:  # fmt: skip
    """The model of a run, looked up in the order that its modality suggests."""
    low_task = f"{modality} {task}".lower()
    clean = re.sub(r"\(base (.*?)\)", r"", name)
    silent = re.search(r"image|video|text$|vision|biology|multimodal", modality.lower())
    if not silent and re.search(r"speech|audio|\basr\b|\btts\b|speaker|emotion", low_task):
        return audio_model(clean, params) or image_model(clean, params, rules, index)
    picture = re.search(r"vit|clip|\brn50|resnet|siglip|convnext", name.lower())
    if picture and (re.search(r"multimodal|contrastive|image", low_task) or "vit" in name.lower()):
        return image_model(clean, params, rules, index)
    if re.search(r"text|language|multimodal|chat|question|translation", modality.lower()) or (
        re.search(r"tuning|language model|pre-?training", low_task)
        and re.search(r"llama|gpt|bert|mistral", clean.lower())
    ):
        return text_model(clean, params, index)
    if re.search(_BIO, low_task) and params:
        return ModelInfo(name, "bio", "bio", params, input_unit="tokens")
    image = image_model(clean, params, rules, index)
    if image:
        return image
    text = text_model(clean, None, index) if not modality else None
    if text:
        return text
    if params and re.search(
        r"video|image|vision|time series|tabular|materials|earth|multimodal|other", low_task
    ):
        group = "diffusion" if re.search(r"image gen|video", low_task) else "other"
        return ModelInfo(name, "other", group, params)
    return None


__all__ = ["ModelInfo", "ModelRule", "catalogue_index", "find_model", "model_rules", "resolution"]
