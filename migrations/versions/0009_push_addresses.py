"""Push addresses under a key of their own, and how often a way has refused in a row."""

import sqlalchemy as sa
from alembic import op

import core.types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("devices", "channels"):
        # A release that knows nothing of these leaves them as they are: sealed later, never refused.
        op.add_column(table, sa.Column("push_address", sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column("refusals", sa.Integer(), server_default="0", nullable=False))
        op.add_column(table, sa.Column("refusal", sa.String(64), nullable=True))
        op.add_column(table, sa.Column("refused_at", core.types.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in ("devices", "channels"):
        for column in ("refused_at", "refusal", "refusals", "push_address"):
            op.drop_column(table, column)
