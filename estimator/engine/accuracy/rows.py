"""Rows of evidence, of a file to predict or of a project, as arrays on one footing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import names, scales
from estimator.engine.accuracy.scales import OUT_OF_SCALE, Array
from estimator.engine.kinds import Described, kind_word, language_word
from estimator.evidence.names import approach_of, task_of

if TYPE_CHECKING:
    import pandas as pd

    from estimator.evidence.load import Evidence
    from estimator.evidence.origin import Metric

SECONDS_PER_CLIP = 10.0
"""Length of one labelled clip where a table counts hours: the usual utterance of read speech."""

DEFAULT_LOG_PER_CLASS = 2.0
DEFAULT_LOG_PARAMS = 8.0


@dataclass(frozen=True)
class Rows:
    """Columns of n rows; strings are arrays of objects, numbers float arrays.

    ``log_per_class`` = log10(labels / classes + 1/2); ``log_params`` = log10 of parameters;
    ``chance`` is the error of the best constant answer, ``log_imbalance`` how many times smaller
    that is than with classes of one size (natural logarithm), ``y`` the error on the scale of
    scales.py (nan: unknown).
    """

    task: Array
    family: Array
    approach: Array
    variant: Array
    metric: Array
    group: Array
    dataset: Array
    domain: Array
    kind: Array
    language: Array
    backbone: Array
    model_family: Array
    source: Array
    curve: Array
    n_labelled: Array
    n_classes: Array
    log_per_class: Array
    log_params: Array
    no_labels: Array
    n_unknown: Array
    classes_unknown: Array
    chance: Array
    log_imbalance: Array
    y: Array

    def __len__(self) -> int:
        return len(self.task)

    def take(self, index: Array) -> Rows:
        """The rows at ``index``."""
        return Rows(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    def content(self) -> Hashable:
        """Every number and name, for comparing tables by what they hold."""
        columns = (getattr(self, f.name) for f in fields(self))
        return tuple(tuple(c) if c.dtype == object else c.tobytes() for c in columns)

    def with_(self, **columns: Array) -> Rows:
        """The same rows with some columns replaced."""
        return replace(self, **columns)


def concatenate(parts: Sequence[Rows]) -> Rows:
    """One table of several, in order."""
    return Rows(
        **{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Rows)}
    )


def build_rows(columns: Mapping[str, Sequence[Any]], typical: Mapping[str, Any]) -> Rows:
    """Rows from plain columns, with unknown sizes filled by what is typical of the task.

    Parameters
    ----------
    columns : mapping
        task, family, approach, variant, metric, dataset, domain, kind, language (words of
        kinds.py), backbone, source, curve (strings), n_classes, n_labelled, params, majority_share,
        value (numbers, nan: unknown), all of one length.
    typical : mapping
        ``n_classes`` by data set, ``log_per_class`` by task, ``log_params`` by task|approach,
        from `typical_sizes`; empty while it is being made.
    """
    text = {k: np.array([str(x) for x in columns[k]], object) for k in _TEXTS}
    number = {k: np.array(columns[k], float) for k in _NUMBERS}
    group = np.array([scales.metric_group(m) for m in text["metric"]], object)
    classes = np.where(number["n_classes"] >= 2, number["n_classes"], np.nan)
    known = typical.get("n_classes", {})
    classes = np.array(
        [
            known.get(d, np.nan) if np.isnan(k) else k
            for d, k in zip(text["dataset"], classes, strict=True)
        ]
    )
    by_task = typical.get("task_classes", {})
    divisor = np.array(
        [
            1.0
            if t in names.NO_CLASS_TASKS or g in ("wer", "bleu", "chrf", "rouge")
            else (by_task.get(t, 1.0) if np.isnan(k) else k)
            for t, g, k in zip(text["task"], group, classes, strict=True)
        ]
    )
    n = number["n_labelled"]
    log_per_class = np.log10(np.maximum(n, 0) / divisor + 0.5)
    n_unknown = np.isnan(n)
    usual_n = typical.get("log_per_class", {})
    log_per_class = np.where(
        n_unknown,
        [usual_n.get(t, DEFAULT_LOG_PER_CLASS) for t in text["task"]],
        log_per_class,
    )
    usual_p = typical.get("log_params", {})
    log_params = np.array(
        [
            usual_p.get(f"{t}|{a}", usual_p.get(a, DEFAULT_LOG_PARAMS))
            if np.isnan(p)
            else np.log10(p)
            for t, a, p in zip(text["task"], text["approach"], number["params"], strict=True)
        ]
    )
    even, chance = (
        np.array(
            [
                scales.chance_error(g, t, k, m)
                for g, t, k, m in zip(group, text["task"], classes, shares, strict=True)
            ]
        )
        for shares in (np.full(len(n), np.nan), number["majority_share"])
    )
    error = scales.error_from_value(number["value"], group)
    no_labels = (text["variant"] == "zero_shot") | (n <= 0)
    return Rows(
        **text,
        model_family=np.array([names.model_family(b) for b in text["backbone"]], object),
        group=group,
        n_labelled=n,
        n_classes=classes,
        log_per_class=log_per_class,
        log_params=log_params,
        no_labels=no_labels,
        n_unknown=n_unknown,
        classes_unknown=np.isnan(classes),
        chance=chance,
        log_imbalance=np.log(even / chance),
        y=scales.to_scale(error, chance),
    )


_TEXTS = (
    "task",
    "family",
    "approach",
    "variant",
    "metric",
    "dataset",
    "domain",
    "kind",
    "language",
    "backbone",
    "source",
    "curve",
)
_NUMBERS = ("n_classes", "n_labelled", "params", "majority_share", "value")


@dataclass(frozen=True)
class Lookup:
    """Name tables: data-set ids by spelling (data/dataset_names.csv), metrics by spelling, what is
    known of a data set by id and task (data/dataset_kinds.csv).
    """

    datasets: Mapping[str, str]
    metrics: Mapping[str, Metric]
    described: Mapping[tuple[str, str], Described]

    def dataset(self, name: object) -> str:
        """One id for the spellings of a data set."""
        return self.datasets.get(str(name)) or names.dataset_key(name)

    def metric(self, name: object) -> tuple[str, float]:
        """Canonical name, and the factor from the table's unit to the canonical one."""
        found = self.metrics.get(str(name).strip())
        if found is not None:
            return found.name, found.to_canonical
        plain = str(name).strip().lower()
        points = scales.metric_group(plain) in (*scales.POINTS, "mt", *scales.OUT_OF_SCALE)
        return plain, 1.0 if points else 0.01


