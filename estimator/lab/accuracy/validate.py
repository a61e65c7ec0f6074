"""The model's own errors: leave one source out, against plainer models, by task and approach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.calibration import NO_OWN, Predicted, calibrate
from estimator.engine.accuracy.kernel import Component, parse_hyper
from estimator.engine.accuracy.rows import Rows, lookup_of
from estimator.engine.accuracy.scales import Array
from estimator.engine.accuracy.single_curve import extrapolate
from estimator.engine.assumptions import Assumptions
from estimator.lab.accuracy import heldout
from estimator.lab.accuracy.as_user import as_user_tables, looks, measured_widths, published_twice
from estimator.lab.accuracy.borrowed import Blend, measure_borrowing
from estimator.lab.accuracy.classic import FORMS, predict_form
from estimator.lab.accuracy.fit import MAX_ROWS_PER_SOURCE, capped, points_of
from estimator.lab.accuracy.kinds_twice import kinds_read_twice
from estimator.lab.accuracy.label_needs import labels_for_target, labels_in_rounds
from estimator.lab.accuracy.later import later_sources
from estimator.lab.accuracy.levels import measured_levels
from estimator.lab.accuracy.loso import leave_one_source_out, solve
from estimator.lab.accuracy.recalibrate import calibrations, predictions
from estimator.vocabulary import Approach, Task

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

Progress = Callable[[float, str], None]
NOMINAL = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
APART_POINTS = 2.0
"""Difference of two published errors from which on a pair is no toss-up."""
FORM_ROWS_PER_SOURCE = 40
"""Rows of each source in the comparison of forms, which solves the model once per form."""
OWN_CURVE_POINTS = 6
"""Least different sizes of a curve that is extrapolated from its own first half."""


def validate_accuracy(
    evidence: Evidence, refit: bool = False, progress: Progress | None = None
) -> dict[str, Any]:
    """Validation tables: the shipped ones, or computed anew.

    Parameters
    ----------
    evidence : Evidence
    refit : bool
        Compute everything from the points (a minute or two) instead of reading the shipped file.
    progress : callable, optional

    Returns
    -------
    dict
        overall, by_task, by_approach, by_metric (for 0 to 3 own points), reliability, pairs,
        labels_for_target, labels_in_rounds, borrowed, borrowing, cells, forms, own_curve,
        stated_levels, and what recalibrate.py fits.
    """
    if not refit:
        return dict(evidence.fits["accuracy_validation"])
    say = progress or (lambda share, text: None)
    points = points_of(evidence)
    rows, error = points.rows, points.error
    sds = parse_hyper(evidence.fits["accuracy_hyper"]["sd"])
    solved = solve(rows, sds, MAX_ROWS_PER_SOURCE)
    held = leave_one_source_out(
        rows,
        sds,
        MAX_ROWS_PER_SOURCE,
        lambda share, text: say(0.5 * share, f"without {text}"),
        solved,
    )
    noise = heldout.row_noise(rows, sds)
    alone = heldout.predict_rows(rows, held, sds, noise)
    calibrated = calibrations(rows, error, held, noise, alone)
    factors = calibrated["calibration"][NO_OWN]
    judged = Assumptions(evidence.assumptions)
    sure = judged.value("accuracy.kind_sure")
    seen = looks(rows, sds, noise, solved, alone, sure)
    calibrated["widths"] = measured_widths(rows, error, seen)
    belief = heldout.Belief(
        calibrated["widths"]["new"],
        evidence.fits["accuracy_own"],
        calibrated["widths"]["known"],
        published_twice(rows),
    )
    found = predictions(rows, held, sds, noise, belief)
    out = measure(rows, error, found)
    out["pairs"] = _pairs(heldout.pair_table(rows, held, noise, factors, calibrated["shared"]))
    say(0.5, "new data sets")
    out["as_a_user"] = as_user_tables(rows, error, seen)
    out["as_a_user"]["pairs"] = _pairs(
        heldout.pair_table(rows, seen.held, noise, factors, calibrated["shared"])
    )
    del solved, seen
    say(0.6, "labels for a target")
    out["labels_for_target"] = labels_for_target(rows, held, noise, belief)
    out["labels_in_rounds"] = labels_in_rounds(rows, held, noise, belief)
    say(0.7, "plainer models")
    out["forms"] = compare_forms(rows, error, sds, belief.own)
    say(0.8, "cells left out")
    out["borrowing"] = measure_borrowing(
        rows,
        sds,
        points.typical,
        Blend(judged.value("accuracy.borrowed_contrast"), judged.value("accuracy.borrowed_mix")),
        judged.value("accuracy.borrowed_spread"),
        factors["all"],
    )
    out["stated_levels"] = measured_levels(evidence.table("human"), rows, lookup_of(evidence))
    out["kinds_read_twice"] = kinds_read_twice(evidence)
    out["later_sources"] = later_sources(evidence)
    say(0.95, "own curves")
    out["own_curve"] = own_curves(rows, points.value)
    out["cells"] = cells(rows, error, found[0], factors)
    out |= calibrated
    out["n_points"], out["n_sources"] = len(rows), len(set(rows.source))
    say(1.0, "done")
    return out


def measure(rows: Rows, error: Array, found: Mapping[int, Predicted]) -> dict[str, Any]:
    """Tables of errors and coverage; before own points each source is calibrated on the others."""
    out: dict[str, Any] = {"overall": {}, "by_task": {}, "by_approach": {}, "by_metric": {}}
    out["reliability"] = {}
    for k, raw in found.items():
        scale = _calibrated_elsewhere(rows, error, raw) if k == 0 else np.ones(len(raw.index))
        points = heldout.in_points(rows, raw, scale, error)
        like = np.isin(points["group"], list(scales.ACCURACY_LIKE))
        out["overall"][str(k)] = {
            "accuracy_like": _figures(points, like),
            "all": _figures(points, np.ones(len(like), bool)),
        }
        for table, column in (
            ("by_task", "task"),
            ("by_approach", "approach"),
            ("by_metric", "group"),
        ):
            out[table][str(k)] = {
                str(name): _figures(points, points[column] == name)
                for name in np.unique(points[column])
            }
        out["reliability"][str(k)] = _reliability(rows, error, raw, scale)
        if k == 0:
            out["borrowed"] = _borrowed(rows, raw, points)
    return out


def _calibrated_elsewhere(rows: Rows, error: Array, found: Predicted) -> Array:
    """Calibration factors of predictions, each source's from all others."""
    source = rows.source[found.index].astype(str)
    task = rows.task[found.index].astype(str)
    scale = np.ones(len(source))
    for name in np.unique(source):
        mine = source == name
        table = calibrate(rows, error, found, ~mine)
        scale[mine] = [table.get(t, table["all"]) for t in task[mine]]
    return scale


