"""Training work of a candidate: what is passed through which model, how often."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from estimator.engine.compute.flop import PASSES, TEACHER_PASSES, forward_flop, partial_passes
from estimator.engine.compute.lexicon import AUDIO_FRAMES_PER_SECOND, TABLES, TEXT_GROUPS, ModelInfo
from estimator.engine.compute.names import text_group
from estimator.engine.inputs import ProjectInputs
from estimator.engine.learns import finds
from estimator.engine.results import WorkItem
from estimator.evidence.things import BaseModel
from estimator.units import GIGA
from estimator.vocabulary import JOINED_TASKS, Approach, Modality, Task
from estimator.words.statement import Statement, state

_TASK_GROUP = {
    Task.OBJECT_DETECTION: "detection",
    Task.SEMANTIC_SEGMENTATION: "segmentation",
    Task.IMAGE_GENERATION: "diffusion",
    Task.SPEECH_RECOGNITION: "ssl_audio",
    Task.AUDIO_CLASSIFICATION: "ssl_audio",
    Task.MUSIC_GENERATION: "llm",
    Task.PROTEIN: "bio",
    Task.RECOMMENDATION: "recsys",
    Task.TABULAR_CLASSIFICATION: "other",
    Task.TABULAR_REGRESSION: "other",
    Task.TIME_SERIES: "other",
    Task.DOCUMENT_EXTRACTION: "encoder",
    Task.DOCUMENT_OCR: "encoder",
}


_IMAGE_FAMILIES: tuple[tuple[str, str], ...] = (
    (r"yolo", "yolov"),
    (r"faster|mask r|rcnn", "rcnn"),
    (r"efficientdet", "efficientdet"),
    (r"efficientnet|mobilenet|ghostnet|mnasnet", "efficientnet"),
    (r"resnext", "resnext"),
    (r"resnet|\bbit\b|medicalnet", "resnet"),
    (r"vit|deit|dino|beit|\beva|clip|\bmae\b|sam\b|sam |retfound|satmae|\buni\b|coca", "vit"),
    (r"stable.?diffusion.?3|flux|qwen-image|z-image|auraflow|hidream|wan|ltx|chroma", "mmdit"),
    (r"pixart|\bdit|sana", "dit"),
    (r"stable.?diffusion|sdxl", "sd_unet"),
    (r"3d u-?net|nnu-?net|unet3d", "unet3d"),
    (r"retinanet", "retinanet"),
    (r"\bssd", "ssd"),
    (r"vgg", "vgg"),
    (r"inception|xception", "inception"),
)
"""Catalogue families whose published runs stand under another name in the fit."""


def _image_family(low: str, family: str) -> str:
    return next((f for pattern, f in _IMAGE_FAMILIES if re.search(pattern, low)), family)


def model_info(model: BaseModel, task: Task) -> ModelInfo:
    """The utilisation model's view of a catalogue or typed base model."""
    low = f"{model.name} {model.family}".lower()
    group = _TASK_GROUP.get(task)
    family = {"llm": "llm", "encoder": "bert", "seq2seq": "seq2seq"}.get(
        group or "", model.family.lower()
    )
    if model.modality is Modality.TEXT:
        group = text_group(low)
        family = {"llm": "llm", "encoder": "bert", "seq2seq": "seq2seq"}[group]
    elif model.modality is Modality.AUDIO and group is None:
        group = "ssl_audio"
    elif group in (None, "segmentation") and model.modality is Modality.VISION:
        group = group or (
            "vit" if re.search(r"vit|deit|swin|dino|clip|beit|eva|mae|hiera", low) else "cnn"
        )
    if model.modality is Modality.VISION and group not in TEXT_GROUPS:
        family = _image_family(low, family)
    if model.forward_gflop and re.search(r"alphafold|openfold|boltz|chai-1|esmfold", low):
        group = family = "fold"
    if model.input_unit == "columns" and model.params_total:
        group = TABLES
    if re.search(r"nnu-?net.{0,4}3d|3d.{0,3}u-?net", low):
        group = "seg3d"
    if re.search(r"wav2vec|hubert|wavlm|mms|xlsr", low):
        family = "wav2vec2"
    elif "whisper" in low:
        family = "whisper"
    return ModelInfo(
        name=model.name, family=family, group=group or "other", params=model.params_total,
        active=model.params_active, layers=model.layers, hidden=model.hidden_size,
        forward_gflop=model.forward_gflop, input_size=model.input_size, input_unit=model.input_unit,
        max_rows=model.max_input if model.input_unit == "columns" else None,
    )  # fmt: skip


