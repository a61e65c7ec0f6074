"""ProjectInputs: a scenario, checked when it is made, with every default filled in."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from estimator.engine import groups as g
from estimator.engine.fields import (
    Checked,
    FrozenMap,
    Spec,
    build,
    choice,
    date,
    group_schema,
    integer,
    plain,
    text,
)
from estimator.engine.fields import numbers as number_map
from estimator.engine.kinds import KINDS, split_of
from estimator.engine.nearest import allowed_task
from estimator.engine.own_run import own_run
from estimator.engine.typed import check_value, read_values
from estimator.engine.usual import (
    DEFAULT_MORE,
    DEFAULT_TARGET,
    DEFAULT_UNIT,
    JOINT_METRIC,
    LEAST_UNIT,
    TASK_METRIC,
)
from estimator.errors import InputError
from estimator.metrics import lower_is_better
from estimator.reading import parse
from estimator.vocabulary import (
    JOINT_TASKS,
    MORE_UNITS,
    NO_LABELS_TASKS,
    TASK_MODALITY,
    UNIT_BY_MODALITY,
    Approach,
    Domain,
    Task,
)
from estimator.words.statement import Count, Metric, Statement, state

SCHEMA = 1

MAX_UNIT = 1e8


@dataclass(frozen=True)
class ProjectInputs(Checked):
    """One scenario of CONTRACT section 3; every value is checked at construction.

    Raises
    ------
    InputError
        Names the field by its dotted path, the value and what is allowed.
    """

    task: Task = choice("text_classification", Task, "what the model is for")
    name: str = text("Untitled project", "name of the project")
    schema: int = integer(SCHEMA, SCHEMA, SCHEMA, "version of the scenario format")
    unit: FrozenMap = number_map(0.0, MAX_UNIT, "length of one example")
    n_classes: int = integer(2, 1, 10_000_000, "classes; 1 where the task has none")
    n_labelled_available: int = integer(0, 0, g.MAX_COUNT, "labelled training examples owned")
    n_labelled_to_buy: int = integer(1000, 0, g.MAX_COUNT, "labelled examples to buy")
    n_unlabelled_available: int = integer(0, 0, g.MAX_COUNT, "unlabelled examples owned")
    n_evaluation: int = integer(500, 0, g.MAX_COUNT, "labelled test examples")
    domain: Domain = choice("related", Domain, "how near a public base model is")
    target: g.Target = g.Target()
    models: FrozenMap = FrozenMap()
    options: tuple[g.Option, ...] = ()
    facts: g.Facts = g.Facts()
    training: g.Training = g.Training()
    hybrid: g.Hybrid = g.Hybrid()
    retrieval: g.Retrieval = g.Retrieval()
    judging: g.Judging = g.Judging()
    labelling: g.Labelling = g.Labelling()
    compute: g.Compute = g.Compute()
    people: g.People = g.People()
    own_hardware: g.OwnHardware | None = None
    serving: g.Serving = g.Serving()
    finance: g.Finance = g.Finance()
    value: g.Value = g.Value()
    start_date: str | None = date("first day of the project")
    limits: g.Limits = g.Limits()
    pilot: tuple[g.PilotPoint, ...] = ()
    own_runs: tuple[FrozenMap, ...] = ()
    own_factors: g.OwnFactors = g.OwnFactors()
    prices: str | None = text(None, "path of a price book that overrides the shipped one")
    assumptions: FrozenMap = number_map(-1e12, 1e12, "own values of assumptions by id")
    draws: int = integer(8192, 64, 1_048_576, "Monte Carlo draws, a power of two")
    seed: int = integer(0, 0, 2**32 - 1, "seed of the draws")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.draws & (self.draws - 1):
            raise InputError("draws", self.draws, state("allowed.power_of_two"))
        self._pairs_are_labels()
        self._fill_unit()
        self._fill_labels()
        self._fill_target()
        self._check_values()
        self._check_facts()

    def _check_values(self) -> None:
        """Target, own results and facts lie in the range of the metric."""
        metric = str(self.target.metric)
        check_value("target.value", self.target.value, metric)
        check_value("facts.human_level", self.facts.human_level, metric)
        check_value("facts.state_of_the_art", self.facts.state_of_the_art, metric)
        for i, point in enumerate(self.pilot):
            check_value(f"pilot[{i}].value", point.value, metric)
        self._check_today(metric)

    def _check_today(self, metric: str) -> None:
        """Errors can be saved only where the target is better than today's way."""
        today, target = self.value.today_level, self.target.value
        check_value("value.today_level", today, metric)
        if today is None or target is None:
            return
        sign = -1.0 if lower_is_better(metric) else 1.0
        if sign * today >= sign * target:
            allowed = state("allowed.today_level", target=Metric(target, metric))
            raise InputError("value.today_level", today, allowed)

    def _pairs_are_labels(self) -> None:
        """``unit.pairs`` of a search are labelled pairs that are owned."""
        if self.task is Task.RETRIEVAL and "pairs" in self.unit:
            owned = max(self.n_labelled_available, min(int(self.unit["pairs"]), g.MAX_COUNT))
            object.__setattr__(self, "n_labelled_available", owned)
            rest = {k: v for k, v in self.unit.items() if k != "pairs"}
            object.__setattr__(self, "unit", FrozenMap(rest))

    def _fill_unit(self) -> None:
        word, more = UNIT_BY_MODALITY[TASK_MODALITY[self.task]], MORE_UNITS.get(self.task, ())
        for key, value in self.unit.items():
            if key not in (word, *more):
                names = ", ".join((word, *more))
                why = state("allowed.unit", unit=names, task=str(self.task))
                raise InputError(f"unit.{key}", value, why)
            least = LEAST_UNIT.get(key, 1e-3)
            if value < least:
                raise InputError(f"unit.{key}", value, f"{least:g} to {MAX_UNIT:g}")
        usual = {word: DEFAULT_UNIT[self.task], **{name: DEFAULT_MORE[name] for name in more}}
        if not usual.keys() <= self.unit.keys():
            full = {name: float(self.unit.get(name, v)) for name, v in usual.items()}
            object.__setattr__(self, "unit", FrozenMap(full))

    def _fill_labels(self) -> None:
        """Examples that label themselves are counted from the series; none is bought."""
        if self.task in NO_LABELS_TASKS:
            windows = max(self.unit["steps"] // max(self.unit["horizon"], 1.0), 1.0)
            owned = min(int(self.unit["series"] * windows), g.MAX_COUNT)
            object.__setattr__(self, "n_labelled_available", owned)
            object.__setattr__(self, "n_labelled_to_buy", 0)

    def _fill_target(self) -> None:
        usual = JOINT_METRIC if self.facts.labels_per_example > 1 else TASK_METRIC
        metric = self.target.metric or usual.get(self.task) or TASK_METRIC[self.task]
        value = self.target.value
        if value is None:
            value = DEFAULT_TARGET.get(metric)
        target = dataclasses.replace(self.target, metric=metric, value=value)
        object.__setattr__(self, "target", target)

    def _check_facts(self) -> None:
        kind, known = self.facts.kind, {*KINDS.get(self.task, ()), *split_of(self.task)}
        if kind is not None and kind not in known:
            allowed = ", ".join(sorted(known)) or "null: this task has no kinds"
            raise InputError("facts.kind", kind, allowed)
        share, least = self.facts.majority_share, 1 / max(self.n_classes, 1)
        if share is not None and share < least - 0.005:
            allowed = f"{least:.3g} to 1: the largest of {self.n_classes} classes"
            raise InputError("facts.majority_share", share, allowed)
        most = self.n_classes if self.task in JOINT_TASKS else 1
        if self.facts.labels_per_example > most:
            why = state("allowed.joint", n=Count(self.n_classes), tasks=", ".join(JOINT_TASKS))
            raise InputError("facts.labels_per_example", self.facts.labels_per_example, why)

    @property
    def unit_name(self) -> str:
        """tokens, pixels, audio_seconds, columns, interactions, residues, horizon or pages."""
        return UNIT_BY_MODALITY[TASK_MODALITY[self.task]]

    @property
    def unit_length(self) -> float:
        """Length of one example in ``unit_name``; pixels are the side of a square image."""
        return float(self.unit[self.unit_name])

    @property
    def n_labelled(self) -> int:
        """Labelled training examples of the standard rows: owned plus bought."""
        return self.n_labelled_available + self.n_labelled_to_buy

    @classmethod
    def from_dict(cls, data: Any) -> ProjectInputs:
        """Make a scenario from the mapping of a YAML or JSON file; raises InputError."""
        if not isinstance(data, Mapping):
            raise InputError("scenario", data, state("allowed.fields"))
        if "task" not in data:
            raise InputError("task", None, ", ".join(Task))
        near = allowed_task(data["task"]) if isinstance(data["task"], str) else None
        if near is not None:
            raise InputError("task", data["task"], near)
        data = read_values(data, _metric_of(data))[0]
        known = {f.name for f in dataclasses.fields(cls)}
        clean: dict[str, Any] = {}
        for key, value in data.items():
            if key not in known:
                names = ", ".join(sorted(known))
                raise InputError(str(key), value, state("allowed.no_field", names=names))
            clean[key] = _parse(key, value)
        return cls(**clean)

    @classmethod
    def from_text(cls, text: str) -> ProjectInputs:
        """Make a scenario from the text of a YAML or JSON file; raises InputError."""
        return cls.from_dict(parse(text))

    @staticmethod
    def notes_on(data: Any) -> tuple[Statement, ...]:
        """What is read otherwise than it is written in the mapping of a scenario file."""
        return read_values(data, _metric_of(data))[1] if isinstance(data, Mapping) else ()

    def to_dict(self) -> dict[str, Any]:
        """The resolved scenario as plain JSON values; ``from_dict`` reads it back unchanged."""
        out = {f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)}
        return {"schema": out.pop("schema"), **out}

    def replace(self, path: str, value: Any) -> ProjectInputs:
        """A copy with one field set by its dotted path, for example ``labelling.usd_per_label``."""
        data = self.to_dict()
        node = data
        *parents, leaf = (
            path.split(".")
            if not path.startswith("assumptions.")
            else (
                "assumptions",
                path.removeprefix("assumptions."),
            )
        )
        for name in parents:
            if not isinstance(node.get(name), dict):
                raise InputError(path, value, state("allowed.field"))
            node = node[name]
        node[leaf] = value
        return ProjectInputs.from_dict(data)

    def get(self, path: str) -> Any:
        """The value at a dotted path, as in ``to_dict``."""
        node: Any = self.to_dict()
        parts = (
            path.split(".")
            if not path.startswith("assumptions.")
            else ["assumptions", path.removeprefix("assumptions.")]
        )
        for name in parts:
            node = node[name]
        return node

    def canonical_json(self) -> str:
        """One text for one scenario: keys sorted, no spaces; a page asks for it a dozen times."""
        known = self.__dict__.get("_canonical")
        if known is None:
            known = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
            object.__setattr__(self, "_canonical", known)
        return str(known)


