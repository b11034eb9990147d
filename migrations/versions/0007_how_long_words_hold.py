"""When the person last pressed, and how long a recipient's replies have held the ladder."""

import sqlalchemy as sa
from alembic import op

import core.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reach_outs", sa.Column("asked_at", core.types.UtcDateTime(timezone=True), nullable=True))
    op.add_column("recipients", sa.Column("talking_at", core.types.UtcDateTime(timezone=True), nullable=True))
    op.add_column("recipients", sa.Column("held_seconds", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("recipients", "held_seconds")
    op.drop_column("recipients", "talking_at")
    op.drop_column("reach_outs", "asked_at")
