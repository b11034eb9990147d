"""Calm asks: the reach-out that wakes nobody, its quiet end, and what was answered to it before it became a press."""

import sqlalchemy as sa
from alembic import op

import core.types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS_BEFORE = "'reach_out', 'answered', 'all_clear', 'ended', 'unanswered', 'are_you_talking', 'message', 'invitation_accepted', 'bookend_due', 'bookend_missed', 'check_in', 'reach_in', 'unreachable', 'test', 'standing_by', 'check_in_seen', 'commitment_asked', 'commitment_due', 'commitment_ended', 'moment', 'follow_up', 'practice', 'practice_offer'"
OUTCOMES_BEFORE = "'connected', 'ok_now', 'mistake', 'expired'"


def upgrade() -> None:
    # What the release before leaves out: no calm ask, and none that was raised.
    op.add_column("reach_outs", sa.Column("calm", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("reach_outs", sa.Column("raised_at", core.types.UtcDateTime(timezone=True), nullable=True))
    op.add_column("recipients", sa.Column("calm_answer", sa.String(length=32), nullable=True))
    op.add_column("recipients", sa.Column("calm_minutes", sa.Integer(), nullable=True))
    op.add_column("recipients", sa.Column("calm_answered_at", core.types.UtcDateTime(timezone=True), nullable=True))
    _check("notices", "kind", f"kind IN ({KINDS_BEFORE}, 'calm')")
    _check("reach_outs", "outcome", f"outcome IS NULL OR outcome IN ({OUTCOMES_BEFORE}, 'quiet')")
    _check("answers", "minutes", "minutes IS NULL OR minutes BETWEEN 1 AND 720")


def downgrade() -> None:
    op.execute(sa.text("UPDATE answers SET minutes = 15 WHERE minutes > 15"))
    op.execute(sa.text("UPDATE reach_outs SET outcome = 'expired' WHERE outcome = 'quiet'"))
    op.execute(sa.text("DELETE FROM notices WHERE kind = 'calm'"))
    _check("answers", "minutes", "minutes IS NULL OR minutes BETWEEN 1 AND 15")
    _check("reach_outs", "outcome", f"outcome IS NULL OR outcome IN ({OUTCOMES_BEFORE})")
    _check("notices", "kind", f"kind IN ({KINDS_BEFORE})")
    with op.batch_alter_table("recipients") as batch_op:
        for column in ("calm_answered_at", "calm_minutes", "calm_answer"):
            batch_op.drop_column(column)
    with op.batch_alter_table("reach_outs") as batch_op:
        for column in ("raised_at", "calm"):
            batch_op.drop_column(column)


def _check(table: str, name: str, condition: str) -> None:
    constraint = op.f(f"ck_{table}_{name}")
    if op.get_bind().dialect.name == "postgresql":
        # Validated separately: adding it in one step would read the whole table under a lock that keeps everybody from writing.
        op.drop_constraint(constraint, table, type_="check")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} CHECK ({condition}) NOT VALID")
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")
        return
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(constraint, type_="check")
        batch_op.create_check_constraint(constraint, condition)
