"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 (all tables at once, the first time)
    op.create_table(
        "installation",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=256), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_name_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sign_in_name", sa.LargeBinary(), nullable=True),
        sa.Column("display_name", sa.LargeBinary(), nullable=True),
        sa.Column("passphrase_hash", sa.String(length=256), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("region", sa.String(length=8), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column(
            "hours", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=True
        ),
        sa.Column("wake_me", sa.Boolean(), nullable=False),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("sign_in_name_hash", name=op.f("uq_people_sign_in_name_hash")),
    )
    op.create_table(
        "throttles",
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("free_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_throttles")),
    )
    with op.batch_alter_table("throttles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_throttles_free_at"), ["free_at"], unique=False)

    op.create_table(
        "blocks",
        sa.Column("blocker_id", sa.Uuid(), nullable=False),
        sa.Column("blocked_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["blocked_id"], ["people.id"], name=op.f("fk_blocks_blocked_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["people.id"], name=op.f("fk_blocks_blocker_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name=op.f("pk_blocks")),
    )
    with op.batch_alter_table("blocks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blocks_blocked_id"), ["blocked_id"], unique=False)

    op.create_table(
        "idempotency_keys",
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_idempotency_keys_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_idempotency_keys")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_idempotency_keys_person_id"), ["person_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("inviter_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "role IN ('sponsor', 'friend', 'partner', 'family', 'counselor', 'fellow')",
            name=op.f("ck_invitations_role"),
        ),
        sa.CheckConstraint("step IN (1, 2)", name=op.f("ck_invitations_step")),
        sa.ForeignKeyConstraint(
            ["inviter_id"], ["people.id"], name=op.f("fk_invitations_inviter_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitations_inviter_id"), ["inviter_id"], unique=False)

    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("accepted_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("muted_until", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('sponsor', 'friend', 'partner', 'family', 'counselor', 'fellow')",
            name=op.f("ck_memberships_role"),
        ),
        sa.CheckConstraint("owner_id <> member_id", name=op.f("ck_memberships_not_oneself")),
        sa.CheckConstraint("step IN (1, 2)", name=op.f("ck_memberships_step")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["people.id"], name=op.f("fk_memberships_member_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["people.id"], name=op.f("fk_memberships_owner_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        sa.UniqueConstraint("owner_id", "member_id", name=op.f("uq_memberships_owner_id_member_id")),
    )
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memberships_member_id"), ["member_id"], unique=False)

    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=True),
        sa.Column("reach_out_id", sa.Uuid(), nullable=True),
        sa.Column("bookend_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("read_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("dismissed_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('reach_out', 'answered', 'all_clear', 'ended', 'unanswered', 'are_you_talking', 'message', 'invitation_accepted', 'bookend_due', 'bookend_missed', 'check_in', 'reach_in', 'unreachable', 'test')",
            name=op.f("ck_notices_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["people.id"], name=op.f("fk_notices_recipient_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["people.id"], name=op.f("fk_notices_sender_id_people"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("recipient_id", "kind", "event_id", name=op.f("uq_notices_recipient_id_kind_event_id")),
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index("ix_notices_reach_out_id", ["reach_out_id"], unique=False)
        batch_op.create_index(
            "ix_notices_recipient_id_id_standing",
            ["recipient_id", "id"],
            unique=False,
            sqlite_where=sa.text("dismissed_at IS NULL"),
            postgresql_where=sa.text("dismissed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_notices_recipient_id_unread",
            ["recipient_id"],
            unique=False,
            sqlite_where=sa.text("dismissed_at IS NULL AND read_at IS NULL"),
            postgresql_where=sa.text("dismissed_at IS NULL AND read_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_notices_sender_id"), ["sender_id"], unique=False)

    op.create_table(
        "reach_outs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("need", sa.String(length=32), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("pressed_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "ladder", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("pushed_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("next_rung_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paused_until", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("unanswered_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_reach_outs_closed_at")),
        sa.CheckConstraint(
            "need IS NULL OR need IN ('talk', 'urge', 'lonely', 'company', 'check_on_me')",
            name=op.f("ck_reach_outs_need"),
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('connected', 'ok_now', 'mistake', 'expired')",
            name=op.f("ck_reach_outs_outcome"),
        ),
        sa.CheckConstraint("state IN ('waiting', 'answered', 'together', 'closed')", name=op.f("ck_reach_outs_state")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_reach_outs_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reach_outs")),
    )
    with op.batch_alter_table("reach_outs", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reach_outs_next_rung_at",
            ["next_rung_at"],
            unique=False,
            sqlite_where=sa.text("next_rung_at IS NOT NULL"),
            postgresql_where=sa.text("next_rung_at IS NOT NULL"),
        )
        batch_op.create_index("ix_reach_outs_person_id_id", ["person_id", "id"], unique=False)
        batch_op.create_index(
            "uq_reach_outs_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_recovery_codes_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_codes_person_id"), ["person_id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("carrier", sa.String(length=32), nullable=False),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("proven_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("carrier IN ('token', 'cookie')", name=op.f("ck_sessions_carrier")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_sessions_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_person_id"), ["person_id"], unique=False)

    op.create_table(
        "answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reach_out_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('calling', 'soon', 'here', 'cannot')", name=op.f("ck_answers_kind")),
        sa.CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 15", name=op.f("ck_answers_minutes")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_answers_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reach_out_id"], ["reach_outs.id"], name=op.f("fk_answers_reach_out_id_reach_outs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_answers_reach_out_id_id", ["reach_out_id", "id"], unique=False)

    op.create_table(
        "devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("label", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_receipt_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("disabled_reason", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "disabled_reason IS NULL OR disabled_reason IN ('removed', 'signed_out', 'dead', 'moved')",
            name=op.f("ck_devices_disabled_reason"),
        ),
        sa.CheckConstraint("kind IN ('fcm', 'webpush')", name=op.f("ck_devices_kind")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_devices_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_devices_session_id_sessions"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_devices_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_devices_session_id"), ["session_id"], unique=False)
        batch_op.create_index(
            "uq_devices_live_address",
            ["address_hash"],
            unique=True,
            sqlite_where=sa.text("disabled_at IS NULL"),
            postgresql_where=sa.text("disabled_at IS NULL"),
        )

    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reach_out_id", sa.Uuid(), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["reach_out_id"], ["reach_outs.id"], name=op.f("fk_messages_reach_out_id_reach_outs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["people.id"], name=op.f("fk_messages_sender_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_reach_out_id_id", ["reach_out_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_messages_sender_id"), ["sender_id"], unique=False)

    op.create_table(
        "recipients",
        sa.Column("reach_out_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("told_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("quiet_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("handed_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("seen_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("unreachable_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("answered_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("gone_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "answer IS NULL OR answer IN ('calling', 'soon', 'here', 'cannot')", name=op.f("ck_recipients_answer")
        ),
        sa.CheckConstraint(
            "role IN ('sponsor', 'friend', 'partner', 'family', 'counselor', 'fellow')", name=op.f("ck_recipients_role")
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            name=op.f("fk_recipients_membership_id_memberships"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_recipients_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reach_out_id"], ["reach_outs.id"], name=op.f("fk_recipients_reach_out_id_reach_outs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reach_out_id", "person_id", name=op.f("pk_recipients")),
    )
    with op.batch_alter_table("recipients", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recipients_membership_id"), ["membership_id"], unique=False)
        batch_op.create_index("ix_recipients_person_id_reach_out_id", ["person_id", "reach_out_id"], unique=False)

    op.create_table(
        "reflections",
        sa.Column("reach_out_id", sa.Uuid(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=True),
        sa.Column("safe", sa.Integer(), nullable=True),
        sa.Column("soothed", sa.Integer(), nullable=True),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("safe IS NULL OR safe BETWEEN 0 AND 3", name=op.f("ck_reflections_safe")),
        sa.CheckConstraint("seen IS NULL OR seen BETWEEN 0 AND 3", name=op.f("ck_reflections_seen")),
        sa.CheckConstraint("soothed IS NULL OR soothed BETWEEN 0 AND 3", name=op.f("ck_reflections_soothed")),
        sa.ForeignKeyConstraint(
            ["reach_out_id"], ["reach_outs.id"], name=op.f("fk_reflections_reach_out_id_reach_outs"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("reach_out_id", name=op.f("pk_reflections")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease_until", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("handed_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("opened_at", core.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'sent', 'failed', 'dead', 'cancelled')", name=op.f("ck_deliveries_state")
        ),
        sa.CheckConstraint("round >= 1", name=op.f("ck_deliveries_round")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_deliveries_device_id_devices"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_deliveries_notice_id_notices"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("notice_id", "device_id", "round", name=op.f("uq_deliveries_notice_id_device_id_round")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deliveries_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(
            "ix_deliveries_pending_device",
            ["device_id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
