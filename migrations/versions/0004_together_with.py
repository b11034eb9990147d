"""The person with whom the owner of a reach-out is talking."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reach_outs", sa.Column("together_with", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("reach_outs", "together_with")