def _metric_of(data: Mapping[str, Any]) -> str:
    target = data.get("target")
    named = target.get("metric") if isinstance(target, Mapping) else None
    task = data.get("task")
    usual = TASK_METRIC[Task(task)] if isinstance(task, str) and task in set(Task) else "accuracy"
    return named if isinstance(named, str) else usual


GROUPS: dict[str, type[Checked]] = {
    "target": g.Target,
    "facts": g.Facts,
    "training": g.Training,
    "hybrid": g.Hybrid,
    "retrieval": g.Retrieval,
    "judging": g.Judging,
    "labelling": g.Labelling,
    "compute": g.Compute,
    "people": g.People,
    "serving": g.Serving,
    "finance": g.Finance,
    "value": g.Value,
    "limits": g.Limits,
    "own_factors": g.OwnFactors,
}
LIST_LIMIT = 200
TEXT = Spec("text", "a text")


def _parse(key: str, value: Any) -> Any:
    if key in GROUPS:
        return build(GROUPS[key], value if value is not None else {}, key)
    if key == "own_hardware":
        return None if value is None else build(g.OwnHardware, value, key)
    if key in ("options", "pilot"):
        cls: type[Checked] = g.Option if key == "options" else g.PilotPoint
        return tuple(build(cls, v, f"{key}[{i}]") for i, v in enumerate(_list(key, value)))
    if key == "own_runs":
        return tuple(own_run(f"{key}[{i}]", row) for i, row in enumerate(_list(key, value)))
    if key == "models":
        return _models(value)
    if key in ("unit", "assumptions") and value is None:
        return {}
    return value


