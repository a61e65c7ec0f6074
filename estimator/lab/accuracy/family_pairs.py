"""Preferences: what a stage of pairs adds to the model it begins with, on the log odds of winning.

Win rates are relative to a reference and a judge; the difference of the log odds of two models
against one reference is the log odds of one against the other, so that every published gain is
read as winning against the model before. A recipe (a loss) gains more or less than the others on
every model; a new model adds its own spread.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import t as student

from estimator.engine.accuracy.family import Point, unscale
from estimator.engine.distributions import Z90
from estimator.engine.family_names import AS_IS, SIMPLE, TUNED, tuned_from
from estimator.lab.accuracy.family_errors import errors_of, factors_of, said
from estimator.lab.accuracy.family_fit import counts
from estimator.lab.accuracy.left_out import LeftOut

MOST_RECIPES = 5
"""Recipes of a source on one model from which on their range is told."""
USUAL = "dpo"
"""The recipe of a project that names none."""
RECIPE = re.compile(
    r"\b(r dpo|slic hf|rrhf|simpo|sppo|dvpo|grpo|orpo|remax|dpo|ipo|cpo|kto|ppo|dro|zephyr)\b"
)
Groups = dict[tuple[str, str, str], list[tuple[float, Point]]]
"""Gains over the model before, by that model, source and set of pairs."""


def fit_pairs(points: Sequence[Point], learning: Mapping[str, Any]) -> dict[str, Any]:
    """Gain of a stage of preferences over the model before, with its spread over models."""
    groups = _gains(points)
    gain = _gain(groups)
    left = _left_out(groups)
    metric = points[0].metric
    none = {"mean": 0.0, "sd": 0.0}
    ranges = [
        (min(g for g, _ in rows), max(g for g, _ in rows))
        for rows in groups.values()
        if len(rows) >= MOST_RECIPES
    ]
    worst, best = (np.array([float(np.median(r)) for r in zip(*ranges, strict=True)])).tolist()
    widths, effects = factors_of(left), _effects(groups)
    gain = {**gain, "mean": round(gain["mean"] + effects[USUAL], 4)}
    return {
        "learning": dict(learning),
        "gain": gain,
        "cells": {
            SIMPLE: {**none, **counts(points, AS_IS)},
            TUNED: counts(points, TUNED),
        },
        "models": {},
        "seen": 0.0,
        "sd": dict.fromkeys(
            ("collection", "set", "kind", "source", "model", f"rest_{SIMPLE}"), 0.0
        ),
        "widths": {"new": widths, "known": widths},
        "recipes": {
            "n": max(len(rows) for rows in groups.values()),
            "worst": round(float(unscale(np.array(worst), metric)), 3),
            "best": round(float(unscale(np.array(best), metric)), 3),
            "effects": {name: round(v, 3) for name, v in sorted(effects.items())},
        },
        "validation": {
            "new": errors_of(left, metric),
            "known": errors_of(left, metric),
            "n_collections": len({k[0] for k in groups}),
        },
    }


def _gains(points: Sequence[Point]) -> Groups:
    """Gains of every recipe over the model it began with, by that model and source."""
    begun = {
        (tuned_from(p.member.dataset), p.member.source): p.y
        for p in points
        if p.member.cell == AS_IS
    }
    out: Groups = {}
    for p in points:
        key = (tuned_from(p.member.dataset), p.member.source)
        if p.member.cell == TUNED and key in begun:
            out.setdefault((*key, p.member.dataset), []).append((p.y - begun[key], p))
    return out


def recipe_of(model: str) -> str:
    """The recipe in the name of a tuned model; blank where it names none."""
    found = RECIPE.search(re.sub(r"[^a-z0-9]+", " ", model.lower()))
    return found[1] if found else ""


def _effects(groups: Groups) -> dict[str, float]:
    """What a recipe gains beyond the others on one model, drawn to 0 as if seen once at 0."""
    away: dict[str, list[float]] = {}
    for rows in groups.values():
        mean = np.mean([g for g, _ in rows])
        for g, p in rows if len(rows) > 1 else ():
            away.setdefault(recipe_of(p.member.model), []).append(float(g - mean))
    return {name: sum(a) / (len(a) + 1) for name, a in away.items()}


def _gain(groups: Groups) -> dict[str, Any]:
    models, effects = sorted({key[0] for key in groups}), _effects(groups)
    by_model = np.array(
        [
            np.mean(
                [np.mean([g for g, _ in rows]) for key, rows in groups.items() if key[0] == model]
            )
            for model in models
        ]
    )
    left = [
        g - np.mean([h for h, _ in rows]) - effects.get(recipe_of(p.member.model), 0.0)
        for rows in groups.values()
        if len(rows) > 1
        for g, p in rows
    ]
    few = float(student.ppf(0.9, len(by_model) - 1) / Z90 * np.sqrt(1 + 1 / len(by_model)))
    return {
        "mean": round(float(by_model.mean()), 4),
        "sd": round(float(by_model.std(ddof=1)) * few, 4),
        "own": round(float(np.std(left)), 4),
        "n_models": len(models),
        "n_recipes": sum(len(rows) for rows in groups.values()),
    }


def _left_out(groups: Groups) -> list[LeftOut]:
    """Every result of a model left out: from the model before, the recipe and other models."""
    out = []
    for model in {key[0] for key in groups}:
        rest = {key: rows for key, rows in groups.items() if key[0] != model}
        gain, effects = _gain(rest), _effects(rest)
        wide = gain["sd"] ** 2 + gain["own"] ** 2
        for key, rows in groups.items():
            if key[0] == model:
                found = [
                    said(
                        p,
                        p.y - g + gain["mean"] + effects.get(recipe_of(p.member.model), 0.0),
                        wide,
                    )
                    for g, p in rows
                ]
                out += [LeftOut(r.cell, r.y, r.mean, r.sd, model) for r in found]
    return out
