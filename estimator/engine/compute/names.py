"""Model names in runs: family, work group, parameters and forward FLOP of one input."""

from __future__ import annotations

import re
from dataclasses import replace

from estimator.engine.compute.images import image_model
from estimator.engine.compute.lexicon import (
    CONV_FRONTEND_GFLOP_PER_SECOND,
    DEFAULT_FRAMES_PER_SECOND,
    Lexicon,
    ModelInfo,
    Shape,
    catalogue_entry,
)
from estimator.engine.compute.text import billions
from estimator.units import GIGA
from estimator.vocabulary import Modality

_ENCODER = (
    r"bert|electra|setfit|mpnet|minilm|\bbge|\be5\b|xlm-?r|albert|longformer|xlnet|elmo|gliner|"
    r"nomic-embed|jina-embed|embedding-?gemma|\bgte-|arctic-embed"
)
_SEQ2SEQ = (
    r"\bt5|t5\b|mt5|bart|pegasus|marian|gnmt|nllb|m2m|transformer|rnmt|fred-t5|ul2|"
    r"tk-instruct|t0\b|t-few"
)
_TTS = r"fastpitch|tacotron|waveglow|hifi-?gan|fastspeech|vits\b|f5-tts|vocoder"
_SSL = r"wav2vec|w2v|hubert|wavlm|xls-?r|xlsr|unispeech|\bsew|data2vec|mms-|mms\b|conformer|whisper"
_BIO = r"\bprotein|molecul|\bdrug|biolog|\brna\b|nucleotide|\bgenes?\b|\bgenom|\bcells?\b"


def text_group(name: str) -> str:
    """llm, encoder or seq2seq from the name of a text model."""
    low = name.lower()
    if re.search(_ENCODER, low) and "bart" not in low.replace("barthez", ""):
        return "encoder"
    return "seq2seq" if re.search(_SEQ2SEQ, low) else "llm"


def _first(shapes: tuple[Shape, ...], name: str) -> Shape | None:
    low = name.lower()
    return next((s for s in shapes if s.pattern.search(low)), None)


def moe_active(name: str, lexicon: Lexicon) -> float | None:
    """Active parameters of a mixture of experts: -A22B in the name, or a known family."""
    m = re.search(r"[-_ ]a(\d+(?:\.\d+)?)b\b", name.lower())
    if m:
        return float(m.group(1)) * 1e9
    found = _first(lexicon.experts, name)
    return found.params if found else None


def _nanochat_params(name: str) -> float | None:
    """Depth d of a nanochat model: width 64 d, 12 d (64 d)^2 plus two tables of 65,536 words."""
    m = re.match(r"(?:nanochat )?d(\d{1,2})\b", name.lower())
    if not m:
        return None
    depth = float(m.group(1))
    return 12 * depth * (64 * depth) ** 2 + 2 * 65536 * 64 * depth


def text_model(name: str, params: float | None, lexicon: Lexicon) -> ModelInfo | None:
    """Text model from its name: catalogue, known architecture, size in the name or given."""
    group = text_group(name)
    found = catalogue_entry(name, lexicon.catalogue)
    known = _first(lexicon.text, name)
    family = {"encoder": "bert", "seq2seq": "seq2seq", "llm": "llm"}[group]
    layers, hidden, active = None, None, moe_active(name, lexicon)
    if found and found.params_total and found.modality is Modality.TEXT:
        params = params or (known.params if known and known.is_stated else found.params_total)
        layers, hidden = found.layers, found.hidden_size
        if found.params_active and found.params_active < 0.9 * found.params_total:
            active = found.params_active
    stated = known.params if known and known.is_stated else None
    size = params or stated or billions(re.sub(r"\(base.*?\)", "", name)) or _nanochat_params(name)
    if known and (size is None or 0.5 < size / known.params < 2):
        size = size or known.params
        return ModelInfo(
            name, family, group, size, active, known.layers, known.hidden, input_unit="tokens"
        )
    size = size or billions(name)
    if size is None:
        return None
    return ModelInfo(name, family, group, size, active, layers, hidden, input_unit="tokens")