SERIES_CONTEXT, STEPS_PER_TOKEN = 1024.0, 16.0
"""Past steps that an open forecasting model is shown at most, and steps of one token: set by
compute.series_context and compute.series_patch of data/assumptions.csv."""


PAGE_TOKENS, READING_TOKENS, PASSAGES_PER_PAIR = 700.0, 3000.0, 4.0
"""Tokens of a page whose words are there and of one that is read, and passages that one labelled
pair is trained with (the right one and wrong ones): compute.page_tokens,
compute.page_reading_tokens and compute.passages_per_pair of data/assumptions.csv."""


TOKENS_PER_PAIR = 2.67
"""Answers that a pair of answers counts for: forward and back through the model for both, forward
through the copy before: compute.answers_per_pair of data/assumptions.csv."""


def tokens_per_example(inputs: ProjectInputs) -> float:
    """Tokens, frames or residues of one example where the model counts them; 1 for images."""
    modality_unit = inputs.unit_name
    if modality_unit == "horizon":
        judged = inputs.assumptions
        most = float(judged.get("compute.series_context", SERIES_CONTEXT))
        seen = min(inputs.unit["steps"], most) + inputs.unit["horizon"]
        patch = float(judged.get("compute.series_patch", STEPS_PER_TOKEN))
        return max(float(seen) / patch, 1.0)
    if modality_unit == "pages":
        return inputs.unit_length * _page_tokens(inputs)
    if inputs.task is Task.RETRIEVAL:
        group = float(inputs.assumptions.get("compute.passages_per_pair", PASSAGES_PER_PAIR))
        return inputs.unit_length * group
    if inputs.task is Task.PREFERENCE_TUNING:
        pair = float(inputs.assumptions.get("compute.answers_per_pair", TOKENS_PER_PAIR))
        return inputs.unit_length * pair
    if modality_unit in ("tokens", "residues"):
        length = inputs.unit_length
        return min(length, float(inputs.training.sequence)) if inputs.training.sequence else length
    if modality_unit == "audio_seconds":
        return inputs.unit_length * AUDIO_FRAMES_PER_SECOND
    return inputs.unit_length if modality_unit in ("interactions", "columns") else 1.0


COLUMNS_PER_TOKEN = 2.0
"""Columns that TabPFN puts into one token; the target is a token more."""
CONTEXT_ESTIMATORS = 8.0
"""Differently prepared copies of the table that TabPFN averages over (its default)."""


def reads_tables(info: ModelInfo) -> bool:
    """Whether the model is shown the rows of a table instead of being trained on them."""
    return info.group == TABLES


def row_tokens(inputs: ProjectInputs) -> float:
    """Tokens of one row of the project's table."""
    return math.ceil(inputs.unit_length / COLUMNS_PER_TOKEN) + 1.0


def rows_shown(info: ModelInfo, n_rows: float) -> float:
    """Rows that an in-context model is shown: all, up to its limit."""
    return max(min(n_rows, info.max_rows or n_rows), 1.0)


def table_flop(inputs: ProjectInputs, info: ModelInfo, n_rows: float) -> float:
    """Forward FLOP of one row: every token passes all weights and attends to rows and columns.

    2 N a token, and 4 L h for each row shown (attention down the column) and each token of the
    row (attention across it).
    """
    tokens = row_tokens(inputs)
    layers = info.layers_or_guess
    hidden = info.hidden or ((info.params or 1.0) / (16.0 * layers)) ** 0.5
    attended = rows_shown(info, n_rows) + tokens
    return tokens * (2.0 * (info.params or 0.0) + 4.0 * layers * hidden * attended)


