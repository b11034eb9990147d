"""Presses of one person that follow one another closely: which pushes make no sound."""

import sqlalchemy as sa
from alembic import op

import core.types

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_TIME = core.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column("reach_outs", sa.Column("pressed_again_at", _TIME, nullable=True))
    op.add_column("reach_outs", sa.Column("pressed_before_at", _TIME, nullable=True))
    op.add_column("people", sa.Column("spared_until", _TIME, nullable=True))
    op.add_column("deliveries", sa.Column("quiet", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("deliveries", "quiet")
    op.drop_column("people", "spared_until")
    op.drop_column("reach_outs", "pressed_before_at")
    op.drop_column("reach_outs", "pressed_again_at")
