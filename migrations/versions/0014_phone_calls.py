"""A phone number that is called, as a kind of channel."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BEFORE = "'sms', 'email', 'ntfy'"


def upgrade() -> None:
    _kinds(f"{BEFORE}, 'call'")


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM deliveries WHERE channel_id IN (SELECT id FROM channels WHERE kind = 'call')"))
    op.execute(sa.text("DELETE FROM channels WHERE kind = 'call'"))
    _kinds(BEFORE)


def _kinds(words: str) -> None:
    check = f"kind IN ({words})"
    if op.get_bind().dialect.name == "postgresql":
        # Validated separately, without blocking writers: adding it validated would read the whole table under its lock.
        op.drop_constraint(op.f("ck_channels_kind"), "channels", type_="check")
        op.execute(f"ALTER TABLE channels ADD CONSTRAINT ck_channels_kind CHECK ({check}) NOT VALID")
        op.execute("ALTER TABLE channels VALIDATE CONSTRAINT ck_channels_kind")
        return
    with op.batch_alter_table("channels") as batch_op:
        batch_op.drop_constraint(op.f("ck_channels_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_channels_kind"), check)