def _figures(points: Mapping[str, Array], keep: Array) -> dict[str, Any]:
    """Error, width and coverage of the kept rows; balanced = mean over sources of the median."""
    if not keep.any():
        return {"n": 0, "n_sources": 0}
    errors, sources = points["error"][keep], points["source"][keep]
    return {
        "n": int(keep.sum()),
        "n_sources": len(set(sources)),
        "median_abs_error": _r(np.median(errors)),
        "mean_abs_error": _r(errors.mean()),
        "balanced_abs_error": _r(np.mean([np.median(errors[sources == s]) for s in set(sources)])),
        "median_width": _r(np.median(points["width"][keep])),
        "coverage_80": _r(points["inside"][keep].mean()),
    }


def _reliability(
    rows: Rows, error: Array, found: Predicted, scale: Array
) -> list[dict[str, float]]:
    """Share of published values inside central intervals of rising nominal coverage."""
    chance, actual = rows.chance[found.index], error[found.index]
    out = []
    for nominal in NOMINAL:
        z = float(ndtri(0.5 + nominal / 2))
        low = scales.to_error(found.mean - z * scale * found.sd, chance)
        high = scales.to_error(found.mean + z * scale * found.sd, chance)
        inside = (actual >= low - 1e-9) & (actual <= high + 1e-9)
        out.append({"nominal": nominal, "actual": _r(inside.mean())})
    return out


def _pairs(table: Mapping[str, Array]) -> dict[str, Any]:
    def part(keep: Array) -> dict[str, Any]:
        p, truth = table["p"][keep], table["truth"][keep].astype(float)
        right = (p > 0.5) == (truth > 0.5)
        sure = np.maximum(p, 1 - p) >= 0.7
        apart = table["points"][keep] >= APART_POINTS
        return {
            "n": len(p),
            "right": _r(right.mean()),
            "right_where_apart": _r(right[apart].mean()) if apart.any() else None,
            "right_where_sure": _r(right[sure].mean()) if sure.any() else None,
            "share_sure": _r(sure.mean()),
            "brier": _r(np.mean((p - truth) ** 2)),
        }

    sources = table["source"]
    names = np.unique(sources)
    each = [part(sources == s) for s in names]
    return {
        **part(np.ones(len(sources), bool)),
        "balanced_right": _r(np.mean([e["right"] for e in each])),
        "balanced_brier": _r(np.mean([e["brier"] for e in each])),
        "by_task": {str(t): part(table["task"] == t) for t in np.unique(table["task"])},
    }


def _borrowed(rows: Rows, found: Predicted, points: Mapping[str, Array]) -> dict[str, Any]:
    """Rows whose cell no other source has: what a borrowed estimate is worth."""
    sources: dict[tuple[str, str], set[str]] = {}
    for t, a, s in zip(rows.task, rows.approach, rows.source, strict=True):
        sources.setdefault((t, a), set()).add(s)
    alone = np.array([len(sources[(rows.task[i], rows.approach[i])]) == 1 for i in found.index])
    return _figures(points, alone)


