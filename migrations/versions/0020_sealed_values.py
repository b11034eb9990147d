"""Needs, feelings and reflections as ciphertext: columns beside those that older releases read and write."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

COLUMNS = {"reach_outs": "sealed_need", "check_ins": "sealed_feeling", "reflections": "sealed_reflection"}


def upgrade() -> None:
    for table, column in COLUMNS.items():
        op.add_column(table, sa.Column(column, sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    for table, column in COLUMNS.items():
        op.drop_column(table, column)
