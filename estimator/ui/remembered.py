"""The store behind the page: one connection a process, what of it is open, what was said last."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from estimator import ProjectInputs
from estimator.errors import EstimatorError, StoreError
from estimator.ui import cached, state, who
from estimator.ui.inputs_form import preset_title
from estimator.ui.team import database
from estimator.ui.words import complaint, w

if TYPE_CHECKING:
    from estimator.store.database import Database
    from estimator.store.people import Actor
    from estimator.store.scenarios import Conflict, Kept, Version

OPEN, SAID, CLASH = "open_project", "project_message", "project_conflict"


def both() -> tuple[Database, Actor]:
    """Store and visitor, for an action; raises StoreError where either is missing."""
    found, actor = database(), who.actor()
    if found is None:
        raise StoreError(w("projects.off"))
    if actor is None:
        raise StoreError(w("projects.sign_on"))
    return found, actor


def tried(action: Callable[[], str | None]) -> None:
    """Do something as a button asks; what it says, or why it failed, stands on the page."""
    st.session_state.pop(CLASH, None)
    try:
        st.session_state[SAID] = ("note", action() or "")
    except EstimatorError as error:
        from estimator.store.scenarios import Conflict

        if isinstance(error, Conflict):
            st.session_state[CLASH] = (state.current(), error)
        st.session_state[SAID] = ("error", complaint(error))


def said() -> tuple[str, str]:
    """What the last action said, once: note or error, and the sentence."""
    found: tuple[str, str] = st.session_state.pop(SAID, ("note", ""))
    return found


def clash() -> tuple[ProjectInputs, Conflict] | None:
    """One's own scenario and the conflict it ran into, until it is settled."""
    found: tuple[ProjectInputs, Conflict] | None = st.session_state.get(CLASH)
    return found


def project() -> tuple[str, int] | None:
    """Id and version of the project that is open."""
    found: tuple[str, int] | None = st.session_state.get(OPEN)
    return found


def save(note: str, shared: bool = True, new: bool = False, over: int | None = None) -> str:
    """Keep the scenario in force; as a new project, or as the next version of the open one."""
    from estimator.store import scenarios

    found, actor = both()
    inputs, here = state.current(), project()
    answer = cached.answer(inputs)
    stated = {**answer["inputs"], "own_factors": inputs.to_dict()["own_factors"]}
    stated["prices"] = inputs.prices
    book = cached.book_of(inputs).text if inputs.prices else None
    if new or here is None:
        kept = scenarios.save(found, actor, stated, answer, note=note, shared=shared, book=book)
    else:
        base = here[1] if over is None else over
        kept = scenarios.save(found, actor, stated, answer, here[0], base, note, book=book)
    st.session_state[OPEN] = (kept.id, kept.version)
    return w("projects.saved", name=preset_title(kept.name), n=kept.version)


def open_version(scenario_id: str, version: int | None = None) -> str:
    """Put a kept scenario in force, with its own price book."""
    from estimator.store import scenarios

    found, actor = both()
    kept = scenarios.opened(found, actor, scenario_id, version)
    adopt(found, kept)
    st.session_state[OPEN] = (scenario_id, kept.version)
    return w("projects.opened", name=preset_title(kept.name), n=kept.version)


def adopt(found: Database, kept: Version) -> None:
    """The scenario of a version in force; its price book is read from the store."""
    from estimator.store import scenarios

    if kept.book_sha256:
        text = scenarios.book_text(found, kept.book_sha256)
        if text is not None:
            name = cached.keep_book(text)
            inputs: dict[str, Any] = {**kept.inputs, "prices": name}
            state.adopt(ProjectInputs.from_dict(inputs), as_start=True)
            return
    state.adopt(ProjectInputs.from_dict(dict(kept.inputs)), as_start=True)


def restore(scenario_id: str, version: int) -> str:
    """Make an old version the newest one and put it in force."""
    from estimator.store import scenarios

    found, actor = both()
    newest = scenarios.history(found, actor, scenario_id)[0].version
    kept = scenarios.restore(found, actor, scenario_id, version, newest)
    open_version(scenario_id)
    return w("projects.restored", n=version, to=kept.version)


def share(kept: Kept) -> str:
    """Show a project to the team, or to its owner only."""
    from estimator.store import scenarios

    found, actor = both()
    done = scenarios.share(found, actor, kept.id, not kept.shared)
    return w(
        "projects.shared_now" if done.shared else "projects.private_now",
        name=preset_title(done.name),
    )


def remove(kept: Kept) -> str:
    """Take a project away."""
    from estimator.store import scenarios

    found, actor = both()
    scenarios.remove(found, actor, kept.id)
    if (here := project()) and here[0] == kept.id:
        st.session_state.pop(OPEN, None)
    return w("projects.removed", name=preset_title(kept.name))
