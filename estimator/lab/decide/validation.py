"""The decision checked on data sets it has not seen: points lost, and is P(best) honest?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.calibration import factor_of
from estimator.engine.accuracy.kernel import parse_hyper
from estimator.engine.accuracy.rows import Rows, evidence_rows, lookup_of, usable
from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.spectrum import ORDER
from estimator.engine.distributions import Array, Draws
from estimator.lab.accuracy import heldout
from estimator.lab.accuracy.fit import MAX_ROWS_PER_SOURCE
from estimator.lab.accuracy.loso import HeldOut, leave_one_source_out
from estimator.lab.decide.staging import judge as judge_plan
from estimator.lab.decide.staging import projects_of, summarise_staging
from estimator.units import PERCENT
from estimator.vocabulary import Approach

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence

Progress = Callable[[float, str], None]

LEAST_APPROACHES = 3
DRAWS = 1024
BINS = (0.0, 0.3, 0.5, 0.7, 0.9, 1.0000001)
FINE_TUNE = (
    Approach.FULL_FINETUNE,
    Approach.LORA,
    Approach.PARTIAL_FINETUNE,
    Approach.CONTINUED_PRETRAIN,
)
WIDENINGS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)
RULES = ("recommended", "cheapest", "fine_tune")


@dataclass(frozen=True)
class Contest:
    """Approaches measured on one data set, metric and number of labels by one source.

    Parameters
    ----------
    mean, cov : arrays
        Predicted error on the fitting scale without this source, one row per approach.
    actual : array
        Published error as a fraction.
    chance : array
        Error of guessing.
    """

    task: str
    dataset: str
    approaches: tuple[str, ...]
    mean: Array
    cov: Array
    actual: Array
    chance: Array


def validate_decision(
    evidence: Evidence, refit: bool = False, progress: Progress | None = None
) -> dict[str, Any]:
    """Regret of the recommended approach on held-out sources, and calibration of P(best).

    Parameters
    ----------
    evidence : Evidence
    refit : bool
        Compute anew (a minute) instead of reading ``data/fits/decision_validation.json``.
    progress : callable, optional

    Returns
    -------
    dict
        n_contests, n_datasets, regret_points (recommended, cheapest: mean, median, share_best),
        with_fine_tuning (the same and fine_tune, where some fine-tuning was measured), by_task,
        calibration (bins of P(best): n, said, seen), brier, and widening: the factor on the
        predicted spread at which P(best) would have been most honest, with its Brier score;
        staging: realised loss of staged plans against fixed policies, see ``staging.py``.
    """
    if not refit:
        return dict(evidence.fits["decision_validation"])
    lookup = lookup_of(evidence)
    rows, _ = evidence_rows(usable(evidence.table("curves"), lookup), lookup)
    sds = parse_hyper(evidence.fits["accuracy_hyper"]["sd"])
    held = leave_one_source_out(rows, sds, MAX_ROWS_PER_SOURCE, progress)
    noise = heldout.row_noise(rows, sds)
    fit = evidence.fits["accuracy"]
    contests = [c for source in held for c in contests_of(rows, source, noise, fit)]
    assumptions = Assumptions(evidence.assumptions)
    staged = [p for s in held for p in projects_of(rows, s, noise, fit, assumptions)]
    return {**summarise(contests), "staging": summarise_staging([judge_plan(p) for p in staged])}


def contests_of(
    rows: Rows, held: HeldOut, noise: heldout.Noise, fit: Mapping[str, Any]
) -> list[Contest]:
    """Contests of at least three approaches within one left-out source.

    Rows without own labels compete at every number of labels of their data set. Of several rows
    of one approach the one with the middle prediction stands for it, as the comparison too shows
    one usual base model per approach. The curves are widened by the calibration of their task, as
    the estimates of a scenario are.
    """
    members = rows.take(held.index)
    widen = np.array([factor_of(fit, str(t)) for t in members.task])
    latent = held.cov - np.diag(noise.measured[held.index])
    cov = widen[:, None] * latent * widen[None, :] + np.diag(noise.free[held.index])
    keys = np.array(
        [f"{d}|{m}" for d, m in zip(members.dataset, members.metric, strict=True)], object
    )
    out: list[Contest] = []
    for key in sorted(set(keys)):
        here = np.flatnonzero(keys == key)
        free = here[members.no_labels[here].astype(bool)]
        trained = here[~members.no_labels[here].astype(bool)]
        sizes = np.unique(np.nan_to_num(members.n_labelled[trained], nan=-1.0))
        for size in sizes:
            at = trained[np.nan_to_num(members.n_labelled[trained], nan=-1.0) == size]
            contest = _contest(members, held, cov, np.concatenate([free, at]))
            if contest is not None:
                out.append(contest)
    return out


def _contest(members: Rows, held: HeldOut, cov: Array, index: Array) -> Contest | None:
    by_approach: dict[str, list[int]] = {}
    for i in index:
        by_approach.setdefault(str(members.approach[i]), []).append(int(i))
    if len(by_approach) < LEAST_APPROACHES:
        return None
    typical = [sorted(r, key=lambda i: held.mean[i])[len(r) // 2] for r in by_approach.values()]
    pick = np.array(typical)
    chance = members.chance[pick].astype(float)
    return Contest(
        task=str(members.task[pick[0]]),
        dataset=str(members.dataset[pick[0]]),
        approaches=tuple(by_approach),
        mean=held.mean[pick],
        cov=cov[np.ix_(pick, pick)],
        actual=scales.to_error(members.y[pick].astype(float), chance),
        chance=chance,
    )


@dataclass(frozen=True)
class Judged:
    """One contest after the fact: points lost by each rule, P(best) of each approach, winner."""

    contest: Contest
    regret_points: Mapping[str, float]
    best_probability: Array
    winner: int


def judge(contest: Contest, draws: Draws) -> Judged:
    """Take the approach with the lowest expected error; compare with what was published."""
    k = len(contest.approaches)
    z = np.array([draws.normal(f"decision.validate.{i}")[1:] for i in range(k)])
    values, vectors = np.linalg.eigh(contest.cov)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    error = scales.to_error(contest.mean[:, None] + root @ z, contest.chance[:, None])
    shares = np.bincount(error.argmin(axis=0), minlength=k) / error.shape[1]
    taken = {
        "recommended": int(error.mean(axis=1).argmin()),
        "cheapest": _first(contest.approaches, ORDER),
        "fine_tune": _first(contest.approaches, (*FINE_TUNE, *reversed(ORDER))),
    }
    lost = PERCENT * (contest.actual - contest.actual.min())
    regret = {rule: float(lost[i]) for rule, i in taken.items()}
    return Judged(contest, regret, shares, int(contest.actual.argmin()))


def _first(approaches: Sequence[str], order: Sequence[Approach]) -> int:
    names = [str(a) for a in order]
    return min(range(len(approaches)), key=lambda i: names.index(approaches[i]))


def summarise(contests: Sequence[Contest]) -> dict[str, Any]:
    """Tables of the judged contests; every data set counts once."""
    draws = Draws(DRAWS, 0)
    judged = [judge(c, draws) for c in contests if set(c.approaches) <= {str(a) for a in ORDER}]
    tasks = sorted({j.contest.task for j in judged})
    return {
        "n_contests": len(judged),
        "n_datasets": len({j.contest.dataset for j in judged}),
        "regret_points": _regrets(judged, RULES[:2]),
        "with_fine_tuning": _regrets([j for j in judged if _tunes(j.contest)], RULES),
        "by_task": {
            t: {
                "n_datasets": len({j.contest.dataset for j in judged if j.contest.task == t}),
                **_regrets([j for j in judged if j.contest.task == t], RULES[:2]),
            }
            for t in tasks
        },
        **_calibration(judged),
        "widening": _widening([j.contest for j in judged], draws),
    }


def _widening(contests: Sequence[Contest], draws: Draws) -> dict[str, float]:
    """Factor on the standard deviations that gives P(best) the lowest Brier score."""
    found = []
    for factor in WIDENINGS:
        wider = [replace(c, cov=factor**2 * c.cov) for c in contests]
        found.append((_calibration([judge(c, draws) for c in wider])["brier"], factor))
    brier, factor = min(found)
    return {"factor": factor, "brier": brier}


def _tunes(contest: Contest) -> bool:
    return any(str(a) in contest.approaches for a in FINE_TUNE)


def _regrets(judged: Sequence[Judged], rules: Sequence[str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    datasets = sorted({j.contest.dataset for j in judged})
    for rule in rules:
        means, shares = [], []
        for name in datasets:
            lost = [j.regret_points[rule] for j in judged if j.contest.dataset == name]
            means.append(float(np.mean(lost)))
            shares.append(float(np.mean([x <= 1e-9 for x in lost])))
        out[rule] = {
            "mean": round(float(np.mean(means)), 4),
            "median": round(float(np.median(means)), 4),
            "share_best": round(float(np.mean(shares)), 4),
        }
    return out


def _calibration(judged: Sequence[Judged]) -> dict[str, Any]:
    """What P(best) said against how often it was so, each data set with the same weight."""
    said, seen, weight = [], [], []
    sizes: dict[str, int] = {}
    for j in judged:
        sizes[j.contest.dataset] = sizes.get(j.contest.dataset, 0) + 1
    for j in judged:
        for i, p in enumerate(j.best_probability):
            said.append(float(p))
            seen.append(float(i == j.winner))
            weight.append(1.0 / sizes[j.contest.dataset])
    p, hit, w = np.array(said), np.array(seen), np.array(weight)
    bins = []
    for low, high in pairwise(BINS):
        inside = (p >= low) & (p < high)
        if inside.any():
            bins.append(
                {
                    "from": low,
                    "to": min(high, 1.0),
                    "n": int(inside.sum()),
                    "said": round(float(np.average(p[inside], weights=w[inside])), 4),
                    "seen": round(float(np.average(hit[inside], weights=w[inside])), 4),
                }
            )
    return {
        "calibration": bins,
        "brier": round(float(np.average((p - hit) ** 2, weights=w)), 4),
    }