def lookup_of(evidence: Evidence) -> Lookup:
    """The name tables of the shipped evidence."""
    return Lookup(
        evidence.dataset_ids,
        evidence.metric_spellings,
        {key: Described(*found) for key, found in evidence.dataset_kinds.items()},
    )


def columns_from_frame(
    frame: pd.DataFrame, lookup: Lookup, sure: float = 1.0
) -> dict[str, list[Any]]:
    """Plain columns from a table with the evidence's names; missing columns are blank.

    ``factor`` times a value of the table is ``value``, in the canonical unit of the metric. Kind,
    language and majority share of a data set come from data/dataset_kinds.csv; of one that is not
    there, from the columns of these names, whose kinds are right with the share ``sure``.
    """
    count = len(frame)

    def column(name: str) -> list[Any]:
        if name not in frame.columns:
            return [""] * count
        return ["" if x is None or x != x else x for x in frame[name].tolist()]

    pairs = zip(column("task_family"), column("domain"), strict=True)
    tasks = [task_of(str(f), str(d)) for f, d in pairs]
    approaches = [approach_of(str(a)) for a in column("approach")]
    titles = column("source_title") if "source_title" in frame.columns else column("source_id")
    source = [str(s or t) for s, t in zip(column("source_family"), titles, strict=True)]
    backbones = [names.backbone_key(b) for b in column("backbone")]
    params = [names.parse_params(p) for p in column("backbone_params")]
    labels = [names.to_number(x) for x in column("n_labelled")]
    hours = ["hour" in str(u).lower() for u in column("label_unit")]
    metrics = [lookup.metric(m) for m in column("metric")]
    values = [names.to_number(x) for x in column("value")]
    datasets = [lookup.dataset(x) for x in column("dataset")]
    keys = [(d, t or "") for d, t in zip(datasets, tasks, strict=True)]
    found = [lookup.described.get(key) for key in keys]
    stated = zip(column("kind"), column("language"), column("majority_share"), strict=True)
    facts = [
        Described(str(k), str(w), None, names.to_number(m)) if f is None else f
        for f, (k, w, m) in zip(found, stated, strict=True)
    ]
    certain = [1.0 if f is not None else sure for f in found]
    curves = [str(c) for c in column("curve_id")]
    own = [d or c for d, c in zip(datasets, curves, strict=True)]
    return {
        "task": [t or "" for t in tasks],
        "family": [str(f).strip().lower() for f in column("task_family")],
        "approach": [a or "" for a in approaches],
        "variant": [names.variant_of(a, t) for a, t in zip(column("approach"), tasks, strict=True)],
        "metric": [name for name, _ in metrics],
        "dataset": datasets,
        "domain": [str(x).strip().lower() for x in column("domain")],
        "backbone": backbones,
        "source": source,
        "kind": [
            kind_word(t, f.kind, s, d)
            for (_, t), f, s, d in zip(keys, facts, certain, own, strict=True)
        ],
        "language": [
            language_word(t, f.language, d) for (_, t), f, d in zip(keys, facts, own, strict=True)
        ],
        "curve": curves,
        "n_classes": [
            names.to_number(x) if x != "" or f.n_classes is None else f.n_classes
            for x, f in zip(column("n_classes"), facts, strict=True)
        ],
        "majority_share": [np.nan if f.majority_share is None else f.majority_share for f in facts],
        "n_labelled": [
            x * 3600 / SECONDS_PER_CLIP if h else x for x, h in zip(labels, hours, strict=True)
        ],
        "params": [
            names.params_from_name(b) if np.isnan(p) else p
            for p, b in zip(params, column("backbone"), strict=True)
        ],
        "factor": [factor for _, factor in metrics],
        "value": [v * f for v, (_, f) in zip(values, metrics, strict=True)],
    }


