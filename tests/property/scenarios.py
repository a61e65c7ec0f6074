"""Random scenarios for hypothesis: every field within what it allows, extremes included."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from hypothesis import strategies as st

from estimator.engine.fields import Spec
from estimator.engine.inputs import GROUPS, ProjectInputs
from estimator.engine.usual import TASK_METRIC
from estimator.metrics import METRICS
from estimator.vocabulary import JOINT_TASKS, TASK_MODALITY, UNIT_BY_MODALITY, Approach, Task

UNIT_RANGE = {
    "tokens": (4, 4096),
    "pixels": (32, 1024),
    "audio_seconds": (1, 60),
    "columns": (2, 1000),
    "interactions": (2, 1000),
    "residues": (20, 2000),
    "horizon": (1, 336),
    "pages": (1, 40),
}
OPEN_NAMES = {
    *("region", "provider", "accelerator", "location"),
    *("currency", "metric", "prices", "similar_dataset"),
}
"""Names that only the shipped tables know: left at their defaults, or drawn from the tables."""
PLACES = (
    ("aws", "us-east-1", "L40S"),
    ("aws", "us-east-1", "T4"),
    ("aws", "us-east-1", "A100-40GB"),
    ("aws", "eu-west-2", "L4"),
    ("gcp", "us-central1", "L4"),
    ("gcp", "us-central1", "TPU-v5e"),
    ("azure", "eastus", "A100-80GB"),
)


def number(spec: Spec, whole: bool) -> st.SearchStrategy[Any]:
    """Numbers of a field: even, near the limits, and by orders of magnitude."""
    low, high = spec.low, spec.high
    if whole:
        plain: st.SearchStrategy[Any] = st.integers(int(low), int(min(high, low + 1000)))
        wide: st.SearchStrategy[Any] = st.integers(int(low), int(high))
    else:
        plain = st.floats(low, min(high, low + 10.0))
        wide = st.floats(low, high)
        if low >= 0 and high > 1e3:
            start = math.log10(max(low, 1e-3))
            wide = st.floats(start, math.log10(high)).map(lambda x: min(max(10.0**x, low), high))
    return st.one_of(plain, wide)


def field(spec: Spec) -> st.SearchStrategy[Any]:
    """Allowed values of one declared field."""
    if spec.kind in ("number", "integer"):
        out = number(spec, spec.kind == "integer")
    elif spec.kind == "choice":
        out = st.sampled_from(spec.choices)
    elif spec.kind == "flag":
        out = st.booleans()
    elif spec.kind == "date":
        out = st.dates().map(lambda d: d.isoformat())
    else:
        out = st.text(max_size=20)
    if spec.words:
        out = st.one_of(out, st.sampled_from(spec.words))
    return st.one_of(st.none(), out) if spec.optional else out


def group(cls: type) -> st.SearchStrategy[dict[str, Any]]:
    """Some fields of a group, the others left at their defaults."""
    fields = {
        f.name: field(f.metadata["spec"])
        for f in dataclasses.fields(cls)
        if f.name not in OPEN_NAMES and f.metadata["spec"].kind not in ("numbers", "names")
    }
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def wild(draw: st.DrawFn) -> dict[str, Any]:
    """Any scenario that passes the checks of its fields, however absurd its numbers."""
    task = draw(st.sampled_from(list(Task)))
    word = UNIT_BY_MODALITY[TASK_MODALITY[task]]
    fields = {f.name: f.metadata.get("spec") for f in dataclasses.fields(ProjectInputs)}
    counts = [
        "n_classes",
        "n_labelled_available",
        "n_labelled_to_buy",
        "n_unlabelled_available",
        "n_evaluation",
    ]
    data: dict[str, Any] = {"task": str(task), "unit": {word: draw(st.floats(*UNIT_RANGE[word]))}}
    data |= draw(st.fixed_dictionaries({}, optional={c: number(fields[c], True) for c in counts}))
    data |= draw(st.fixed_dictionaries({}, optional={k: group(v) for k, v in GROUPS.items()}))
    provider, region, accelerator = draw(st.sampled_from(PLACES))
    compute = {**data.get("compute", {}), "provider": provider, "region": region}
    data["compute"] = {**compute, "accelerator": accelerator}
    if draw(st.booleans()):
        data["models"] = {
            str(draw(st.sampled_from(list(Approach)))): draw(
                st.fixed_dictionaries(
                    {"params": st.floats(1e3, 1e13)},
                    optional={"forward_gflop": st.floats(1e-3, 1e6)},
                )
            )
        }
    data["domain"] = draw(st.sampled_from(["solved", "close", "related", "far"]))
    data["draws"] = 64
    return in_range(data)


def in_range(data: dict[str, Any]) -> dict[str, Any]:
    """The same fields in the range of the metric, the classes and the task; without other facts."""
    target = data.get("target") or {}
    metric = METRICS.get(target.get("metric") or TASK_METRIC[Task(data["task"])])
    for group_, name in (
        ("target", "value"),
        ("facts", "human_level"),
        ("facts", "state_of_the_art"),
    ):
        value = (data.get(group_) or {}).get(name)
        if metric is not None and value is not None:
            data[group_][name] = min(max(value, metric.low), metric.high)
    if isinstance(data.get("facts"), dict):
        words = ("kind", "language", "majority_share")
        data["facts"] = {k: v for k, v in data["facts"].items() if k not in words}
        most = data.get("n_classes", 2) if data["task"] in JOINT_TASKS else 1
        if data["facts"].get("labels_per_example", 1) > most:
            data["facts"]["labels_per_example"] = max(most, 1)
    if isinstance(data.get("value"), dict):
        data["value"] = {k: v for k, v in data["value"].items() if k != "today_level"}
    return data


@st.composite
def sensible(draw: st.DrawFn) -> ProjectInputs:
    """A project that somebody could have: moderate numbers, default prices."""
    task = draw(st.sampled_from(list(Task)))
    word = UNIT_BY_MODALITY[TASK_MODALITY[task]]
    low, high = UNIT_RANGE[word]
    data = {
        "task": str(task),
        "unit": {word: draw(st.integers(low * 2, min(high, low * 20)))},
        "n_classes": draw(st.integers(2, 100)),
        "n_labelled_available": draw(st.sampled_from([0, 100, 5000])),
        "n_labelled_to_buy": draw(st.sampled_from([100, 1000, 20_000])),
        "n_unlabelled_available": draw(st.sampled_from([0, 10_000])),
        "domain": draw(st.sampled_from(["solved", "close", "related", "far"])),
        "labelling": {"source": draw(st.sampled_from(["crowd", "vendor", "in_house", "expert"]))},
        "compute": {"trials": draw(st.integers(1, 8))},
        "serving": {
            "requests_per_month": draw(st.sampled_from([0, 1000, 1_000_000])),
            "horizon_months": draw(st.integers(1, 60)),
        },
        "draws": 256,
        "seed": draw(st.integers(0, 2**32 - 1)),
    }
    return ProjectInputs.from_dict(data)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=30),
    lambda x: st.lists(x, max_size=4) | st.dictionaries(st.text(max_size=12), x, max_size=4),
    max_leaves=12,
)


@st.composite
def broken(draw: st.DrawFn) -> Any:
    """A scenario in which a few fields are replaced by anything at all."""
    data = draw(wild())
    names = [f.name for f in dataclasses.fields(ProjectInputs)] + ["unknown_field"]
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(names))
        if name in GROUPS and draw(st.booleans()):
            leaves = [f.name for f in dataclasses.fields(GROUPS[name])]
            data[name] = {draw(st.sampled_from(leaves)): draw(JUNK)}
        else:
            data[name] = draw(JUNK)
    return data