def audio_model(name: str, params: float | None, lexicon: Lexicon) -> ModelInfo | None:
    """Speech and audio models: 2 FLOP per parameter and frame, plus the convolutional front end.

    Whisper's encoder (about half its parameters) sees 50 frames per second of 30 s windows.
    """
    low = name.lower()
    hit = _first(lexicon.audio, name)
    if hit is None and not (params or (_SPEECH.search(low) and billions(name))):
        return None
    size = params or (hit.params if hit else 0.0) or billions(name) or 0.0
    family = hit.family if hit else "audio"
    frames = hit.frames_per_second if hit else DEFAULT_FRAMES_PER_SECOND
    share = 0.55 if family == "whisper" else 1.0
    gflop = 2 * size * share * frames / GIGA
    if family == "wav2vec2":
        gflop += CONV_FRONTEND_GFLOP_PER_SECOND
    group = "tts" if re.search(_TTS, low) else "ssl_audio" if re.search(_SSL, low) else "asr"
    return ModelInfo(
        name, family, group, size, forward_gflop=gflop, input_size=1.0, input_unit="seconds"
    )


_SPEECH = re.compile(r"parakeet|canary|asr|voxtral|granite-speech|seamless|moonshine|kyutai")
_BIO_NAMES = r"\besm|evo-?2|geneformer|progen|prot-?t5|ankh|nucleotide|dnabert|scgpt|amplify"


def _esm(name: str) -> float | None:
    """Parameters in the underscored names of ESM and Evo: esm2_t33_650M_UR50D, evo2_7b."""
    m = re.search(r"_(\d+(?:\.\d+)?)([bm])(?:_|$)", name.lower())
    if m:
        return float(m.group(1)) * (1e9 if m.group(2) == "b" else 1e6)
    return 1.4e9 if re.search(r"esm-?3.{0,4}sm", name.lower()) else None


def find_model(
    name: str, modality: str, task: str, params: float | None,
    lexicon: Lexicon,
) -> ModelInfo | None:  # fmt: skip
    """The model of a run, looked up in the order that its modality suggests."""
    low_task = f"{modality} {task}".lower()
    clean = re.sub(r"\(base (.*?)\)", r"", name)
    silent = re.search(r"image|video|text$|vision|biology|multimodal", modality.lower())
    if not silent and re.search(r"speech|audio|\basr\b|\btts\b|speaker|emotion", low_task):
        return audio_model(clean, params, lexicon) or image_model(clean, params, lexicon)
    picture = re.search(r"vit|clip|\brn50|resnet|siglip|convnext", name.lower())
    if picture and (re.search(r"multimodal|contrastive|image", low_task) or "vit" in name.lower()):
        return image_model(clean, params, lexicon)
    if re.search(r"text|language|multimodal|chat|question|translation", modality.lower()) or (
        re.search(r"tuning|language model|pre-?training", low_task)
        and re.search(r"llama|gpt|bert|mistral", clean.lower())
    ):
        return text_model(clean, params, lexicon)
    biology = re.search(_BIO, low_task) or re.search(_BIO_NAMES, name.lower())
    if biology:
        fold = next((r.info for r in lexicon.images if r.pattern.search(name.lower())), None)
        if fold and fold.group == "fold":
            return replace(fold, name=name)
        found = catalogue_entry(name, lexicon.catalogue)
        size = params or (found.params_total if found else None) or billions(name) or _esm(name)
        if size:
            return ModelInfo(name, "bio", "bio", size, input_unit="tokens")
    size = params or billions(name)
    if re.search(r"robot", low_task) and size:
        return ModelInfo(name, "vla", "llm", size, input_unit="tokens")
    image = image_model(clean, params, lexicon)
    if image:
        return image
    text = text_model(clean, None, lexicon) if not modality else None
    if text:
        return text
    if params and re.search(
        r"video|image|vision|time series|tabular|materials|earth|multimodal|other", low_task
    ):
        group = "diffusion" if re.search(r"image gen|video", low_task) else "other"
        return ModelInfo(name, "other", group, params)
    return None
