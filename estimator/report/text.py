"""Sentences for the manager, made from the result and changing with it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from estimator.report.format import Style, lower_is_better, metric_name
from estimator.report.strip import strip
from estimator.report.texts import approach_label, say
from estimator.report.words import changes, in_currency, joined, span

Row = Mapping[str, Any]
Answer = Mapping[str, Any]

DECIDED, CLOSE, NOBODY = "decided", "close", "nobody"
UNKNOWN, NOTHING = "unknown", "none"
DECIDED_PROBABILITY = 0.6
"""Chance of being the best from which one row is called the answer."""
LIKELY = 0.5
"""From this chance on a target that is not sure enough is missed in fewer cases than it is hit."""
EQUAL_SHARE = 0.5
"""Rows with at least this share of the leader's chance count as its equals."""


@dataclass(frozen=True)
class Story:
    """The first screen in words; every part is empty where it does not apply."""

    kind: str
    headline: str
    detail: str
    approve: str
    ready: str
    accuracy: str
    regret: str
    reach: str
    next_step: str
    strip: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    warnings: tuple[str, ...]

    def lines(self) -> list[str]:
        """The sentences in reading order."""
        parts = (self.detail, self.approve, self.ready, self.accuracy, self.regret, self.reach)
        return [p for p in (*parts, self.next_step) if p]


def key_of(row: Row) -> str:
    """A row's own key: the approach, or ``approach#i`` for an extra option."""
    return str(row.get("key") or row["approach"])


def row_of(answer: Answer, key: str | None) -> Row | None:
    """The row with a key, None where there is none."""
    return next((r for r in answer["approaches"] if key and key_of(r) == key), None)


def recommended(answer: Answer) -> Row | None:
    """The recommended row."""
    return row_of(answer, answer["recommendation"].get("approach"))


def row_name(row: Row, language: str = "en") -> str:
    """The approach with its base model, an extra row also with its labels: LoRA on roberta-base."""
    name, model = approach_label(row["approach"], language), row.get("base_model")
    if model:
        name = say("on_model", language, approach=name, model=model)
    labels = row.get("n_labelled_to_buy")
    if labels is None or "#" not in key_of(row):
        return name
    return say("with_labels", language, row=name, n=Style(language).count(labels))


def outcome(answer: Answer) -> str:
    """Which of the headlines applies: decided, close, nobody, unknown (no evidence) or none."""
    advice = answer["recommendation"]
    row = recommended(answer)
    if row is None:
        return NOTHING
    if row["accuracy"] is None:
        return UNKNOWN
    stated = advice.get("outcome")
    if stated:
        return {"decided": DECIDED, "too_close": CLOSE, "close": CLOSE}.get(stated, NOBODY)
    if not _reaches(answer):
        return NOBODY
    return DECIDED if (advice.get("best_probability") or 0) >= DECIDED_PROBABILITY else CLOSE


def _reaches(answer: Answer) -> bool:
    wanted = answer["inputs"]["target"]["probability"]
    if answer["inputs"]["target"]["value"] is None:
        return True
    rows = (r for r in answer["approaches"] if r["feasible"])
    return any((r.get("target_probability") or 0) >= wanted for r in rows)


def equals(answer: Answer) -> list[Row]:
    """The recommended row and those about as likely to be the best, most likely first."""
    chosen = recommended(answer)
    stated = answer["recommendation"].get("equals")
    if stated:
        rows = [r for r in (row_of(answer, k) for k in stated) if r is not None]
    else:
        best = max((r.get("best_probability") or 0 for r in answer["approaches"]), default=0)
        rows = [
            r for r in answer["approaches"]
            if r["feasible"] and (r.get("best_probability") or 0) >= EQUAL_SHARE * best > 0
        ]  # fmt: skip
        rows.sort(key=lambda r: -(r.get("best_probability") or 0))
    return ([chosen] if chosen is not None else []) + [r for r in rows if r is not chosen]


def target_text(answer: Answer, style: Style) -> str:
    """The target with its metric: 90% accuracy."""
    target = answer["inputs"]["target"]
    if target["value"] is None:
        return metric_name(target["metric"], style.language)
    value = style.metric(target["value"], target["metric"])
    return f"{value} {metric_name(target['metric'], style.language)}"


def horizon_text(answer: Answer, language: str = "en") -> str:
    """The months of use in words."""
    months = answer["inputs"]["serving"]["horizon_months"]
    if months % 12:
        return say("horizon.months", language, n=months)
    years = months // 12
    return say("horizon.year" if years == 1 else "horizon.years", language, n=years)


