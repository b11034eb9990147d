"""The notice that tells a companion that they are standing by."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = "'reach_out', 'answered', 'all_clear', 'ended', 'unanswered', 'are_you_talking', 'message', 'invitation_accepted', 'bookend_due', 'bookend_missed', 'check_in', 'reach_in', 'unreachable', 'test'"


def upgrade() -> None:
    _kinds(f"{BEFORE}, 'standing_by'")


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM notices WHERE kind = 'standing_by'"))
    _kinds(BEFORE)


def _kinds(words: str) -> None:
    check = f"kind IN ({words})"
    if op.get_bind().dialect.name == "postgresql":
        # Validated separately, without blocking writers: adding it validated would read the whole table under its lock.
        op.drop_constraint(op.f("ck_notices_kind"), "notices", type_="check")
        op.execute(f"ALTER TABLE notices ADD CONSTRAINT ck_notices_kind CHECK ({check}) NOT VALID")
        op.execute("ALTER TABLE notices VALIDATE CONSTRAINT ck_notices_kind")
        return
    with op.batch_alter_table("notices") as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind"), check)