def _page_tokens(inputs: ProjectInputs) -> float:
    if inputs.task is Task.DOCUMENT_OCR:
        return float(inputs.assumptions.get("compute.page_reading_tokens", READING_TOKENS))
    return float(inputs.assumptions.get("compute.page_tokens", PAGE_TOKENS))


def example_flop(
    inputs: ProjectInputs, info: ModelInfo, typed: bool, n_rows: float = 1.0
) -> tuple[float | None, Statement]:
    """Forward FLOP of one example of the project, with its formula in words.

    ``n_rows`` are the labelled rows that an in-context model for tables can be shown.
    """
    tokens = tokens_per_example(inputs)
    if typed and info.forward_gflop:
        return info.forward_gflop * GIGA, state("formula.typed")
    unit = info.input_unit
    if inputs.unit_name == "columns" and reads_tables(info):
        shown = rows_shown(info, n_rows)
        return table_flop(inputs, info, n_rows), state("formula.table", n=shown)
    if inputs.unit_name == unit == "interactions" and info.forward_gflop:
        each = info.forward_gflop * GIGA / (info.input_size or 1.0)
        return each * inputs.unit_length, state("formula.interactions")
    if info.group == "fold":
        residues = inputs.unit_length if inputs.unit_name == "residues" else None
        return forward_flop(info, residues, None), state("formula.fold")
    if inputs.unit_name == "pixels" and info.forward_gflop:
        flop = forward_flop(replace(info, input_unit="px"), None, inputs.unit_length)
        if inputs.task is Task.VIDEO_CLASSIFICATION and flop is not None:
            return flop * float(inputs.unit["frames"]), state("formula.frames")
        return flop, state("formula.pixels")
    if (
        inputs.unit_name == "audio_seconds"
        and info.forward_gflop
        and info.input_size
        and "second" in unit
    ):
        return (
            info.forward_gflop * GIGA * inputs.unit_length / info.input_size,
            state("formula.seconds"),
        )
    if inputs.unit_name == "horizon" or inputs.task is Task.OTHER:
        params = info.active or info.params
        words = state("formula.series" if inputs.unit_name == "horizon" else "formula.tokens")
        return (2.0 * params * tokens if params else None), words
    if inputs.unit_name == "pixels":
        flop = forward_flop(replace(info, forward_gflop=None), None, inputs.unit_length)
        return flop, state("formula.patches")
    per_token = forward_flop(replace(info, forward_gflop=None, input_unit="tokens"), tokens, None)
    if per_token is None:
        return None, state("formula.tokens")
    return per_token * tokens, state("formula.tokens")


@dataclass(frozen=True)
class Work:
    """Work of one candidate: one trial, work done once, and evaluation."""

    items: tuple[WorkItem, ...]
    trial_flop: float
    once_flop: float
    evaluation_flop: float
    passes: float


GENERATES_TEXT = (
    Task.TEXT_GENERATION,
    Task.SUMMARISATION,
    Task.TRANSLATION,
    Task.QUESTION_ANSWERING,
    Task.MUSIC_GENERATION,
    Task.PREFERENCE_TUNING,
)


def scratch_units(
    inputs: ProjectInputs, info: ModelInfo, n: float, units_per_param: float
) -> tuple[float, Statement]:
    """Training units of a scratch run: passes over the own data, or pre-training tokens.

    A generative model from scratch needs pre-training data, whatever is labelled: about 20
    tokens (or audio frames) per parameter (Hoffmann et al.), one to three images per parameter
    (published runs of diffusion models and style-based generators).
    """
    size = info.params
    if size and inputs.task in GENERATES_TEXT:
        units = units_per_param * size / tokens_per_example(inputs)
        return max(units, n), state("formula.pretraining")
    if size and inputs.task is Task.IMAGE_GENERATION:
        return max(units_per_param * size, n), state("formula.images")
    return n, state("formula.labels")


