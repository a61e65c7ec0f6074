"""A process beside the page: searches and printed reports, which would hold up every reader.

Started by ``pool``; reads tasks from standard input and answers on standard output, both as
pickles between a parent and its own child. It ends when its parent does.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from estimator import ProjectInputs, load_evidence
from estimator.engine import decide
from estimator.engine.answer import Answer
from estimator.engine.assumptions import Assumptions
from estimator.engine.cell import ManyMemo
from estimator.engine.comparison import Comparison
from estimator.engine.judgements import judgements
from estimator.engine.many import evaluate_many
from estimator.engine.own_factors import judged_by
from estimator.engine.results import Evaluation
from estimator.engine.simulate import Memo, complete_comparison, evaluate, quick_comparison
from estimator.engine.spelling import own_book
from estimator.engine.summaries import ScenarioSummary
from estimator.engine.swept import Swept, sweep_around
from estimator.errors import EstimatorError
from estimator.evidence.load import Evidence
from estimator.report import exports
from estimator.version import __version__
from estimator.words.format import style_of

SWEEP_DRAWS = 1024
NICENESS = 19
"""A search takes what the page leaves."""
HURRY = "--hurry"
"""An argument: the process makes what a reader waits for, and is not held back."""


@dataclass(frozen=True)
class Task:
    """What is to be done for which scenario; ``book`` is the text of an own price book."""

    name: str
    scenario: Mapping[str, Any]
    book: str | None = None
    more: tuple[Any, ...] = ()


class GivenUp(Exception):
    """Nobody waits for the result any more."""


class Base:
    """One scenario at work.

    Parameters
    ----------
    task : Task
    tick : callable
        Called before each re-run of the model; stops the work by an exception.
    """

    def __init__(self, task: Task, tick: Callable[[], None]) -> None:
        self.inputs = ProjectInputs.from_dict(dict(task.scenario))
        self.evidence = _evidence(task.book)
        self.tick = tick
        self.memo = Memo()

    @cached_property
    def evaluation(self) -> Evaluation:
        """The scenario through all rooms."""
        return evaluate(self.inputs, self.evidence, memo=self.memo)

    def again(self, varied: ProjectInputs) -> Evaluation:
        """A varied scenario through all rooms."""
        self.tick()
        return evaluate(varied, self.evidence, memo=self.memo)

    @property
    def judged(self) -> Assumptions:
        """The shipped judgements with the scenario's own."""
        return judged_by(self.inputs, self.evidence)

    def whole(self) -> Comparison:
        """The comparison with everything that needs re-runs."""
        return complete_comparison(self.evaluation, self.evidence, before_rerun=self.tick)

    def quick(self) -> tuple[Answer, NDArray[np.float32]]:
        """The answer as sentences and table need it, and the recommended row's draws."""
        made = quick_comparison(self.inputs, self.evidence, ladder=False)
        return made.summary(), quality_of(made)

    def swept(self, pair: tuple[str, str]) -> tuple[Swept, Swept]:
        """Many scenarios around this one, with their plans, at a thousand draws."""
        few = self.inputs.replace("draws", min(self.inputs.draws, SWEEP_DRAWS))
        memo = ManyMemo()

        def summarise(scenarios: Sequence[ProjectInputs]) -> list[ScenarioSummary]:
            out = []
            for one in scenarios:
                self.tick()
                out += evaluate_many([one], self.evidence, plans=True, memo=memo)
            return out

        origin = {"data_version": self.evidence.data_version, "code_version": __version__,
                  "seed": few.seed, "draws": few.draws}  # fmt: skip
        return sweep_around(few, pair, summarise, origin)

    def portfolio(
        self, others: Sequence[str], budget: float | None, weeks: float | None, team: float | None
    ) -> dict[str, Any]:
        """This scenario and others, as JSON texts, on one budget and one team."""
        # Its solver is a fifth of the memory of a process that only answers.
        from estimator.engine.portfolio.told import portfolio_dict
        from estimator.engine.portfolio.whole import Wanted, distinct_names, make_portfolio

        every = [*map(ProjectInputs.from_text, others), self.inputs]
        named = list(zip(distinct_names(every), every, strict=True))
        books = [_evidence(None)] * len(others) + [self.evidence]
        wanted = Wanted(budget, weeks, team, self.inputs.seed)
        made = make_portfolio(named, self.evidence, wanted, lambda *_: self.tick(), books)
        return portfolio_dict(made)

    def printed(self, make: Callable[..., bytes], language: str, date: str) -> bytes:
        """A report in a language, with its date."""
        style = style_of(self.inputs.to_dict(), language)
        return make(self.whole(), self.evidence, style, date)