def typical_sizes(columns: Mapping[str, Sequence[Any]]) -> dict[str, dict[str, float]]:
    """Medians that stand in for unknown sizes: classes, labels per class, parameters."""
    task, approach = columns["task"], columns["approach"]
    classes = np.where(np.array(columns["n_classes"], float) >= 2, columns["n_classes"], np.nan)
    by_set = _medians(columns["dataset"], classes)
    filled = np.array(
        [
            by_set.get(d, np.nan) if np.isnan(k) else k
            for d, k in zip(columns["dataset"], classes, strict=True)
        ]
    )
    by_task = _medians(task, filled)
    divisor = np.array(
        [
            1.0 if t in names.NO_CLASS_TASKS else (by_task.get(t, 1.0) if np.isnan(k) else k)
            for t, k in zip(task, filled, strict=True)
        ]
    )
    log_n = np.log10(np.maximum(np.array(columns["n_labelled"], float), 1) / divisor + 0.5)
    log_p = np.log10(np.array(columns["params"], float))
    pairs = [f"{t}|{a}" for t, a in zip(task, approach, strict=True)]
    return {
        "n_classes": by_set,
        "task_classes": by_task,
        "log_per_class": _medians(task, log_n),
        "log_params": _medians(list(approach), log_p) | _medians(pairs, log_p),
    }


def _medians(keys: Sequence[str], values: Array) -> dict[str, float]:
    values = np.asarray(values, float)
    found: dict[str, list[float]] = {}
    for key, value in zip(keys, values, strict=True):
        if not np.isnan(value):
            found.setdefault(str(key), []).append(float(value))
    return {k: float(np.median(v)) for k, v in sorted(found.items())}


def usable(frame: pd.DataFrame, lookup: Lookup) -> pd.DataFrame:
    """Rows a fit may see: verified, an approach and a task of the product, a metric in scale."""
    keep = np.ones(len(frame), bool)
    if "verified" in frame.columns:
        keep &= frame["verified"].astype(str).str.lower().isin(["yes", "true", "1"]).to_numpy()
    columns = columns_from_frame(frame, lookup)
    value = np.array(columns["value"], float)
    for name in ("task", "approach"):
        keep &= np.array([bool(x) for x in columns[name]])
    rows = build_rows(columns, {})
    keep &= ~np.isin(rows.group.astype(str), list(OUT_OF_SCALE)) & ~np.isnan(value)
    return frame[keep].reset_index(drop=True)


def evidence_rows(frame: pd.DataFrame, lookup: Lookup) -> tuple[Rows, dict[str, dict[str, float]]]:
    """All usable points as rows, and the sizes typical of them."""
    columns = columns_from_frame(frame, lookup)
    typical = typical_sizes(columns)
    return build_rows(columns, typical), typical
