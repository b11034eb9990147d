"""Guests: helpers without an account, their links and sessions, and whether they read notes."""

import sqlalchemy as sa
from alembic import op

import core.types

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = core.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column("people", sa.Column("guest_at", INSTANT, nullable=True))
    op.add_column("memberships", sa.Column("guest_notes", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("recipients", sa.Column("link_hash", sa.LargeBinary(), nullable=True))
    linked = sa.text("link_hash IS NOT NULL")
    op.create_index(
        "ix_recipients_link_hash", "recipients", ["link_hash"], sqlite_where=linked, postgresql_where=linked
    )
    op.create_table(
        "guest_joins",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("standing_words", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        _reference("guest_joins", "person_id", "people"),
        _reference("guest_joins", "invitation_id", "invitations"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_guest_joins")),
    )
    op.create_index("ix_guest_joins_invitation_id", "guest_joins", ["invitation_id"])
    op.create_table(
        "guest_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reach_out_id", sa.Uuid(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("carrier", sa.String(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.CheckConstraint("kind IN ('joining', 'link')", name=op.f("ck_guest_sessions_kind")),
        sa.CheckConstraint("carrier IN ('token', 'cookie')", name=op.f("ck_guest_sessions_carrier")),
        sa.CheckConstraint("(kind = 'link') = (reach_out_id IS NOT NULL)", name=op.f("ck_guest_sessions_reach_out")),
        _reference("guest_sessions", "person_id", "people"),
        _reference("guest_sessions", "reach_out_id", "reach_outs"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_guest_sessions_token_hash")),
    )
    for column in ("person_id", "reach_out_id", "expires_at"):
        op.create_index(f"ix_guest_sessions_{column}", "guest_sessions", [column])


def downgrade() -> None:
    # Without the columns they would be accounts that nobody can sign in to.
    op.execute(sa.text("DELETE FROM people WHERE guest_at IS NOT NULL"))
    op.drop_table("guest_sessions")
    op.drop_table("guest_joins")
    op.drop_index("ix_recipients_link_hash", table_name="recipients")
    op.drop_column("recipients", "link_hash")
    op.drop_column("memberships", "guest_notes")
    op.drop_column("people", "guest_at")


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
