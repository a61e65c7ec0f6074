"""Scenarios with versions, price books, results, decisions, audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "scenario",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "scenario_version",
        _of_scenario(primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        *_made(),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("restored_from", sa.Integer),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("data_version", sa.String(64), nullable=False),
        sa.Column("code_version", sa.String(64), nullable=False),
        sa.Column("shown", sa.LargeBinary),
        sa.Column("shown_sha256", sa.String(64), nullable=False),
        sa.Column("book_sha256", sa.String(64)),
    )
    op.create_table(
        "price_book",
        sa.Column("sha256", sa.String(64), primary_key=True),
        *_made(),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "result",
        sa.Column("id", sa.String(32), primary_key=True),
        _of_scenario(nullable=False),
        *_made(),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
    )
    op.create_index("result_by_scenario", "result", ["scenario_id"])
    op.create_table(
        "decision",
        sa.Column("id", sa.String(32), primary_key=True),
        _of_scenario(nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        *_made(),
        sa.Column("approach", sa.String(40), nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("forecast", sa.Text, nullable=False),
    )
    op.create_index("decision_by_scenario", "decision", ["scenario_id"])
    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        *_made(),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer),
        *(
            sa.Column(name, sa.String(64), nullable=False)
            for name in ("inputs_sha256", "data_version", "code_version", "shown_sha256")
        ),
        sa.Column("shown", sa.String(4000), nullable=False),
    )
    op.create_index("audit_by_time", "audit", ["at"])
    op.create_index("audit_by_subject", "audit", ["subject"])


def _made() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
    )


def _of_scenario(**options: bool) -> sa.Column[str]:
    key = sa.ForeignKey("scenario.id", ondelete="CASCADE")
    return sa.Column("scenario_id", sa.String(32), key, **options)  # type: ignore[arg-type]
