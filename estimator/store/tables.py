"""The tables of the store, as the newest migration leaves them.

Times are UTC in ISO 8601 with microseconds, so that they sort as texts on every database. ``who``
is the name a sign-on gave, empty where nobody signed on. Documents are JSON texts; what was shown
is a packed JSON (``packing``).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

METADATA = MetaData()
NAME, NOTE, ID, WHEN, HASH = 200, 4000, 32, 40, 64
SERIAL = BigInteger().with_variant(Integer, "sqlite")

SCENARIO = Table(
    "scenario",
    METADATA,
    Column("id", String(ID), primary_key=True),
    Column("name", String(NAME), nullable=False),
    Column("owner", String(NAME), nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", String(WHEN), nullable=False),
    Column("changed_at", String(WHEN), nullable=False),
)
"""One project; ``version`` is its newest."""

VERSION = Table(
    "scenario_version",
    METADATA,
    Column("scenario_id", ForeignKey("scenario.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", String(WHEN), nullable=False),
    Column("who", String(NAME), nullable=False),
    Column("note", String(NOTE), nullable=False),
    Column("restored_from", Integer),
    Column("inputs", Text, nullable=False),
    Column("data_version", String(HASH), nullable=False),
    Column("code_version", String(HASH), nullable=False),
    Column("shown", LargeBinary),
    Column("shown_sha256", String(HASH), nullable=False),
    Column("book_sha256", String(HASH)),
)
"""What was typed and what was shown then; rows are never changed but to erase or redact."""

BOOK = Table(
    "price_book",
    METADATA,
    Column("sha256", String(HASH), primary_key=True),
    Column("at", String(WHEN), nullable=False),
    Column("who", String(NAME), nullable=False),
    Column("text", Text, nullable=False),
)
"""Own price books that scenarios were computed with."""

TEAM_BOOK = Table(
    "team_book",
    METADATA,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("at", String(WHEN), nullable=False),
    Column("who", String(NAME), nullable=False),
    Column("sha256", String(HASH), nullable=False),
)
"""Price books of the whole team as they were set; the newest counts, empty: the shipped prices."""

RESULT = Table(
    "result",
    METADATA,
    Column("id", String(ID), primary_key=True),
    Column("scenario_id", ForeignKey("scenario.id", ondelete="CASCADE"), nullable=False),
    Column("at", String(WHEN), nullable=False),
    Column("who", String(NAME), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("body", Text, nullable=False),
    Column("note", String(NOTE), nullable=False),
    Index("result_by_scenario", "scenario_id"),
)
"""A result somebody entered: own measurement, own run, or what a gate saw."""

DECISION = Table(
    "decision",
    METADATA,
    Column("id", String(ID), primary_key=True),
    Column("scenario_id", ForeignKey("scenario.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", String(WHEN), nullable=False),
    Column("who", String(NAME), nullable=False),
    Column("approach", String(40), nullable=False),
    Column("note", String(NOTE), nullable=False),
    Column("forecast", Text, nullable=False),
    Index("decision_by_scenario", "scenario_id"),
)
"""What was decided on a version, with the forecast as it stood."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("at", String(WHEN), nullable=False),
    Column("who", String(NAME), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(ID), nullable=False),
    Column("version", Integer),
    Column("inputs_sha256", String(HASH), nullable=False),
    Column("data_version", String(HASH), nullable=False),
    Column("code_version", String(HASH), nullable=False),
    Column("shown_sha256", String(HASH), nullable=False),
    Column("shown", String(NOTE), nullable=False),
    Index("audit_by_time", "at"),
    Index("audit_by_subject", "subject"),
)
"""Who did what when; the version it names holds inputs and figures whole."""

OUTCOME = Table(
    "outcome",
    METADATA,
    Column("id", SERIAL, primary_key=True, autoincrement=True),
    Column("scenario_id", ForeignKey("scenario.id", ondelete="CASCADE"), nullable=False),
    Column("decision_id", ForeignKey("decision.id", ondelete="CASCADE"), nullable=False),
    Column("at", String(WHEN), nullable=False),
    Column("who", String(NAME), nullable=False),
    Column("state", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("note", String(NOTE), nullable=False),
    Index("outcome_by_decision", "decision_id"),
)
"""What came of a decision; the newest row of a decision counts."""

ROW = Table(
    "register_row",
    METADATA,
    Column("id", String(ID), primary_key=True),
    Column("at", String(WHEN), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("body", Text, nullable=False),
)
"""Anonymised projects: merged from elsewhere, or left of one that was forgotten."""

PEOPLE = {
    SCENARIO: ("owner",),
    VERSION: ("who",),
    BOOK: ("who",),
    TEAM_BOOK: ("who",),
    RESULT: ("who",),
    DECISION: ("who",),
    OUTCOME: ("who",),
    AUDIT: ("who",),
}
"""Columns that hold a user's name."""
