"""Seconds of one label by what is read, drawn or written for it."""

from __future__ import annotations

from estimator.engine.figure import Figure, leaf, typed
from estimator.engine.money.context import Context
from estimator.units import SECONDS_PER_MINUTE
from estimator.vocabulary import Basis, LabellingSource, Task
from estimator.words.statement import state

TOKENS_PER_THOUSAND = 1000.0
OUTLINE_METRICS = frozenset({"dice", "miou", "iou"})
"""Metrics of outlines: a medical image judged by one of them is drawn on, not classified."""

DRAWN = frozenset({Task.OBJECT_DETECTION, Task.SEMANTIC_SEGMENTATION})
PICTURES = frozenset(
    {*DRAWN, Task.IMAGE_CLASSIFICATION, Task.MEDICAL_IMAGING, Task.VIDEO_CLASSIFICATION}
)
WRITTEN = frozenset({Task.TEXT_GENERATION, Task.SUMMARISATION, Task.TRANSLATION})


def units(ctx: Context, unit: str) -> Figure:
    """How many priced units one example holds."""
    length = ctx.inputs.unit_length
    if unit == "object":
        return ctx.figure("labelling.objects_per_image")
    return Figure(
        {
            "item": float(ctx.inputs.facts.labels_per_example),
            "token": length,
            "token_1000": length / TOKENS_PER_THOUSAND,
            "audio_minute": length / SECONDS_PER_MINUTE,
            "audio_second": length,
        }[unit]
    )


def outlined(ctx: Context) -> bool:
    """A label is an outline rather than a class."""
    task, metric = ctx.inputs.task, ctx.inputs.target.metric
    return task is Task.SEMANTIC_SEGMENTATION or (
        task is Task.MEDICAL_IMAGING and metric in OUTLINE_METRICS
    )


def reading_seconds(ctx: Context) -> Figure:
    """Time to read an example and judge it [s].

    Notes
    -----
    ``scale x tokens^power``, fitted to published times of 30 to 4,000 tokens.
    """
    power = ctx.value("labelling.text_power")
    seconds: Figure = ctx.figure("labelling.text_scale") * ctx.inputs.unit_length**power
    return seconds


def seconds_per_label(ctx: Context) -> Figure:
    """Time of one answer by the task [s]; see data/catalog/label_seconds.csv and assumptions.

    Notes
    -----
    Texts: reading, plus the tokens written where the answer is a text of its own; questions:
    reading times the search for the answer. Boxes and outlines: seconds of one times objects of an
    image. Music: listening and describing. Otherwise the published or judged time of the task.
    """
    own = ctx.inputs.labelling.seconds_per_label
    if own is not None:
        return typed(
            "labelling.seconds_per_label", float(own), "second", state("note.measured_time")
        )
    return ctx.once("label_seconds", lambda: _seconds(ctx) + _further(ctx))


def _further(ctx: Context) -> Figure:
    """Time of the classes that hold beside the first one [s]."""
    more = ctx.inputs.facts.labels_per_example - 1.0
    return ctx.figure("labelling.seconds_per_further_label") * more if more else Figure(0.0)


def _seconds(ctx: Context) -> Figure:
    task = ctx.inputs.task
    if task is Task.TEXT_CLASSIFICATION:
        return reading_seconds(ctx)
    if task is Task.RETRIEVAL:
        return reading_seconds(ctx) + ctx.figure("labelling.seconds.retrieval")
    if task is Task.DOCUMENT_EXTRACTION:
        fields = ctx.inputs.unit_length * float(ctx.inputs.unit["fields"])
        return ctx.figure("labelling.seconds.document_extraction") * fields
    if task is Task.DOCUMENT_OCR:
        return ctx.figure("labelling.seconds.document_ocr") * ctx.inputs.unit_length
    if task is Task.PREFERENCE_TUNING:
        return reading_seconds(ctx) * 2.0 + ctx.figure("labelling.seconds.preference_tuning")
    if task is Task.QUESTION_ANSWERING:
        return reading_seconds(ctx) * ctx.figure("labelling.question_factor")
    if task in WRITTEN:
        written = ctx.figure(f"serving.output_tokens.{task}")
        return reading_seconds(ctx) + written * ctx.figure("labelling.seconds_per_written_token")
    if task is Task.MEDICAL_IMAGING and outlined(ctx):
        return ctx.figure("labelling.seconds.medical_outline")
    if task is Task.MUSIC_GENERATION:
        return ctx.figure("labelling.seconds.music_generation") + ctx.inputs.unit_length
    for row in ctx.records("label_seconds"):
        if row["task"] == str(task):
            p = [row[f"seconds_{k}"] for k in ("p10", "p50", "p90")]
            one = leaf(
                f"label_seconds.{task}",
                ctx.spread("labelling.seconds", *p),
                f"second/{row['unit']}",
                Basis.PUBLISHED,
                row["source_id"],
                note=row["locator"],
            )
            return one * units(ctx, row["unit"])
    return ctx.figure(f"labelling.seconds.{task}")


def time_factor(ctx: Context, source: LabellingSource) -> Figure:
    """Time of a labelling source over that of a plain label by hand; 1 where it was measured."""
    if ctx.inputs.labelling.seconds_per_label is not None:
        return Figure(1.0)
    task = ctx.inputs.task
    if source is LabellingSource.EXPERT:
        drawn = task in DRAWN or (outlined(ctx) and task is not Task.MEDICAL_IMAGING)
        return ctx.figure(f"labelling.expert_time_factor{'.drawn' if drawn else ''}")
    if source is LabellingSource.MODEL_ASSISTED:
        kind = ".pictures" if task in PICTURES else ".text"
        return ctx.figure(f"labelling.model_assisted_time_factor{kind}")
    return Figure(1.0)
