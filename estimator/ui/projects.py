"""Kept projects on the page: save, conflict, list, history."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import streamlit as st

from estimator import ProjectInputs
from estimator.errors import EstimatorError
from estimator.ui import errors, remembered, state, team, who
from estimator.ui.components import e, heading, html_table
from estimator.ui.fields import name_of
from estimator.ui.inputs_form import preset_title
from estimator.ui.scenarios import shown_value
from estimator.ui.words import complaint, language, w
from estimator.words.format import Style

if TYPE_CHECKING:
    from estimator.store.scenarios import Kept, Version

NOTE, SHARED, PICK, PAST = "project:note", "project:shared", "project:pick", "project:past"
MOMENT = 16


def ready() -> bool:
    """Is there a store, and may the visitor use it? Says so where not."""
    who.show()
    try:
        found = team.database()
    except EstimatorError as error:
        errors.message(complaint(error), w("projects.unusable"))
        return False
    if found is None:
        errors.note(w("projects.off"))
        st.html(f'<p class="es es-say">{e(w("projects.off_help"))}</p>')
        st.code("ESTIMATOR_DATABASE_URL=sqlite:////var/lib/estimator/store.db", language=None)
        return False
    if who.actor() is None:
        errors.note(w("projects.sign_on"))
        return False
    return True


def page() -> None:
    """Save, and what is kept."""
    kind, text = remembered.said()
    if text:
        (errors.message if kind == "error" else errors.note)(text)
    _conflict()
    _save()
    _list()


def _save() -> None:
    from estimator.store.people import Role

    actor = who.actor()
    if actor is None or actor.role < Role.EDITOR:
        errors.note(w("projects.viewer"))
        return
    here = remembered.project()
    st.text_input(w("projects.note"), key=NOTE, placeholder=w("projects.note_empty"))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if here:
            st.button(
                w("projects.save"), on_click=_keep, type="primary",
                key="projects:save",
            )  # fmt: skip
        st.button(
            w("projects.save_new"), on_click=_keep, args=(True,), key="projects:new",
            type="secondary" if here else "primary",
        )  # fmt: skip
        if actor.name:
            st.checkbox(w("projects.shared"), value=True, key=SHARED)


def _keep(new: bool = False, over: int | None = None) -> None:
    note = str(st.session_state.get(NOTE, ""))
    shared = bool(st.session_state.get(SHARED, True))
    remembered.tried(lambda: remembered.save(note, shared, new, over))


def _conflict() -> None:
    """The two changes side by side, with three ways on."""
    found = remembered.clash()
    if found is None:
        return
    mine, error = found
    theirs, base = error.theirs, error.base
    heading(w("projects.conflict"), 2)
    columns = [dict(base.inputs) if base else {}, dict(theirs.inputs), mine.to_dict()]
    st.html(_differences(columns, theirs))
    with st.container(horizontal=True, gap="small"):
        st.button(w("projects.take_theirs"), key="projects:theirs", on_click=_take, args=(theirs,))
        st.button(
            w("projects.take_mine", n=theirs.version + 1), key="projects:mine", on_click=_keep,
            args=(False, theirs.version),
        )  # fmt: skip
        st.button(w("projects.both"), key="projects:both", on_click=_keep, args=(True,))


def _take(theirs: Version) -> None:
    remembered.tried(lambda: remembered.open_version(theirs.scenario_id))


def _differences(columns: list[dict[str, Any]], theirs: Version) -> str:
    flats = [state.flat(ProjectInputs.from_dict(c)) if c else {} for c in columns]
    rows = [
        [e(name_of(path)), *(e(shown_value(path, flat.get(path))) for flat in flats)]
        for path in dict.fromkeys(key for flat in flats[1:] for key in flat)
        if flats[1].get(path) != flats[2].get(path)
    ]
    someone = theirs.who or w("projects.somebody")
    header = [
        w("projects.input"),
        w("projects.base"),
        w("projects.theirs", who=someone, n=theirs.version),
        w("projects.mine"),
    ]
    if not rows:
        return f'<p class="es es-say">{e(w("projects.same"))}</p>'
    return html_table(header, rows, (), w("projects.conflict"))


def _list() -> None:
    from estimator.store import scenarios

    database, actor = remembered.both()
    kept = {k.id: k for k in scenarios.listed(database, actor)}
    heading(w("projects.kept"), 2)
    if not kept:
        errors.note(w("projects.none"))
        return
    here, ids = remembered.project(), list(kept)
    last = st.session_state.get(PICK) or (here[0] if here else "")
    titles = {i: _title(kept[i]) for i in ids}
    chosen = st.selectbox(
        w("projects.pick"), ids, ids.index(last) if last in kept else 0,
        format_func=lambda i: titles.get(i, i), key=f"{PICK}:{_mark(titles)}",
    )  # fmt: skip
    st.session_state[PICK] = chosen
    _one(kept[chosen])


def _mark(titles: dict[str, str]) -> str:
    """Another mark for other titles: a choice is remembered by the words it was shown with."""
    return hashlib.sha256("".join(titles.values()).encode("utf-8", "replace")).hexdigest()[:12]


def _title(kept: Kept) -> str:
    day = Style(language()).date(kept.changed_at[:10])
    owner = f" · {kept.owner}" if kept.owner else ""
    name, version = preset_title(kept.name) or kept.id, w("projects.version", n=kept.version)
    return f"{name} · {version} · {day}{owner}"


def _one(kept: Kept) -> None:
    from estimator.store import scenarios

    database, actor = remembered.both()
    versions = scenarios.history(database, actor, kept.id)
    rows = [
        [
            str(v.version), e(v.at[:MOMENT].replace("T", " ")), e(v.who or "–"), e(_note(v)),
            e(v.data_version[:8]), e(v.code_version),
        ]
        for v in versions
    ]  # fmt: skip
    names = ("version_head", "at", "who", "note", "data", "code")
    header = [w(f"projects.{name}") for name in names]
    st.html(html_table(header, rows, (0,), w("projects.history")))
    numbers = [v.version for v in versions]
    if st.session_state.get(PAST) not in numbers:
        st.session_state[PAST] = numbers[0]
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        version = st.selectbox(w("projects.which"), numbers, key=PAST)
        st.button(
            w("projects.open"), key="projects:open", type="primary", on_click=_do,
            args=("open", kept, version),
        )  # fmt: skip
        if version != numbers[0]:
            st.button(
                w("projects.restore"), key="projects:restore", on_click=_do,
                args=("restore", kept, version),
            )  # fmt: skip
        if kept.owner == actor.name:
            st.button(
                w("projects.unshare" if kept.shared else "projects.share"), key="projects:share",
                on_click=_do, args=("share", kept, version), type="tertiary",
            )  # fmt: skip
            with st.popover(w("projects.remove")):
                st.button(
                    w("projects.remove_sure"), key="projects:remove", on_click=_do,
                    args=("remove", kept, version),
                )  # fmt: skip


def _note(version: Version) -> str:
    if version.restored_from is None:
        return version.note
    return f"{w('projects.restored_from', n=version.restored_from)} {version.note}".strip()


def _do(what: str, kept: Kept, version: int) -> None:
    actions = {
        "open": lambda: remembered.open_version(kept.id, version),
        "restore": lambda: remembered.restore(kept.id, version),
        "share": lambda: remembered.share(kept),
        "remove": lambda: remembered.remove(kept),
    }
    remembered.tried(actions[what])