def story(answer: Answer, style: Style | None = None) -> Story:
    """The answer in sentences.

    Parameters
    ----------
    answer : mapping
        The JSON of ``compare`` (CONTRACT section 4).
    style : Style, optional
        Language and currency; English and USD by default.
    """
    style = style or Style()
    row = recommended(answer)
    kind = outcome(answer)
    headline, detail = _headline(answer, kind, row, style)
    if row is None:
        blank = ("",) * 6
        return Story(kind, headline, detail, *blank, (), (), ())
    return Story(
        kind=kind,
        headline=headline,
        detail=detail,
        approve=approve_sentence(answer, row, style, kind),
        ready=ready_sentence(answer, row, style),
        accuracy=accuracy_sentence(answer, row, style, kind),
        regret=_regret(answer, style),
        reach=reach_sentence(answer, kind, style),
        next_step=next_sentence(answer, row, kind, style),
        strip=strip(row, style),
        changes=changes(answer, style),
        warnings=_warnings(row, style),
    )


def _warnings(row: Row, style: Style) -> tuple[str, ...]:
    if style.language != "en":
        return ()
    high = (r["text"] for r in row.get("risks") or () if r.get("severity") == "high")
    return tuple(in_currency(text, style) for text in high)


def _headline(answer: Answer, kind: str, row: Row | None, style: Style) -> tuple[str, str]:
    lang = style.language
    if row is None:
        return say("headline.none", lang), say("headline.none_detail", lang)
    choice = row_name(row, lang)
    if kind == DECIDED:
        return say("headline.decided", lang, choice=choice), _why(answer, row, style)
    if kind == CLOSE:
        names = [approach_label(r["approach"], lang) for r in equals(answer)][:4]
        if len(set(names)) < 2:
            names = [row_name(r, lang) for r in _runners(answer)]
        title = say(
            "headline.close_value" if _priced(answer) else "headline.close",
            lang,
            equals=joined(names, lang),
            choice=approach_label(row["approach"], lang),
        )
        return title, say("headline.close_detail", lang)
    if kind == UNKNOWN:
        return say("headline.unknown", lang, choice=choice), say("headline.unknown_detail", lang)
    likely = (row.get("target_probability") or 0.0) >= LIKELY
    title = say("headline.unsure" if likely else "headline.nobody", lang, choice=choice)
    return title, _shortfall(answer, row, style)


def _priced(answer: Answer) -> bool:
    value = answer["inputs"]["value"]
    names = ("benefit_per_correct_usd", "cost_per_error_usd", "value_per_month_usd")
    return any(value[name] for name in names)


def _why(answer: Answer, row: Row, style: Style) -> str:
    best = answer["recommendation"].get("best_probability") or 0.0
    chances = style.chances(best)
    if _priced(answer):
        return say("headline.decided_value", style.language, chances=chances)
    reached = row.get("target_probability")
    if best >= DECIDED_PROBABILITY or reached is None:
        return say("headline.decided_detail", style.language, chances=chances)
    target = target_text(answer, style)
    return say(
        "headline.decided_rule", style.language, target=target, chances=style.chances(reached)
    )


def _runners(answer: Answer) -> list[Row]:
    rows = [r for r in answer["approaches"] if r["feasible"]]
    rows.sort(key=lambda r: -(r.get("best_probability") or 0))
    return rows[:2]


def _shortfall(answer: Answer, row: Row, style: Style) -> str:
    target = answer["inputs"]["target"]
    lang = style.language
    short = target_text(answer, style)
    wanted, reached = target["probability"], row.get("target_probability")
    alike = style.chances(wanted) == style.chances(reached)
    write = style.percent if alike else style.chances
    parts = [
        say(
            "headline.nobody_detail",
            lang,
            target=short,
            chances_needed=write(wanted),
            chances=write(reached),
        )
    ]
    quality = row.get("accuracy")
    if quality and target["value"] is not None:
        lower = lower_is_better(quality["metric"])
        gap = (quality["p50"] - target["value"]) * (1 if lower else -1)
        if gap > 0:
            points = style.metric_gap(quality["p50"], target["value"], quality["metric"])
            parts.append(say("headline.nobody_gap", lang, gap=points))
    return " ".join(parts)


def approve_sentence(answer: Answer, row: Row, style: Style, kind: str = DECIDED) -> str:
    """What is to be approved: now, a month, in total, and the safe budget."""
    cost = row["cost_usd"]
    return say(
        "would_cost" if kind in (NOBODY, UNKNOWN) else "approve",
        style.language,
        now=style.money_about(cost["one_off"]["p50"]),
        monthly=style.money_about(cost["monthly"]["p50"]),
        total=style.money_short(cost["total"]["p50"]),
        horizon=horizon_text(answer, style.language),
        safe=style.money_short(cost["total"]["p90"]),
    )


def ready_sentence(answer: Answer, row: Row, style: Style) -> str:
    """When it is ready, with a date where the scenario has a first day."""
    weeks = row["calendar_weeks"]
    values = {
        "weeks": style.number(weeks["p50"]),
        "range": style.between(style.number(weeks["p10"]), style.number(weeks["p90"])),
    }
    start = answer["inputs"].get("start_date")
    if not start:
        return say("ready", style.language, **values)
    day = ready_date(start, weeks["p50"])
    return say("ready_date", style.language, **values, date=day)


