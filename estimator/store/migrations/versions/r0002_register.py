"""What came of decisions, and anonymised projects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the register's tables."""
    op.create_table(
        "outcome",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        _of("scenario"),
        _of("decision"),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("note", sa.String(4000), nullable=False),
    )
    op.create_index("outcome_by_decision", "outcome", ["decision_id"])
    op.create_table(
        "register_row",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def _of(table: str) -> sa.Column[str]:
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(f"{table}_id", sa.String(32), key, nullable=False)
