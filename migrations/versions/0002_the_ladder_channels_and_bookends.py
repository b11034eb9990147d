"""The ladder, channels and bookends."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("code_expires_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("guesses", sa.Integer(), nullable=False),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('sms', 'email', 'ntfy')", name=op.f("ck_channels_kind")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_channels_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("person_id", "address_hash", name=op.f("uq_channels_person_id_address_hash")),
    )
    op.create_table(
        "bookends",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("companion_id", sa.Uuid(), nullable=True),
        sa.Column("what", sa.LargeBinary(), nullable=True),
        sa.Column("due_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("nudges", sa.Integer(), nullable=False),
        sa.Column("next_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("companion_told_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["companion_id"], ["people.id"], name=op.f("fk_bookends_companion_id_people"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_bookends_membership_id_memberships"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_bookends_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookends")),
    )
    with op.batch_alter_table("bookends", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bookends_companion_id"), ["companion_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bookends_membership_id"), ["membership_id"], unique=False)
        batch_op.create_index(
            "ix_bookends_next_at",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("next_at IS NOT NULL"),
            postgresql_where=sa.text("next_at IS NOT NULL"),
        )
        batch_op.create_index("ix_bookends_person_id_id", ["person_id", "id"], unique=False)

    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("resend_at", core.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.alter_column("device_id", existing_type=sa.UUID(), nullable=True)
        batch_op.create_index(batch_op.f("ix_deliveries_channel_id"), ["channel_id"], unique=False)
        batch_op.create_index(
            "ix_deliveries_resend_at",
            ["resend_at"],
            unique=False,
            sqlite_where=sa.text("resend_at IS NOT NULL"),
            postgresql_where=sa.text("resend_at IS NOT NULL"),
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_deliveries_notice_id_channel_id_round"), ["notice_id", "channel_id", "round"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_deliveries_channel_id_channels"), "channels", ["channel_id"], ["id"], ondelete="CASCADE"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_deliveries_one_way"), "(device_id IS NULL) <> (channel_id IS NULL)"
        )

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "ladder", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("unreachable_told_at", core.types.UtcDateTime(timezone=True), nullable=True))

    with op.batch_alter_table("reach_outs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ask_at", core.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("due_at", core.types.UtcDateTime(timezone=True), nullable=True))
        batch_op.drop_index(batch_op.f("ix_reach_outs_next_rung_at"), postgresql_where="(next_rung_at IS NOT NULL)")
        batch_op.create_index(
            "ix_reach_outs_due_at",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
