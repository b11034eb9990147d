"""Whether somebody's name may stand in pushes to their people, and whether they want names in their own."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

COLUMNS = ("my_name_in_pushes", "names_in_my_pushes")


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("people", sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    for column in reversed(COLUMNS):
        op.drop_column("people", column)
