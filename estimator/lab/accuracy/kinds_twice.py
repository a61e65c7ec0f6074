"""How far two readings of the kinds of data sets agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimator.evidence.load import Evidence


def kinds_read_twice(evidence: Evidence) -> dict[str, Any]:
    """Data sets of data/dataset_kinds_second.csv: how many have the kind of the first reading.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    dict
        ``overall`` and ``by_task``: n, same, share_same and, against chance, kappa (Cohen's; None
        where one kind is all there is); ``differ``: data sets that were read differently.
    """
    first = {key: found[0] for key, found in evidence.dataset_kinds.items()}
    frame = evidence.table("dataset_kinds_second")
    pairs = [
        (str(task), str(name), first.get((name, task), ""), str(kind))
        for name, task, kind in zip(frame["dataset_id"], frame["task"], frame["kind"], strict=True)
    ]
    tasks = sorted({p[0] for p in pairs})
    return {
        "overall": _agreement([(f"{t}|{a}", f"{t}|{b}") for t, _, a, b in pairs]),
        "by_task": {
            task: _agreement([(a, b) for t, _, a, b in pairs if t == task]) for task in tasks
        },
        "differ": [
            {"task": t, "data_set": name, "first": a, "second": b}
            for t, name, a, b in pairs
            if a != b
        ],
    }


def _agreement(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    n = len(pairs)
    same = sum(a == b for a, b in pairs)
    kinds = {k for p in pairs for k in p}
    firsts, seconds = [a for a, _ in pairs], [b for _, b in pairs]
    by_chance = sum(firsts.count(k) * seconds.count(k) for k in kinds) / n**2
    kappa = None if by_chance == 1 else round((same / n - by_chance) / (1 - by_chance), 4)
    return {"n": n, "same": same, "share_same": round(same / n, 4), "kappa": kappa}
