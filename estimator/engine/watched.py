"""A scenario that notes which of its fields are read: what a room's results are kept by.

A room that is run again with the same values at every field it read takes the same way through
its code and comes to the same result. So nobody keeps a list of the fields that matter.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, TypeVar, cast

from estimator.engine.assumptions import Assumptions
from estimator.engine.fields import Checked
from estimator.engine.inputs import ProjectInputs

T = TypeVar("T")


@dataclass
class Seen:
    """Dotted paths of the fields, and ids of the assumptions, that were read."""

    paths: dict[str, None] = field(default_factory=dict)
    names: dict[str, None] = field(default_factory=dict)


class Watched:
    """A frozen group of a scenario, or the whole of it, that notes what is read."""

    __slots__ = ("_changed", "_of", "_path", "_seen")

    def __init__(
        self, of: Checked, seen: Seen, path: str = "", changed: frozenset[str] = frozenset()
    ) -> None:
        self._of, self._seen, self._path, self._changed = of, seen, path, changed

    def __getattr__(self, name: str) -> Any:
        """The value of a field, noted; a group as a watched group."""
        value = getattr(self._of, name)
        if isinstance(value, Checked):
            return Watched(value, self._seen, f"{self._path}{name}.", self._changed)
        if callable(value):
            self._all()
        elif self._path + name not in self._changed:
            self._seen.paths[self._path + name] = None
        return value

    def _all(self) -> None:
        for f in dataclasses.fields(self._of):
            self._seen.paths[self._path + f.name] = None

    def __eq__(self, other: object) -> bool:
        """Equal to a group with the same values; every field counts as read."""
        self._all()
        return bool(self._of == (other._of if isinstance(other, Watched) else other))

    def __hash__(self) -> int:
        """The hash of the group; every field counts as read."""
        self._all()
        return hash(self._of)


def varied(inputs: ProjectInputs, group: str, **changes: Any) -> ProjectInputs:
    """The scenario with some fields of a group changed; a watched one goes on noting."""
    watched = cast(Any, inputs)
    whole: Any = watched._of if isinstance(watched, Watched) else inputs
    made = dataclasses.replace(
        whole, **{group: dataclasses.replace(getattr(whole, group), **changes)}
    )
    if not isinstance(watched, Watched):
        return cast(ProjectInputs, made)
    own = watched._changed | {f"{group}.{name}" for name in changes}
    return cast(ProjectInputs, Watched(made, watched._seen, "", frozenset(own)))


class _Overrides(Mapping[str, float]):
    """Typed judgements that note which were asked for.

    Nothing is there to walk through: they were checked when they were typed.
    """

    def __init__(self, of: Mapping[str, float], seen: Seen) -> None:
        self._of, self._seen = of, seen

    def __getitem__(self, name: str) -> float:
        self._seen.names[name] = None
        return self._of[name]

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class Kept:
    """Results of one room by what it read of a scenario."""

    def __init__(self) -> None:
        self._by: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[Hashable, Any]] = {}

    def get(
        self,
        room: Callable[[ProjectInputs, Assumptions], T],
        inputs: ProjectInputs,
        assumptions: Assumptions,
        beside: Hashable,
    ) -> T:
        """The room's result for a scenario, made once for all scenarios that it reads alike.

        Parameters
        ----------
        room : callable
            Computes the result from the scenario and its judgements.
        inputs : ProjectInputs
        assumptions : Assumptions
            The scenario's own.
        beside : hashable
            What else the room is given: rows, draws, evidence.
        """
        for (paths, names), results in self._by.items():
            key = _values(inputs, paths, names)
            if key is not None and (key, beside) in results:
                return cast(T, results[key, beside])
        seen = Seen()
        judged = Assumptions(assumptions.rows, _Overrides(assumptions.overrides, seen))
        found = room(cast(ProjectInputs, Watched(inputs, seen)), judged)
        paths, names = tuple(sorted(seen.paths)), tuple(sorted(seen.names))
        key = _values(inputs, paths, names)
        self._by.setdefault((paths, names), {})[key, beside] = found
        return found


def _values(
    inputs: ProjectInputs, paths: tuple[str, ...], names: tuple[str, ...]
) -> tuple[Any, ...] | None:
    try:
        read = attrgetter("task", *paths)(inputs)
    except AttributeError:
        return None
    return (*read, *map(inputs.assumptions.get, names))
