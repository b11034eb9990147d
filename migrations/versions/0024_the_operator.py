"""What the operator does, who may make an account by their word, and what people have agreed to."""

import sqlalchemy as sa
from alembic import op

import core.types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KINDS = "'counted_people', 'looked_at_health', 'looked_at_refusals', 'listed_invitations', 'invited', 'invitation_withdrawn', 'name_disabled', 'name_enabled', 'looked_at_log'"
REFUSAL = "operator_actions is append-only"
_TIME = core.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "operator_actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("done_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.Column("subject", sa.String(64), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_operator_actions_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator_actions")),
    )
    op.create_table(
        "registration_invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_registration_invitations_token_hash")),
    )
    op.create_index(op.f("ix_registration_invitations_expires_at"), "registration_invitations", ["expires_at"])
    op.add_column("people", sa.Column("disabled_at", _TIME, nullable=True))
    op.add_column("people", sa.Column("consent_version", sa.String(16), nullable=True))
    op.add_column("people", sa.Column("consented_at", _TIME, nullable=True))
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.drop_column("people", "consented_at")
    op.drop_column("people", "consent_version")
    op.drop_column("people", "disabled_at")
    op.drop_table("registration_invitations")
    op.drop_table("operator_actions")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_to_rewrite_operator_actions()")


# Whoever may write to the database could drop them. They stop a slip, and a program that goes wrong.
_TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER operator_actions_{what.lower()} BEFORE {what} ON operator_actions "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for what in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        (
            "CREATE FUNCTION refuse_to_rewrite_operator_actions() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        ),
        (
            "CREATE TRIGGER operator_actions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operator_actions "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_operator_actions()"
        ),
    ],
}
