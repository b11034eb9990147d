"""When an answer that was changed too often within a minute is announced."""

import sqlalchemy as sa
from alembic import op

import core.types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recipients", sa.Column("announce_at", core.types.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("recipients", "announce_at")
