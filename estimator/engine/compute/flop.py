"""Operations of one unit, and how often a recipe passes it through the model."""

from __future__ import annotations

import re
from collections.abc import Mapping

from estimator.engine.compute import text as parse
from estimator.engine.compute.lexicon import ModelInfo
from estimator.units import GIGA


def attention_share(model: ModelInfo, tokens: float) -> float:
    """Attention FLOP over parameter FLOP of one token: 2 L h s / N (both products, forward).

    A token of a causal model sees half of the window s in the mean.
    """
    n = model.params_active or 1.0
    layers = model.layers or (n / (12 * 128**2)) ** (1 / 3)
    hidden = model.hidden or (n / (12 * layers)) ** 0.5
    window = tokens / 2 if model.group == "llm" else tokens
    return 2 * layers * hidden * window / n


GAN_POWER = 1.2
"""Style-based generators halve their channels as the side doubles: cost grows far below area."""
SEQ2SEQ_SHARE = 0.6
"""A token of an encoder-decoder passes one of two stacks; the output layer sees targets only."""
PADDED_LENGTHS = (128.0, 256.0, 384.0, 512.0)


def padded_length(mean_tokens: float) -> float:
    """Usual maximum length of encoder fine-tuning for a mean length; batches are padded to it."""
    return next((p for p in PADDED_LENGTHS if p >= 1.3 * mean_tokens), PADDED_LENGTHS[-1])


LATENT_SIDE = 16.0
"""Pixels of one token of a latent diffusion transformer: 8 by the encoder, 2 by the patch."""
DEEP_LATENT_SIDE, DEEP_LATENT_FRAMES = 32.0, 8.0
_DEEP_LATENT = re.compile(r"sana|\bltx|dc-?ae")
PATCH_SIDE = 16.0
PROMPT_TOKENS = 256.0
FRAMES_PER_LATENT = 4.0
DEFAULT_SIDE: Mapping[str, float] = {"diffusion": 1024.0, "vit": 224.0}
QWEN_PATCH = 28.0
FOLD_POWER = 3.4
"""Structure models: 10.3 s a step at a crop of 256 residues, 40.8 s at 384 (OpenFold issue 103)."""


def picture_tokens(
    group: str, side_px: float, frames: float | None = None, name: str = ""
) -> float:
    """Tokens of one picture or clip [tokens]: patches of 16 x 16 px, plus the prompt.

    A clip of f frames has (f - 1) / 4 + 1 latent frames.
    """
    if group == "diffusion":
        deep = _DEEP_LATENT.search(name.lower()) is not None
        per_frame = (side_px / (DEEP_LATENT_SIDE if deep else LATENT_SIDE)) ** 2
        stride = DEEP_LATENT_FRAMES if deep else FRAMES_PER_LATENT
        latent = (frames - 1.0) / stride + 1.0 if frames else 1.0
        return per_frame * latent + PROMPT_TOKENS
    return (side_px / PATCH_SIDE) ** 2 * (frames or 1.0) + 1.0


_IMAGE_TOKENS: tuple[tuple[str, float], ...] = (
    (r"qwen-?vl|openvla|mobilevlm|paligemma|smolvlm|gemma-?3", 256.0),
    (r"llava.{0,6}(next|1\.6)|internvl|phi.{0,5}vision|minicpm", 1500.0),
    (r"llama.{0,6}vision", 1601.0),
    (r"llava|vision|\bvl\b|vlm|multimodal|image", 576.0),
)


def image_tokens(name: str, text: str, side_px: float | None) -> float:
    """Tokens that a picture adds to an example of a vision-language model; 0 for text models."""
    low = f"{name} {text}".lower()
    if not re.search(r"vision|visual|\bvqa|image|llava|vlm?\b|-vl-|multimodal|\bocr\b", low):
        return 0.0
    if re.search(r"qwen\d?(\.\d)?-?\d?-?vl|qwen[23]", name.lower()) and side_px:
        return (side_px / QWEN_PATCH) ** 2
    return next((n for pattern, n in _IMAGE_TOKENS if re.search(pattern, low)), 0.0)


