"""Staged plans on published curves that were left out: what the gates really cost and catch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimator.engine.accuracy import scales
from estimator.engine.accuracy.calibration import factor_of
from estimator.engine.accuracy.rows import Rows
from estimator.engine.assumptions import Assumptions
from estimator.engine.decide.alike import Alike
from estimator.engine.decide.choose import search
from estimator.engine.decide.loss import Loss
from estimator.engine.decide.policy import LIVE, STOP, TAKE, Step
from estimator.engine.decide.stages import Builder, Policy
from estimator.engine.decide.way import (
    DATA,
    GUIDE,
    LABELS,
    MODEL,
    RELEASE,
    START,
    TEST,
    Way,
    World,
    measuring_noise,
)
from estimator.engine.distributions import Array, Draws
from estimator.engine.inputs import ProjectInputs
from estimator.lab.accuracy import heldout
from estimator.lab.accuracy.loso import HeldOut
from estimator.vocabulary import Approach

DRAWS = 1024
PILOT_SHARE = (0.05, 0.5)
"""A published point is a pilot where it has this share of the labels of the last one."""
LEAST_PILOT = 30.0
TARGET_CHANCE = 0.4
"""Target of a simulated project: what the likeliest row reaches in so many of the draws."""
N_TEST = 500.0
HORIZON = 36.0
USD_PER_MONTH = 8000.0
RUNNING = 800.0
USD_PER_LABEL = 2.0
WEEKS = 8.0
MONEY = {START: 6000.0, GUIDE: 1000.0, TEST: 1000.0, DATA: 3000.0, RELEASE: 12_000.0}
MODELLING = {"zero_shot": 2000.0, "baseline": 4000.0, "linear_probe": 6000.0, "scratch": 40_000.0,
             "continued_pretrain": 25_000.0, "distill": 20_000.0, "hybrid": 25_000.0}  # fmt: skip
USUAL_MODELLING = 12_000.0
"""Money and value of the simulated projects [USD], fixed before any of them was looked at."""
TUNED = ("lora", "full_finetune", "partial_finetune")
FIXED = ("baseline", "tuned", "buy_all", "as_is")
BINS = ((0.0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 1.0001))
RESAMPLES = 2048


@dataclass(frozen=True)
class Project:
    """One data set of a left-out source as a project: its world, and what was published.

    ``actual`` maps a way to what is known of it: labels to published value; as it is at 0.
    """

    source: str
    dataset: str
    world: World
    loss: Loss
    actual: Mapping[str, Mapping[float, float]]


@dataclass
class Realised:
    """What one policy spent, earned and ended in on the published values."""

    spend: float = 0.0
    months: float = 0.0
    works: bool = False
    live: bool = False

    def loss(self, usd_per_month: float) -> float:
        """Money spent minus the value of the months [USD]."""
        return self.spend - usd_per_month * self.months


def projects_of(
    rows: Rows,
    held: HeldOut,
    noise: heldout.Noise,
    fit: Mapping[str, Any],
    judged: Assumptions,
) -> list[Project]:
    """Data sets with a point that can be a pilot, and one with all labels, of some approach."""
    members = rows.take(held.index)
    widen = np.array([factor_of(fit, str(t)) for t in members.task])
    latent = held.cov - np.diag(noise.measured[held.index])
    cov = widen[:, None] * latent * widen[None, :] + np.diag(noise.free[held.index])
    keys = np.array([f"{d}|{m}" for d, m in zip(members.dataset, members.metric, strict=True)])
    out = []
    for key in sorted(set(keys)):
        made = _project(members, held, cov, np.flatnonzero(keys == key), key, judged)
        if made is not None:
            out.append(made)
    return out


def _points(members: Rows, here: np.ndarray) -> dict[str, dict[float, int]]:
    """Row of each approach at the pilot's and at all labels; as it is at 0."""
    free = [i for i in here if bool(members.no_labels[i])]
    by: dict[str, dict[float, list[int]]] = {}
    for i in here:
        n = float(np.nan_to_num(members.n_labelled[i], nan=0.0))
        if not bool(members.no_labels[i]) and n > 0:
            by.setdefault(str(members.approach[i]), {}).setdefault(n, []).append(int(i))
    found: dict[str, dict[float, int]] = {}
    counts = sorted({n for points in by.values() for n in points})
    if not counts:
        return {}
    for last in reversed(counts):
        low, high = PILOT_SHARE[0] * last, PILOT_SHARE[1] * last
        firsts = [n for n in counts if max(low, LEAST_PILOT) <= n <= high]
        pairs = [(n, a) for n in firsts for a in by if n in by[a] and last in by[a]]
        if pairs:
            pilot = min(pairs, key=lambda p: abs(np.log(p[0] / (0.3 * last))))[0]
            for approach, points in by.items():
                if pilot in points and last in points:
                    found[approach] = {n: _middle(points[n]) for n in (pilot, last)}
            break
    if found and free:
        found["zero_shot"] = {0.0: _middle([int(i) for i in free])}
    return found


