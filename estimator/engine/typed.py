"""Numbers as people type them: ``88 %`` and ``0,88`` are read as 0.88, with a note."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from estimator.errors import InputError
from estimator.metrics import is_fraction, known_metric, own_metric
from estimator.words.statement import Approach, Metric, Share, Statement, Text, state

if TYPE_CHECKING:
    from estimator.engine.inputs import ProjectInputs

PERCENT = re.compile(r"([-+]?\d+(?:[.,]\d+)?)\s?%")
COMMA = re.compile(r"[-+]?\d+,\d+")
FLAT = 0.02
"""Own results this near to the best constant answer are at chance."""

SPLIT_GAPS: dict[str, str] = {
    "accuracy": "data.random_split_gap",
    "micro_f1": "data.random_split_gap",
    "error": "data.random_split_gap",
    "balanced_accuracy": "data.random_split_gap_f1",
    "f1": "data.random_split_gap_f1",
    "macro_f1": "data.random_split_gap_f1",
    "weighted_f1": "data.random_split_gap_f1",
    "auc": "data.random_split_gap_auc",
}
"""Judgement that says what examples unlike the tested ones cost, by metric; others have none."""

UNLIKE = "later_or_other"
USES = ("same", UNLIKE)
"""What the examples in use may be, against the labelled ones."""

RARE = 0.2
IN_METRIC = ("value", "human_level", "state_of_the_art", "today_level")
READ = (
    ("target", ("value", "probability")),
    (
        "facts",
        (
            "human_level",
            "state_of_the_art",
            "annotator_agreement",
            "minority_share",
            "majority_share",
        ),
    ),
    ("value", ("today_level",)),
)


def number_from(text: str, percent: bool = True) -> float | None:
    """The number of ``88 %`` or ``0,88``; None for every other text.

    Parameters
    ----------
    text : str
    percent : bool
        Whether per cent are read; they say nothing of a metric that is no fraction.
    """
    clean = text.strip().replace("\u00a0", " ").replace("\u202f", " ")
    share = PERCENT.fullmatch(clean)
    if share and percent:
        return round(float(share[1].replace(",", ".")) / 100, 12)
    return float(clean.replace(",", ".")) if COMMA.fullmatch(clean) else None


def read_values(
    data: Mapping[str, Any], metric: str
) -> tuple[Mapping[str, Any], tuple[Statement, ...]]:
    """A scenario's mapping with such texts as numbers, and a note on each of them.

    Parameters
    ----------
    data : mapping
        Of a scenario file; only target, facts and own results are looked at.
    metric : str
        Metric of the target.
    """
    out, notes = dict(data), []
    for group, names in READ:
        inside = data.get(group)
        if isinstance(inside, Mapping):
            out[group], more = _of_group(inside, names, group, metric)
            notes += more
    pilot = data.get("pilot")
    if isinstance(pilot, list | tuple):
        points = []
        for i, point in enumerate(pilot):
            if isinstance(point, Mapping):
                point, more = _of_group(point, ("value",), f"pilot[{i}]", metric)
                notes += more
            points.append(point)
        out["pilot"] = points
    return out, tuple(notes)


def _of_group(
    inside: Mapping[str, Any], names: tuple[str, ...], path: str, metric: str
) -> tuple[dict[str, Any], list[Statement]]:
    out, notes = dict(inside), []
    for name in names:
        given = inside.get(name)
        percent = name not in IN_METRIC or is_fraction(metric)
        if isinstance(given, str) and (value := number_from(given, percent)) is not None:
            out[name] = value
            field, shown = Text(f"{path}.{name}"), Text(given.strip())
            notes.append(state("typed.read", field=field, given=shown, value=Text(f"{value:g}")))
    return out, notes


def check_value(path: str, value: float | None, metric: str) -> None:
    """Refuse a value outside the range of its metric, and say which fraction was probably meant.

    Parameters
    ----------
    path : str
        Dotted path of the field, for the message.
    value : float or None
        In the unit of scenarios; None is allowed.
    metric : str
        An unknown one is checked elsewhere.

    Raises
    ------
    InputError
        Says what is allowed.
    """
    known = known_metric(metric)
    if value is None or known is None or known.low <= value <= known.high:
        return
    ends = {"low": Text(f"{known.low:g}"), "high": Text(f"{known.high:g}")}
    name = Metric(value, metric if own_metric(metric) else metric.lower())
    if known.scale != "fraction":
        raise InputError(path, value, state("allowed.between", metric=name, **ends))
    meant = value / 100 if 1 < value <= 100 * known.high else 0.9
    both = {"meant": Text(f"{meant:g}"), "given": Text(f"{100 * meant:g}")}
    raise InputError(path, value, state("allowed.fraction", metric=name, **ends, **both))


def advice(inputs: ProjectInputs) -> tuple[Statement, ...]:
    """What the typed facts and own results say that the form should answer to.

    Two own results within two points of the best constant answer: these labels are not learnt.
    Accuracy where the rarest class holds less than a fifth: F1 or AUC says more. What later data
    or other customers take off a promise, or that nobody measured it in this metric.
    """
    out = []
    floor = constant_answer(inputs)
    metric = str(inputs.target.metric)
    if floor is not None:
        by_approach: dict[str, list[float]] = {}
        for p in sorted(inputs.pilot, key=lambda p: p.n_labelled):
            if p.n_labelled > 0:
                by_approach.setdefault(str(p.approach), []).append(p.value)
        for approach, values in by_approach.items():
            last = values[-2:]
            if len(last) == 2 and all(abs(v - floor) <= FLAT for v in last):
                value = Metric(last[-1], metric)
                out.append(state("typed.flat", approach=Approach(approach), value=value))
    share = inputs.facts.minority_share
    few = share is not None and share < min(RARE, 0.5 / max(inputs.n_classes, 2))
    if share is not None and few and metric in ("accuracy", "error"):
        out.append(state("typed.imbalanced", share=Share(share)))
    if inputs.facts.in_use == UNLIKE:
        key = "typed.in_use" if metric in SPLIT_GAPS else "typed.in_use_unknown"
        out.append(state(key, metric=Metric(0.0, metric)))
    return tuple(out)


def constant_answer(inputs: ProjectInputs) -> float | None:
    """Value of always giving the same answer; None where the metric knows no such thing."""
    metric = str(inputs.target.metric)
    if metric == "auc":
        return 0.5
    if metric not in ("accuracy", "error", "micro_f1") or inputs.n_classes < 2:
        return None
    facts = inputs.facts
    share = max(1 / inputs.n_classes, facts.majority_share or 0.0)
    if inputs.n_classes == 2 and facts.minority_share is not None:
        share = max(share, 1 - facts.minority_share)
    return 1 - share if metric == "error" else share
