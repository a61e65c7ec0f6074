"""Operations of one unit, and how often a recipe passes it through the model."""

from __future__ import annotations

import re

from estimator.engine.compute import text as parse
from estimator.engine.compute.lexicon import ModelInfo
from estimator.units import GIGA


def attention_share(model: ModelInfo, tokens: float) -> float:
    """Attention FLOP over parameter FLOP of one token: 2 L h s / N (both products, forward)."""
    n = model.params_active or 1.0
    layers = model.layers or (n / (12 * 128**2)) ** (1 / 3)
    hidden = model.hidden or (n / (12 * layers)) ** 0.5
    return 2 * layers * hidden * tokens / n


GAN_POWER = 1.2
"""Style-based generators halve their channels as the side doubles: cost grows far below area."""
SEQ2SEQ_SHARE = 0.6
"""A token of an encoder-decoder passes one of two stacks; the output layer sees targets only."""
PADDED_LENGTHS = (128.0, 256.0, 384.0, 512.0)


def padded_length(mean_tokens: float) -> float:
    """Usual maximum length of encoder fine-tuning for a mean length; batches are padded to it."""
    return next((p for p in PADDED_LENGTHS if p >= 1.3 * mean_tokens), PADDED_LENGTHS[-1])


def forward_flop(model: ModelInfo, tokens: float | None, pixels: float | None) -> float | None:
    """Forward FLOP of one unit: a token, an image at ``pixels`` side, or a second of audio.

    Text: 2 N (1 + attention share); encoders leave out the embedding table (12 L h^2 where the
    shape is known, else 80 %). Images: catalogue FLOP scaled with the area.
    """
    if model.forward_gflop is not None and model.input_unit not in ("tokens",):
        scale = 1.0
        if pixels and model.input_size and model.input_unit in ("px", "pixels", "short px"):
            power = GAN_POWER if model.group == "gan" else 2.0
            scale = (pixels / model.input_size) ** power
            if model.input_unit == "short px":
                scale = 1.0 if pixels >= 700 else scale
        return model.forward_gflop * GIGA * scale
    n = model.params_active
    if n is None:
        return None
    if model.group == "encoder":
        n = 12 * model.layers * model.hidden**2 if model.layers and model.hidden else 0.8 * n
    elif model.group == "seq2seq":
        n = SEQ2SEQ_SHARE * n
    return 2 * n * (1 + attention_share(model, tokens or 512.0))


def pass_factor(approach: str, task: str, model: ModelInfo, trainable: float | None) -> float:
    """Training FLOP over one forward pass, by approach.

    Full update 3 (forward, activation and weight gradients); adapters 2 and LoRA 2 (no weight
    gradients of frozen layers); frozen features 1; last blocks 1 + 2 x trained share;
    distillation adds one forward pass of the teacher.
    """
    if approach == "lora":
        return 2.0
    if approach == "linear_probe":
        return 1.0
    if approach == "partial_finetune":
        layers = model.layers or 12.0
        blocks = re.search(r"last (\w+) block|\+ ?(\d+) blocks?", task)
        named = {"two": 2.0, "three": 3.0, "four": 4.0}
        if blocks:
            k = parse.number(blocks.group(2)) or named.get(blocks.group(1) or "", 1.0)
            return 1 + 2 * min(k / layers, 1.0)
        if re.search(r"last (block|layer)", task):
            return 1 + 2 / layers
        if trainable and model.params:
            return 1 + 2 * min(trainable / model.params, 1.0)
        return 1.5
    if approach == "distill":
        return 4.0
    return 3.0


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
