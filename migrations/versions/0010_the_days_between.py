"""The days between: threads, weeks, commitments, rhythm, follow-ups, plans, standing words, breaks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OLD_KINDS = "'reach_out', 'answered', 'all_clear', 'ended', 'unanswered', 'are_you_talking', 'message', 'invitation_accepted', 'bookend_due', 'bookend_missed', 'check_in', 'reach_in', 'unreachable', 'test', 'standing_by'"
NEW_KINDS = "'check_in_seen', 'commitment_asked', 'commitment_due', 'commitment_ended', 'moment', 'follow_up'"
ADDED = (
    ("check_ins", "week", sa.LargeBinary()),
    ("check_in_shares", "parts", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")),
    ("check_in_shares", "shared_at", core.types.UtcDateTime(timezone=True)),
    ("check_in_shares", "seen_at", core.types.UtcDateTime(timezone=True)),
    ("reach_ins", "about_id", sa.Uuid()),
    ("memberships", "standing_words", sa.LargeBinary()),
    ("people", "away_until", core.types.UtcDateTime(timezone=True)),
    ("notices", "commitment_id", sa.Uuid()),
)
"""Columns that the release before leaves null, which is what they mean where nothing was said."""


def upgrade() -> None:
    for table, name, type_ in ADDED:
        op.add_column(table, sa.Column(name, type_, nullable=True))
    _kinds(f"{OLD_KINDS}, {NEW_KINDS}")
    _threads()
    _commitments()
    _rhythms()
    op.create_table(
        "plans",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("help_me", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", core.types.UtcDateTime(timezone=True), nullable=False),
        _people("plans", "person_id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_plans")),
    )


def downgrade() -> None:
    for table in ("plans", "follow_ups", "rhythms", "commitment_days", "commitments", "thread_reads", "talks"):
        op.drop_table(table)
    new_kinds = [word.strip(" '") for word in NEW_KINDS.split(",")]
    notices = sa.table("notices", sa.column("kind"))
    op.execute(sa.delete(notices).where(notices.c.kind.in_(new_kinds)))
    _kinds(OLD_KINDS)
    for table, name, _ in reversed(ADDED):
        op.drop_column(table, name)


def _threads() -> None:
    op.create_table(
        "talks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person_id <> other_id", name=op.f("ck_talks_not_oneself")),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_talks_membership_id_memberships"), ondelete="SET NULL"
        ),
        _people("talks", "other_id"),
        _people("talks", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talks")),
        sa.UniqueConstraint("person_id", "other_id", "day", name=op.f("uq_talks_person_id_other_id_day")),
    )
    op.create_index("ix_talks_other_id_id", "talks", ["other_id", "id"])
    op.create_index(op.f("ix_talks_membership_id"), "talks", ["membership_id"])
    op.create_table(
        "thread_reads",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", core.types.UtcDateTime(timezone=True), nullable=False),
        _people("thread_reads", "other_id"),
        _people("thread_reads", "person_id"),
        sa.PrimaryKeyConstraint("person_id", "other_id", name=op.f("pk_thread_reads")),
    )
    op.create_index(op.f("ix_thread_reads_other_id"), "thread_reads", ["other_id"])


def _commitments() -> None:
    op.create_table(
        "commitments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("witness_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("days", _json(), nullable=False),
        sa.Column("at", sa.String(length=5), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("next_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_commitments_membership_id_memberships"),
            ondelete="SET NULL",
        ),
        _people("commitments", "person_id"),
        _people("commitments", "witness_id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
    )
    op.create_index("ix_commitments_person_id_id", "commitments", ["person_id", "id"])
    op.create_index(op.f("ix_commitments_membership_id"), "commitments", ["membership_id"])
    op.create_index(op.f("ix_commitments_witness_id"), "commitments", ["witness_id"])
    _due_index("commitments")
    op.create_table(
        "commitment_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("commitment_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitments.id"],
            name=op.f("fk_commitment_days_commitment_id_commitments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_days")),
    )
    op.create_index("uq_commitment_days_commitment_id_day", "commitment_days", ["commitment_id", "day"], unique=True)


def _rhythms() -> None:
    op.create_table(
        "rhythms",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("check_in_at", sa.String(length=5), nullable=True),
        sa.Column("check_in_days", _json(), nullable=True),
        sa.Column("week_at", sa.String(length=5), nullable=True),
        sa.Column("week_day", sa.Integer(), nullable=True),
        sa.Column("commitments", sa.Boolean(), nullable=False),
        sa.Column("follow_ups", sa.Boolean(), nullable=False),
        sa.Column("practice_offers", sa.Boolean(), nullable=False),
        sa.Column("paused_until", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("next_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("moment_notice_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("week_day IS NULL OR week_day BETWEEN 0 AND 6", name=op.f("ck_rhythms_week_day")),
        _people("rhythms", "person_id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_rhythms")),
    )
    _due_index("rhythms")
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reach_out_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("next_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('helper', 'unanswered')", name=op.f("ck_follow_ups_kind")),
        sa.ForeignKeyConstraint(
            ["reach_out_id"], ["reach_outs.id"], name=op.f("fk_follow_ups_reach_out_id_reach_outs"), ondelete="CASCADE"
        ),
        _people("follow_ups", "about_id"),
        _people("follow_ups", "person_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("reach_out_id", "person_id", name=op.f("uq_follow_ups_reach_out_id_person_id")),
    )
    op.create_index(op.f("ix_follow_ups_person_id"), "follow_ups", ["person_id"])
    op.create_index(op.f("ix_follow_ups_about_id"), "follow_ups", ["about_id"])
    op.create_index("ix_follow_ups_next_at", "follow_ups", ["next_at"])


def _json() -> sa.JSON:
    return sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def _people(table: str, column: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["people.id"], name=op.f(f"fk_{table}_{column}_people"), ondelete=ondelete)


def _due_index(table: str) -> None:
    op.create_index(
        f"ix_{table}_next_at",
        table,
        ["next_at"],
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )


def _kinds(words: str) -> None:
    check = f"kind IN ({words})"
    if op.get_bind().dialect.name == "postgresql":
        # Validated separately: adding it in one step would read the whole table under a lock that keeps everybody from writing.
        op.drop_constraint(op.f("ck_notices_kind"), "notices", type_="check")
        op.execute(f"ALTER TABLE notices ADD CONSTRAINT ck_notices_kind CHECK ({check}) NOT VALID")
        op.execute("ALTER TABLE notices VALIDATE CONSTRAINT ck_notices_kind")
        return
    with op.batch_alter_table("notices") as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind"), check)