def cells(
    rows: Rows, error: Array, found: Predicted, table: Mapping[str, float]
) -> list[dict[str, Any]]:
    """The 170 pairs of task and approach: points, sources, error and coverage, or borrowed."""
    scale = np.array([table.get(str(t), table["all"]) for t in rows.task[found.index]])
    points = heldout.in_points(rows, found, scale, error)
    with_evidence = set(points["task"])
    out = []
    for task in Task:
        for approach in Approach:
            here = (points["task"] == str(task)) & (points["approach"] == str(approach))
            empty = "borrowed" if str(task) in with_evidence else "none"
            kind = "own" if here.any() else empty
            out.append(
                {
                    "task": str(task),
                    "approach": str(approach),
                    "kind": kind,
                    **_figures(points, here),
                }
            )
    return out


def compare_forms(
    rows: Rows, error: Array, sds: Mapping[Component, float], own: Mapping[str, float]
) -> list[dict[str, Any]]:
    """The same points through plainer models, leave one source out, no own points and two."""
    sample = capped(rows, FORM_ROWS_PER_SOURCE)
    few, few_error = rows.take(sample), error[sample]
    out = []
    for name, keep in VARIANTS.items():
        chosen = {c: sd for c, sd in sds.items() if keep(c)}
        held = leave_one_source_out(few, chosen, FORM_ROWS_PER_SOURCE)
        noise = heldout.row_noise(few, chosen)
        line: dict[str, Any] = {"form": name}
        alone = heldout.predict_rows(few, held, chosen, noise)
        factor = calibrate(few, few_error, alone)["all"]
        belief = heldout.Belief({"all": factor}, own)
        for k in (0, 1, 2):
            found = heldout.predict_rows(few, held, chosen, noise, k, belief)
            scale = np.full(len(found.index), factor if k == 0 else 1.0)
            points = heldout.in_points(few, found, scale, few_error)
            figures = _figures(points, np.isin(points["group"], list(scales.ACCURACY_LIKE)))
            line[f"error_{k}"] = figures["median_abs_error"]
            line[f"width_{k}"] = figures["median_width"]
        line["pairs_right"] = _pairs(heldout.pair_table(few, held, noise))["right"]
        out.append(line)
    return out


def _is_shape(component: Component) -> bool:
    return component[1].startswith("w") or component[1] in ("q", "ps", "ks")


VARIANTS: dict[str, Callable[[Component], bool]] = {
    "shipped: bends at knots, pooled over task, approach, data set, model and source": lambda c: (
        True
    ),
    "straight in log labels per class, same pooling": lambda c: not _is_shape(c),
    "one slope for all (no random slopes)": lambda c: (
        c[0] == "all" or (c[1] not in ("s", "q", "ks", "ps") and not c[1].startswith("w"))
    ),
    "no base-model families": lambda c: not c[0].startswith(("model", "backbone")),
    "no data-set effects": lambda c: "dataset" not in c[0] and "domain" not in c[0],
    "task and approach only": lambda c: (
        c[0] in ("all", "group", "task", "variant", "task+variant", "row", "source", "curve")
    ),
}
"""Which effects each compared model has."""


def own_curves(rows: Rows, values: Array) -> dict[str, Any]:
    """Every curve with enough points, its second half predicted from its first half alone."""
    keys = np.array([f"{s}|{c}" for s, c in zip(rows.source, rows.curve, strict=True)])
    rmse: dict[str, list[float]] = {name: [] for name in ("averaged forms", *FORMS)}
    inside: list[bool] = []
    for key in sorted(set(keys)):
        members = np.flatnonzero((keys == key) & (rows.n_labelled > 0))
        for curve in heldout.own_curves(rows.take(members)) if len(members) else []:
            at = members[curve]
            at = at[np.argsort(rows.n_labelled[at], kind="stable")]
            n = rows.n_labelled[at]
            if len(np.unique(n)) < OWN_CURVE_POINTS:
                continue
            half = len(at) // 2
            group = str(rows.group[at[0]])
            value, wanted, truth = values[at[:half]], n[half:], values[at[half:]]
            top = scales.full_scale(group)
            lower = group in scales.LOWER_IS_BETTER
            found = extrapolate(n[:half], value, wanted, group)
            rmse["averaged forms"].append(_rmse(found[:, 1], truth, top))
            inside += list((found[:, 0] <= truth) & (truth <= found[:, 2]))
            for form in FORMS:
                past = value if lower else top - value
                says = predict_form(form, n[:half], np.maximum(past, 1e-9), wanted)
                rmse[form].append(_rmse(says if lower else top - says, truth, top))
    ours = np.array(rmse["averaged forms"])
    return {
        "n_curves": len(ours),
        "coverage_80": _r(np.mean(inside)),
        "forms": [
            {
                "form": name,
                "mean_rmse_points": _r(np.mean(found)),
                "median_rmse_points": _r(np.median(found)),
                "averaged_forms_below": _r(np.mean(ours < np.array(found))),
            }
            for name, found in rmse.items()
        ],
    }


def _rmse(found: Array, truth: Array, top: float) -> float:
    return float(np.sqrt(np.mean((100 * (found - truth) / top) ** 2)))


def _r(x: Any) -> float:
    """Rounded to 6 significant digits, so that machines agree."""
    return float(f"{float(x):.6g}")
