"""Typed values of statements: money, shares, metrics, approaches, each writing itself."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, ClassVar

from estimator.words.format import Style, metric_name
from estimator.words.texts import approach_named, has, say, task_label, term


class Value:
    """A value that writes itself for a reader."""

    kinds: ClassVar[dict[str, type[Value]]] = {}

    def __init_subclass__(cls) -> None:
        Value.kinds[cls.__name__.lower()] = cls

    def write(self, style: Style, form: str) -> str:
        """The value as text; ``form`` is what a text asks for behind the colon."""
        raise TypeError(type(self).__name__)

    def to_json(self) -> dict[str, Any]:
        """``{class: its fields}``."""
        names = [f.name for f in fields(self)]  # type: ignore[arg-type]
        return {type(self).__name__.lower(): [plain(getattr(self, n)) for n in names]}


@dataclass(frozen=True)
class Usd(Value):
    """Money [USD]: about three digits; forms ``short`` 14.2k, ``exact`` cents, ``price``,
    ``change`` +$14,200."""

    usd: float

    def write(self, style: Style, form: str) -> str:
        if form == "exact":
            return style.money(self.usd)
        if form == "price":
            return style.unit_price(self.usd)
        if form == "change":
            return ("+" if self.usd > 0 else "") + style.money_about(self.usd)
        return style.money_short(self.usd) if form == "short" else style.money_about(self.usd)


@dataclass(frozen=True)
class Share(Value):
    """A fraction: per cent; forms ``chances`` 6 of 10, ``cases`` 6 of 10 cases."""

    share: float

    def write(self, style: Style, form: str) -> str:
        if form == "cases":
            return say("chances.cases", style.language, chances=style.chances(self.share))
        return style.chances(self.share) if form == "chances" else style.percent(self.share)


@dataclass(frozen=True)
class Count(Value):
    """A number of whole things: three digits above 10,000; form ``short`` 1.2M."""

    n: float

    def write(self, style: Style, form: str) -> str:
        return style.short(self.n) if form == "short" else style.count(self.n)


@dataclass(frozen=True)
class Number(Value):
    """Any other number, to significant digits; forms: a number of decimals, ``all`` digits."""

    x: float
    digits: int = 3

    def write(self, style: Style, form: str) -> str:
        if form == "all":
            digits = -int(Decimal(repr(self.x)).normalize().as_tuple().exponent)
            return style.number(self.x, max(0, digits))
        return style.number(self.x, int(form)) if form else style.short(self.x, self.digits)


@dataclass(frozen=True)
class Metric(Value):
    """A value of a metric: 90%; forms ``full`` 90% accuracy, ``name`` accuracy, ``exact`` 90.4%."""

    value: float
    metric: str

    def write(self, style: Style, form: str) -> str:
        name = metric_name(self.metric, style.language)
        if form == "name":
            return name
        if form == "exact":
            return style.metric_exact(self.value, self.metric)
        value = style.metric(self.value, self.metric)
        return say("metric_value", style.language, value=value, name=name) if form else value


@dataclass(frozen=True)
class Points(Value):
    """A distance of two values of a metric: 5.0 points."""

    gap: float
    metric: str

    def write(self, style: Style, form: str) -> str:
        gap = style.metric_gap(self.gap, 0.0, self.metric)
        return say("points", style.language, gap=gap)


@dataclass(frozen=True)
class Hours(Value):
    """A time of a machine [hours]: 14 h, 18 min."""

    hours: float

    def write(self, style: Style, form: str) -> str:
        return style.hours(self.hours)


@dataclass(frozen=True)
class Weeks(Value):
    """A time of a project [weeks]: 3 weeks, 2 days; form ``number`` 3.2."""

    weeks: float

    def write(self, style: Style, form: str) -> str:
        return style.weeks(self.weeks) if form == "number" else style.span(self.weeks)


@dataclass(frozen=True)
class Months(Value):
    """Months of use: 3 years, 18 months."""

    months: float

    def write(self, style: Style, form: str) -> str:
        return style.horizon(self.months)


@dataclass(frozen=True)
class Approach(Value):
    """An approach or a row's key by its name, with model and labels where stated."""

    approach: str
    model: str | None = None
    n_labelled: float | None = None

    def write(self, style: Style, form: str) -> str:
        name = approach_named(self.approach, style.language)
        if self.model:
            name = say("on_model", style.language, approach=name, model=self.model)
        if self.n_labelled is None:
            return name
        n = style.count(self.n_labelled)
        return say("with_labels", style.language, row=name, n=n)


@dataclass(frozen=True)
class Task(Value):
    """A task by its name."""

    task: str

    def write(self, style: Style, form: str) -> str:
        return task_label(self.task, style.language)


@dataclass(frozen=True)
class Date(Value):
    """A day, ISO; blank where a source prints none."""

    date: str

    def write(self, style: Style, form: str) -> str:
        return style.date(self.date) if self.date else say("note.no_date", style.language)


@dataclass(frozen=True)
class Term(Value):
    """A word of the engine: kind (item, step, role ...) and word, as ``texts.term`` has them."""

    kind: str
    word: str

    def write(self, style: Style, form: str) -> str:
        return term(self.kind, self.word, style.language)


@dataclass(frozen=True)
class Field(Value):
    """A scenario field by its name, given its dotted path; form ``title``: as in a table."""

    path: str

    def write(self, style: Style, form: str) -> str:
        usual = ("driver", "input") if form == "title" else ("input", "driver")
        kinds = (*usual, "ui.field", "ui.topic")
        path = "unit" if self.path.startswith("unit.") else self.path
        key = next((f"{k}.{path}" for k in kinds if has(f"{k}.{path}")), None)
        return say(key, style.language) if key else self.path


@dataclass(frozen=True)
class Setting(Value):
    """The value of a scenario field in its own unit; a word by its name."""

    path: str
    value: float | str | bool | None
    metric: str = ""

    def write(self, style: Style, form: str) -> str:
        value, path = self.value, self.path
        if value is None:
            return say("setting.none", style.language)
        if isinstance(value, str | bool):
            word = str(value)
            keys = (f"ui.option.{path.rpartition('.')[2]}.{word}", f"ui.option.{word}")
            key = next((k for k in keys if has(k)), None)
            return say(key, style.language) if key else word.replace("_", " ")
        if path.endswith(("usd_per_label", "usd_per_device_hour")):
            return style.unit_price(value)
        if path.endswith("_usd"):
            return style.money_about(value)
        if path == "target.value":
            return style.metric(value, self.metric)
        if path == "finance.usd_rate":
            return style.quantity(value)
        if path.endswith(("_share", "_rate", "probability", "_noise", "_drift")):
            return style.percent(value)
        if (abs(value) < 100 and value != int(value)) or abs(value) >= 1e5:
            return style.short(value)
        return style.count(value)


@dataclass(frozen=True)
class Text(Value):
    """A name or a word that is never translated: a model, a provider, a user's text."""

    text: str

    def write(self, style: Style, form: str) -> str:
        return self.text


def plain(value: Any) -> Any:
    """A value as JSON."""
    if isinstance(value, Value):
        return value.to_json()
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value if value is None or isinstance(value, bool | int | float) else str(value)
