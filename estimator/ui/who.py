"""The visitor: name and role. Without a sign-on everybody at this machine may do everything."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.errors import StreamlitAPIException

from estimator.ui import signon
from estimator.ui.words import w

if TYPE_CHECKING:
    from estimator.store.people import Actor, Role

EDITORS, ADMINS, ANONYMOUS = (
    "ESTIMATOR_EDITORS",
    "ESTIMATOR_PRICE_ADMINS",
    "ESTIMATOR_ANONYMOUS",
)
EVERYBODY = "*"


def name() -> str:
    """The name that a trusted proxy or Streamlit's own login gives; empty: nobody signed on."""
    given = st.context.headers.get(signon.USER)
    if given:
        return _utf8(given)[: signon.LONGEST_NAME]
    if _has_login() and st.user.get("is_logged_in"):
        return str(st.user.get("email") or st.user.get("sub") or "")[: signon.LONGEST_NAME]
    return ""


def has_sign_on() -> bool:
    """Is there a way to say who one is?"""
    return bool(os.environ.get(signon.PROXIES, "").strip()) or _has_login()


def actor() -> Actor | None:
    """Who acts here, with the role the environment gives; None: sign on first."""
    from estimator.store.people import Actor

    who = name()
    if not who and has_sign_on():
        return None
    return Actor(who, role_of(who, st.context.headers.get(signon.LOCAL) == "1"))


def role_of(who: str, local: bool) -> Role:
    """The role of a name, or of somebody without one.

    Notes
    -----
    ``ESTIMATOR_EDITORS`` and ``ESTIMATOR_PRICE_ADMINS`` list names, ``*`` is everybody who signed
    on; by default all are editors and nobody is a price admin. Without a sign-on a visitor at the
    machine itself is price admin, any other what ``ESTIMATOR_ANONYMOUS`` says (viewer).
    """
    from estimator.store.people import Role

    if who:
        if _listed(who, os.environ.get(ADMINS, "")):
            return Role.PRICE_ADMIN
        return Role.EDITOR if _listed(who, os.environ.get(EDITORS, EVERYBODY)) else Role.VIEWER
    if local:
        return Role.PRICE_ADMIN
    return Role.EDITOR if os.environ.get(ANONYMOUS, "") == "editor" else Role.VIEWER


def show() -> None:
    """Who is signed on, with a way in or out where Streamlit's login is set up."""
    who = name()
    if who:
        st.caption(w("who.signed_on", name=who.replace("[", "(").replace("]", ")")))
    if not _has_login():
        return
    if st.user.get("is_logged_in"):
        st.button(w("who.out"), on_click=st.logout, key="who:out", type="tertiary")
    elif not who:
        st.button(w("who.in"), on_click=st.login, key="who:in")


def _has_login() -> bool:
    try:
        return "auth" in st.secrets
    except (FileNotFoundError, StreamlitAPIException):
        return False


def _listed(who: str, names: str) -> bool:
    known = {n.strip().lower() for n in names.replace(",", " ").split()}
    return EVERYBODY in known or who.lower() in known


def _utf8(text: str) -> str:
    """A header's text: the server hands bytes over as Latin-1."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