def work_of(
    inputs: ProjectInputs, approach: Approach, info: ModelInfo, flop: float, formula: Statement,
    n_labelled: float, epochs: float, unlabelled_epochs: float, trained_share: float,
    teacher_flop: float | None, teacher_epochs: float, units_per_param: float,
) -> Work:  # fmt: skip
    """Work items of one candidate; passes are multiples of one forward pass (flop.PASSES).

    Features are computed once; continued pre-training passes the unlabelled pool and then the
    labelled examples; distillation pays for the teacher's fine-tuning and its labels.
    """
    full = PASSES["full_finetune"]
    unit = {"pixels": "images", "audio_seconds": "clips", "pages": "documents"}.get(
        inputs.unit_name, "examples"
    )
    items: list[WorkItem] = []
    once = trial = 0.0

    def add(
        name: str,
        units: float,
        per: float,
        passes: float,
        words: Statement,
        *,
        is_once: bool = False,
    ) -> None:
        nonlocal once, trial
        if units <= 0 or passes <= 0:
            return
        items.append(WorkItem(name, units, unit, per, passes, words))
        if is_once:
            once += units * per * passes
        else:
            trial += units * per * passes

    pool = float(inputs.n_unlabelled_available)
    if approach is Approach.LINEAR_PROBE:
        add(
            "features of the frozen model, computed once",
            n_labelled,
            flop,
            PASSES["linear_probe"],
            formula,
            is_once=True,
        )
    elif finds(inputs, approach) and inputs.task in JOINED_TASKS:
        pass
    elif finds(inputs, approach):
        add(
            "index of the documents, computed once",
            max(pool, n_labelled),
            flop,
            PASSES["linear_probe"],
            formula,
            is_once=True,
        )
    elif approach is Approach.HYBRID:
        add(
            "features of the frozen part, computed once",
            n_labelled,
            flop,
            PASSES["linear_probe"],
            formula,
            is_once=True,
        )
        add(
            "new part trained on the features",
            n_labelled,
            flop * trained_share,
            full * epochs,
            formula,
        )
    elif approach is Approach.PARTIAL_FINETUNE:
        add("last layers", n_labelled, flop, partial_passes(trained_share) * epochs, formula)
    elif approach is Approach.LORA:
        add("adapters", n_labelled, flop, PASSES["lora"] * epochs, formula)
    elif approach is Approach.CONTINUED_PRETRAIN:
        add(
            "domain text or images without labels",
            pool,
            flop,
            full * unlabelled_epochs,
            formula,
            is_once=True,
        )
        add("fine-tuning of all layers", n_labelled, flop, full * epochs, formula)
    elif approach is Approach.DISTILL:
        if teacher_flop:
            add(
                "teacher fine-tuned",
                n_labelled,
                teacher_flop,
                full * teacher_epochs,
                formula,
                is_once=True,
            )
            add(
                "labels of the teacher", n_labelled + pool, teacher_flop, TEACHER_PASSES, formula,
                is_once=True,
            )  # fmt: skip
        seen = n_labelled + pool * min(unlabelled_epochs, 1.0)
        add("student on labelled and teacher-labelled data", seen, flop, full * epochs, formula)
    elif approach is Approach.SCRATCH:
        units, words = scratch_units(inputs, info, n_labelled, units_per_param)
        if units > n_labelled:
            add("pre-training", units, flop, full, words, is_once=True)
        add("training of all layers", n_labelled, flop, full * epochs, formula)
    elif approach is Approach.FULL_FINETUNE:
        add("all layers", n_labelled, flop, full * epochs, formula)
    asked, copies = float(inputs.n_evaluation), 1.0
    if asked and inputs.unit_name == "columns" and reads_tables(info):
        asked += rows_shown(info, n_labelled)
        copies = CONTEXT_ESTIMATORS
    evaluation = asked * flop * copies
    if inputs.n_evaluation and approach is not Approach.BASELINE:
        items.append(WorkItem("evaluation on the test set", asked, unit, flop, copies, formula))
    return Work(tuple(items), trial, once, evaluation, epochs)