def _middle(rows: Sequence[int]) -> int:
    return sorted(rows)[len(rows) // 2]


def _project(
    members: Rows, held: HeldOut, cov: Array, here: np.ndarray, key: str, judged: Assumptions
) -> Project | None:
    points = {a: p for a, p in _points(members, here).items() if a in {str(x) for x in Approach}}
    if not any(len(p) == 2 for p in points.values()):
        return None
    index = np.array([i for p in points.values() for i in p.values()])
    chance = members.chance[index].astype(float)
    values, vectors = np.linalg.eigh(cov[np.ix_(index, index)])
    draws = Draws(DRAWS, 0)
    z = np.array([draws.normal(f"staging.{k}")[1:] for k in range(len(index))])
    y = held.mean[index][:, None] + (vectors * np.sqrt(np.clip(values, 0.0, None))) @ z
    truth = 1.0 - scales.to_error(y, chance[:, None])
    actual = 1.0 - scales.to_error(members.y[index].astype(float), chance)
    places = {(a, n): k for k, (a, n) in enumerate((a, n) for a, p in points.items() for n in p)}
    last = max(n for p in points.values() for n in p)
    ends = [truth[places[a, max(p)]] for a, p in points.items()]
    target = max(float(np.quantile(e, 1.0 - TARGET_CHANCE)) for e in ends)
    ways = tuple(_way(a, i, p, places, truth, draws) for i, (a, p) in enumerate(points.items()))
    inputs = ProjectInputs.from_dict(
        {"task": "text_classification", "n_labelled_to_buy": int(last),
         "n_unlabelled_available": int(last), "n_evaluation": int(N_TEST), "draws": DRAWS}
    )  # fmt: skip
    world = World(inputs, ways, DRAWS, 1.0, "accuracy", target, 0.5, HORIZON, 0.0, N_TEST, judged,
                  draws)  # fmt: skip
    loss = Loss(USD_PER_MONTH, True, target, target - 0.02, HORIZON, 3.0, 5000.0, 0.25)
    known = {a: {n: float(actual[places[a, n]]) for n in p} for a, p in points.items()}
    return Project(held.source, key, world, loss, known)


def _way(
    approach: str,
    index: int,
    points: Mapping[float, int],
    places: Mapping[tuple[str, float], int],
    truth: Array,
    draws: Draws,
) -> Way:
    last = max(points)

    def at(n_labelled: float) -> Array:
        near = min(points, key=lambda n: abs(n - n_labelled))
        return np.asarray(truth[places[approach, near]])

    def result(n_labelled: float, n_test: float) -> Array:
        value = at(n_labelled)
        near = min(points, key=lambda n: abs(n - n_labelled))
        noise = draws.normal(f"staging.test.{approach}.{near:g}")[1:]
        return value + measuring_noise(value, n_test) * noise

    model = MODELLING.get(approach, USUAL_MODELLING)
    labels = USD_PER_LABEL * last
    money = {k: np.full(DRAWS, v) for k, v in {**MONEY, LABELS: labels, MODEL: model}.items()}
    return Way(
        key=approach, label=approach, approach=Approach(approach), index=index, n_planned=last,
        needs_labels=approach != "zero_shot", money=money, usd_per_month=np.full(DRAWS, RUNNING),
        weeks=WEEKS, calendar_weeks=np.full(DRAWS, WEEKS), labelling_weeks=2.0,
        usd_per_label=np.full(DRAWS, USD_PER_LABEL),
        usd_per_day=500.0, truth=at, result=result,
    )  # fmt: skip


def follow(project: Project, step: Step) -> Realised:
    """What a solved policy does on the published values.

    A published value stands both for what is measured and for the truth, so a release is right
    wherever it meets the target: what is tested is where money is spent, and the stated chance.
    """
    out = Realised()
    weeks = 0.0
    while True:
        if step.kind == STOP:
            return out
        if step.kind in (LIVE, TAKE):
            way = step.ways[0]
            truth = _known(project, way.key, step.n_labelled)
            extra = float(step.usd.mean()) if step.kind == LIVE else 0.0
            release = way.money[RELEASE][:1]
            usd, months = project.loss.released(
                np.array([truth]), release, way.usd_per_month[:1], weeks + step.weeks
            )
            ran = project.loss.released(
                way.truth(step.n_labelled), way.money[RELEASE], way.usd_per_month, weeks
            )[0]
            out.spend += float(usd[0]) + max(extra - float(ran.mean()), 0.0)
            out.months += float(months[0])
            out.live, out.works = True, truth >= project.loss.target
            return out
        out.spend += float(step.usd.mean())
        weeks += step.weeks
        shown = [_known(project, w.key, step.n_labelled) for w in step.ways]
        lead = int(np.argmax(shown))
        zone = int(np.searchsorted(np.array(step.cuts), shown[lead], side="right"))
        children = step.actions[zone]
        step = children[lead] if len(children) > 1 else children[0]


def _known(project: Project, key: str, n_labelled: float) -> float:
    points = project.actual[key]
    return points[min(points, key=lambda n: abs(n - n_labelled))]


def judge(project: Project) -> dict[str, Any]:
    """The plan, the fixed policies and hindsight on one project; losses [USD]."""
    world, loss = project.world, project.loss
    found = search(world, loss, careful=True)
    best = Alike.judged(world.judged).pick(found)
    got = follow(project, best.step)
    alone = {w.policy.tried[0]: w.step for w in found if w.policy.alone}
    built = {k: follow(project, step) for k, step in _singles(world, loss, alone).items()}
    value = loss.usd_per_month
    losses = {"plan": got.loss(value), "stop": 0.0}
    losses["baseline"] = built["baseline"].loss(value) if "baseline" in built else 0.0
    tuned = next((built[k] for k in TUNED if k in built), None)
    losses["tuned"] = tuned.loss(value) if tuned else 0.0
    losses["as_is"] = built["zero_shot"].loss(value) if "zero_shot" in built else 0.0
    losses["buy_all"] = _buy_all(project)
    losses["hindsight"] = min(0.0, *(_hindsight(project, k) for k in project.actual))
    return {
        "source": project.source, "dataset": project.dataset, "losses": losses,
        "stated": best.success, "works": got.works,
        "first": best.step.kind,
    }  # fmt: skip


def _singles(world: World, loss: Loss, known: Mapping[str, Step]) -> dict[str, Step]:
    builder = Builder(world, loss)
    return {w.key: known.get(w.key) or builder.build(Policy("all", (w.key,))) for w in world.ways}


def _buy_all(project: Project) -> float:
    """Everything is bought and every row built; the best goes live where it meets the target."""
    ways, loss = project.world.ways, project.loss
    last = max(w.n_planned for w in ways)
    shared = sum(v for k, v in MONEY.items() if k != RELEASE) + USD_PER_LABEL * last
    spent = shared + sum(float(w.money[MODEL][0]) for w in ways)
    best = max(ways, key=lambda w: _known(project, w.key, w.n_planned))
    truth = _known(project, best.key, best.n_planned)
    if truth < loss.target:
        return spent
    usd, months = loss.released(
        np.array([truth]), best.money[RELEASE][:1], best.usd_per_month[:1], 8.0
    )
    return float(spent + usd[0] - loss.usd_per_month * months[0])


def _hindsight(project: Project, key: str) -> float:
    way, loss = project.world.way(key), project.loss
    truth = _known(project, key, way.n_planned)
    if truth < loss.useful:
        return 0.0
    usd, months = loss.released(np.array([truth]), way.money[RELEASE][:1], way.usd_per_month[:1], 8)
    spent = float(way.one_off[0] - way.money[RELEASE][0])
    return float(spent + usd[0] - loss.usd_per_month * months[0])


def summarise_staging(judged: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean realised losses, every source counting once, against the fixed policies."""
    if not judged:
        return {}
    names = ("plan", *FIXED, "stop", "hindsight")
    sources = sorted({j["source"] for j in judged})
    table = np.array(
        [
            [np.mean([j["losses"][n] for j in judged if j["source"] == s]) for n in names]
            for s in sources
        ]
    )
    mean = dict(zip(names, table.mean(axis=0), strict=True))
    best = min((*FIXED, "stop"), key=lambda n: mean[n])
    gap = table[:, names.index(best)] - table[:, 0]
    draws = Draws(RESAMPLES, 0)
    picked = np.array([draws.uniform(f"staging.source.{k}")[1:] for k in range(len(gap))]).T
    means = gap[np.minimum((picked * len(gap)).astype(int), len(gap) - 1)].mean(axis=1)
    tuned = mean["tuned"] - mean["hindsight"]
    return {
        "n_projects": len(judged),
        "n_sources": len(sources),
        "loss_usd": {n: round(float(v)) for n, v in mean.items()},
        "best_fixed": best,
        "saves_usd": {
            "mean": round(float(gap.mean())),
            "p2.5": round(float(np.quantile(means, 0.025))),
            "p97.5": round(float(np.quantile(means, 0.975))),
        },
        "regret_share_of_tuned": round(float((mean["plan"] - mean["hindsight"]) / tuned), 3),
        "plan_chances": _bins([(j["stated"], j["works"]) for j in judged]),
    }


def _bins(pairs: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    out = []
    for low, high in BINS:
        inside = [(p, hit) for p, hit in pairs if low <= p < high]
        if inside:
            said, seen = (float(np.mean([x[k] for x in inside])) for k in (0, 1))
            out.append({"from": low, "to": min(high, 1.0), "n": len(inside),
                        "said": round(said, 3), "seen": round(seen, 3)})  # fmt: skip
    return out
