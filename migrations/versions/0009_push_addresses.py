"""Push addresses sealed with their own key, and consecutive refusals of a device or channel."""

import sqlalchemy as sa
from alembic import op

import core.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("devices", "channels"):
        # Older releases leave these columns at their defaults: the address is sealed later, and counts as never refused.
        op.add_column(table, sa.Column("push_address", sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column("refusals", sa.Integer(), server_default="0", nullable=False))
        op.add_column(table, sa.Column("refusal", sa.String(64), nullable=True))
        op.add_column(table, sa.Column("refused_at", core.types.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in ("devices", "channels"):
        for column in ("refused_at", "refusal", "refusals", "push_address"):
            op.drop_column(table, column)
