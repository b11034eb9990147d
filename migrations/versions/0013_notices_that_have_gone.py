"""An index of the notices that have left their inbox, by which the purge finds them without reading all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    gone = sa.text("dismissed_at IS NOT NULL")
    op.create_index("ix_notices_id_dismissed", "notices", ["id"], sqlite_where=gone, postgresql_where=gone)


def downgrade() -> None:
    op.drop_index("ix_notices_id_dismissed", table_name="notices")