def ready_date(start: str, weeks: float) -> str:
    """The ISO date that lies some weeks after an ISO date."""
    try:
        return (datetime.date.fromisoformat(start) + datetime.timedelta(weeks=weeks)).isoformat()
    except OverflowError:
        return datetime.date.max.isoformat()


def accuracy_sentence(answer: Answer, row: Row, style: Style, kind: str = DECIDED) -> str:
    """Likely quality and the chance of the target, or why none is given.

    Where nobody reaches the target the chance stands in the sentence under the headline.
    """
    quality = row.get("accuracy")
    if not quality:
        metric = metric_name(answer["inputs"]["target"]["metric"], style.language)
        reason = (row.get("accuracy_reason") or "").rstrip(".")
        return say("accuracy_none", style.language, metric=metric, reason=reason)
    metric = quality["metric"]
    low, high = style.metric(quality["p10"], metric), style.metric(quality["p90"], metric)
    return say(
        "accuracy_only" if kind == NOBODY else "accuracy",
        style.language,
        metric=metric_name(metric, style.language),
        value=style.metric(quality["p50"], metric),
        range=style.between(low, high),
        chances=style.chances(row.get("target_probability")),
        target=style.metric(answer["inputs"]["target"]["value"], metric),
    )


def reach_sentence(answer: Answer, kind: str, style: Style) -> str:
    """Where nobody reaches the target: the labels and money that would, and what is reachable."""
    advice, target = answer["recommendation"], answer["inputs"]["target"]
    level, ways = advice.get("reachable_target"), advice.get("would_reach") or ()
    if kind != NOBODY or level is None:
        return ""
    lang = style.language
    reached = {
        "level": style.metric(level, target["metric"]),
        "chances": style.chances(target["probability"]),
    }
    if not ways:
        return say("reach.level_only", lang, **reached)
    way = ways[0]
    extra = way.get("extra_usd")
    found = say(
        "reach.labels",
        lang,
        n=style.count(way["n_labelled_needed"]),
        money="" if extra is None else say("reach.money", lang, usd=style.money_short(extra)),
        choice=approach_label(way["approach"], lang),
        target=target_text(answer, style),
        chances=style.chances(way["probability"]),
    )
    return f"{found} {say('reach.level', lang, **reached)}"


def _regret(answer: Answer, style: Style) -> str:
    most = (answer["recommendation"].get("regret_usd") or {}).get("p90")
    return say("regret", style.language, usd=style.money_about(most)) if most else ""


def next_sentence(answer: Answer, row: Row, kind: str, style: Style) -> str:
    """The next step: a pilot where it pays, else labels, another target or the approval."""
    lang = style.language
    pilot = answer.get("pilot_plan") or {}
    if pilot.get("n_labelled") and pilot.get("worth_it", True):
        return _pilot(answer, pilot, row, style)
    stated = answer["recommendation"].get("next_step")
    if stated and lang == "en":
        return in_currency(str(stated), style)
    labels = row.get("labels_for_target")
    if kind == NOBODY and labels and labels.get("p50") is not None:
        p90 = labels.get("p90")
        return say(
            "next.labels" if p90 is not None else "next.labels_half",
            lang,
            n=style.count(labels["p50"]),
            n90=style.count(p90),
            target=target_text(answer, style),
        )
    if kind == NOBODY and row.get("accuracy"):
        quality = row["accuracy"]
        safe = quality["p90"] if lower_is_better(quality["metric"]) else quality["p10"]
        reachable = style.metric(safe, quality["metric"])
        choice = approach_label(row["approach"], lang)
        return say("next.reachable", lang, target=reachable, choice=choice)
    return say("next.go", lang)


def _pilot(answer: Answer, pilot: Mapping[str, Any], row: Row, style: Style) -> str:
    lang = style.language
    n, usd = style.count(pilot["n_labelled"]), style.money_about(pilot.get("cost_usd"))
    if pilot.get("weeks") is None:
        return say("next.pilot_plain", lang, n=n, usd=usd)
    keys = pilot.get("approaches") or [key_of(row)]
    names = joined([approach_label(str(k), lang) for k in keys], lang)
    text = say("next.pilot", lang, n=n, usd=usd, days=span(pilot["weeks"], style), approach=names)
    before, after = pilot.get("interval_before"), pilot.get("interval_after")
    quality = row.get("accuracy")
    if before is None or after is None or not quality:
        return text
    metric = quality["metric"]
    width = {"before": style.metric_gap(before, 0, metric)}
    width["after"] = style.metric_gap(after, 0, metric)
    if width["before"] == width["after"]:
        return text
    return f"{text} {say('next.pilot_shrinks', lang, **width)}"