def forward_flop(
    model: ModelInfo, tokens: float | None, pixels: float | None, frames: float | None = None
) -> float | None:
    """Forward FLOP of one unit: a token, an image at ``pixels`` side, or a second of audio.

    Text: 2 N (1 + attention share); encoders leave out the embedding table (12 L h^2 where the
    shape is known, else 80 %). Images: catalogue FLOP scaled with the area; without such a figure
    transformers take 2 N (1 + attention share) for each patch, and other networks have none.
    """
    unit = model.input_unit
    if model.forward_gflop is not None and unit not in ("tokens",):
        scale = 1.0
        if pixels and model.input_size and unit in ("px", "pixels", "short px"):
            power = GAN_POWER if model.group == "gan" else 2.0
            scale = (pixels / model.input_size) ** power
            if unit == "short px":
                scale = 1.0 if pixels >= 700 else scale
        elif tokens and model.input_size and model.group == "fold":
            scale = (tokens / model.input_size) ** FOLD_POWER
        return model.forward_gflop * GIGA * scale * (frames or 1.0 if unit != "seconds" else 1.0)
    n = model.params_active
    if n is None:
        return None
    if model.group in DEFAULT_SIDE:
        side = pixels or DEFAULT_SIDE[model.group]
        patches = picture_tokens(model.group, side, frames, model.name)
        return 2 * n * patches * (1 + attention_share(model, patches))
    if model.group in ("encoder", "seq2seq", "llm", "bio", "ssl_audio", "asr", "tts"):
        if model.group == "encoder":
            n = 12 * model.layers * model.hidden**2 if model.layers and model.hidden else 0.8 * n
        elif model.group == "seq2seq":
            n = SEQ2SEQ_SHARE * n
        return 2 * n * (1 + attention_share(model, tokens or 512.0))
    return None


STORED_PIXELS = 2e5
"""Pixels of a stored photograph (ImageNet: some 500 x 400), decoded whatever the network sees."""
THUMBNAIL_SIDE = 64.0
MOSAIC = 4.0
"""Pictures that the recipes of YOLO join into one example."""


def decoded_pixels(model: ModelInfo, side_px: float | None) -> float:
    """Pixels that the host decodes for one example; 0 where there is no picture to decode."""
    side = side_px or model.input_size or DEFAULT_SIDE["vit"]
    if model.group not in ("cnn", "vit", "detection", "segmentation") or side <= THUMBNAIL_SIDE:
        return 0.0
    joined = MOSAIC if model.group == "detection" and "yolo" in model.name.lower() else 1.0
    return max(side * side, STORED_PIXELS) * joined


PASSES: Mapping[str, float] = {
    "full_finetune": 3.0, "scratch": 3.0, "continued_pretrain": 3.0, "distill": 3.0,
    "hybrid": 3.0, "lora": 2.0, "linear_probe": 1.0, "zero_shot": 1.0, "retrieval": 1.0,
}  # fmt: skip
"""Training FLOP over one forward pass of what is trained: full update 3 (forward, activation and
weight gradients), adapters 2 (no weight gradients of frozen layers), frozen features 1."""
TEACHER_PASSES = 1.0


def partial_passes(trained_share: float) -> float:
    """Passes where only the last layers are trained: 1 + 2 x trained share."""
    return 1.0 + 2.0 * min(trained_share, 1.0)


def pass_factor(approach: str, task: str, model: ModelInfo, trainable: float | None) -> float:
    """Training FLOP over one forward pass of a published run: PASSES, with the words of the task.

    Distillation of a published run adds one forward pass of a teacher of the same size.
    """
    if approach == "partial_finetune":
        layers = model.layers or 12.0
        blocks = re.search(r"last (\w+) block|\+ ?(\d+) blocks?", task)
        named = {"two": 2.0, "three": 3.0, "four": 4.0}
        if blocks:
            k = parse.number(blocks.group(2)) or named.get(blocks.group(1) or "", 1.0)
            return partial_passes(k / layers)
        if re.search(r"last (block|layer)", task):
            return partial_passes(1 / layers)
        if trainable and model.params:
            return partial_passes(trainable / model.params)
        return partial_passes(0.25)
    passes = PASSES.get(approach, PASSES["full_finetune"])
    return passes + TEACHER_PASSES if approach == "distill" else passes


def views(text: str) -> float:
    """Full-image passes per image of self-supervised recipes, over one ordinary update.

    Multi-crop: sum of n (side / 224)^2 over the stated crops; two views for contrastive and
    redundancy-reduction methods; a momentum encoder adds a third of an update; masked
    autoencoders encode a quarter of the patches and decode all of them with a small decoder.
    """
    crops = re.findall(r"(\d+) ?x ?(\d{2,3})\b", text) if "crop" in text else []
    if len(crops) >= 2:
        return sum(float(n) * (float(p) / 224.0) ** 2 for n, p in crops if float(n) <= 12)
    if re.search(r"\bdino\b|multi-?crop", text) and "dinov2" not in text and "fine" not in text:
        return 4.1
    if re.search(r"\bmoco\b", text):
        return 4 / 3
    if re.search(r"simclr|barlow|simsiam|byol|vicreg|\bswav\b", text) and "linear" not in text:
        return 2.0
    if (
        re.search(r"\bmae\b", text)
        and re.search(r"pre-?train|masking", text)
        and "fine" not in text
    ):
        return 0.5
    return 1.0