def _list(key: str, value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list | tuple) or len(value) > LIST_LIMIT:
        raise InputError(key, value, state("allowed.entries", n=LIST_LIMIT))
    return list(value)


def _models(value: Any) -> FrozenMap:
    if value is None:
        return FrozenMap()
    if not isinstance(value, Mapping):
        raise InputError("models", value, state("allowed.models"))
    out: dict[str, Any] = {}
    for approach, model in value.items():
        if approach not in set(Approach):
            raise InputError(f"models.{approach}", model, ", ".join(Approach))
        if isinstance(model, Mapping):
            out[approach] = build(g.TypedModel, model, f"models.{approach}")
        elif isinstance(model, str):
            out[approach] = TEXT.check(f"models.{approach}", model)
        elif model is not None:
            raise InputError(f"models.{approach}", model, state("allowed.model"))
    return FrozenMap(out)


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a scenario file."""
    properties = group_schema(ProjectInputs)["properties"]
    properties |= {name: group_schema(cls) for name, cls in GROUPS.items()}
    properties["own_hardware"] = {"anyOf": [group_schema(g.OwnHardware), {"type": "null"}]}
    properties["options"] = {"type": "array", "items": group_schema(g.Option)}
    properties["pilot"] = {"type": "array", "items": group_schema(g.PilotPoint)}
    properties["own_runs"] = {"type": "array", "items": {"type": "object"}}
    typed = {"anyOf": [{"type": "string"}, group_schema(g.TypedModel), {"type": "null"}]}
    properties["models"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {str(a): typed for a in Approach},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario",
        "type": "object",
        "required": ["task"],
        "additionalProperties": False,
        "properties": properties,
    }