def quality_of(comparison: Comparison) -> NDArray[np.float32]:
    """Draws of the metric of the recommended row, base left out; none where it has none."""
    chosen = comparison.recommendation.get("approach")
    for result in comparison.evaluation.results:
        if result.candidate.key == chosen and result.accuracy.draws is not None:
            return result.accuracy.draws[1:].astype(np.float32)
    return np.zeros(0, np.float32)


one_page = partial(exports.pdf, full=False)
"""The first page of the report alone."""

WORK: dict[str, Callable[..., Any]] = {
    "quick": lambda b: b.quick(),
    "answer": lambda b: b.whole().to_dict(),
    "judgements": lambda b: judgements(b.inputs, b.evidence, lambda *_: b.tick()),
    "cost_curves": lambda b: decide.cost_curves(b.evaluation, b.again),
    "optimum": lambda b, goal: decide.optimise(b.evaluation, b.again, b.judged, goal),
    "break_even": lambda b: decide.break_even(b.evaluation, b.again),
    "totals": lambda b, path, values: [
        {r.candidate.key: r.money.total_draws for r in b.again(b.inputs.replace(path, v)).results}
        for v in values
    ],
    "limits": lambda b: decide.restriction_costs(
        b.evaluation, decide.recommend(b.evaluation, b.judged), b.again, b.judged
    ),
    "sweep": lambda b, x, y: b.swept((x, y)),
    "portfolio": lambda b, *told: b.portfolio(*told),
    "pdf": lambda b, language, date: b.printed(exports.pdf, language, date),
    "pdf_page": lambda b, language, date: b.printed(one_page, language, date),
    "html": lambda b, language, date: b.printed(exports.html, language, date),
}


def _evidence(book: str | None) -> Evidence:
    shipped = load_evidence()
    if book is None:
        return shipped
    rows, _ = own_book(book, shipped)
    return shipped.with_prices(rows, book)


def done(task: Task, tick: Callable[[], None]) -> Any:
    """The result of a task."""
    return WORK[task.name](Base(task, tick), *task.more)


def serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    """Work until the parent closes the pipe."""
    tasks: queue.SimpleQueue[tuple[int, Task] | None] = queue.SimpleQueue()
    stopped: set[int] = set()

    def listen() -> None:
        try:
            while True:
                kind, number, task = pickle.load(incoming)
                if kind == "stop":
                    stopped.add(number)
                else:
                    tasks.put((number, task))
        except (EOFError, OSError):
            os._exit(0)

    threading.Thread(target=listen, daemon=True).start()

    def say(*message: Any) -> None:
        pickle.dump(message, outgoing, protocol=5)
        outgoing.flush()

    while (got := tasks.get()) is not None:
        number, task = got

        def tick(number: int = number) -> None:
            if number in stopped:
                raise GivenUp
            say("tick", number, None)

        try:
            say("done", number, done(task, tick))
        except GivenUp:
            say("given_up", number, None)
        except EstimatorError as error:
            say("error", number, error)
        except Exception as error:
            say("failed", number, f"{type(error).__name__}: {error}")
        stopped.discard(number)


if __name__ == "__main__":
    if HURRY not in sys.argv:
        with contextlib.suppress(AttributeError, OSError):
            os.nice(NICENESS)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, answers)
