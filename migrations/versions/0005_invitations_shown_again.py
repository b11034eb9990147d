"""Invitations that can be shown again, and the invitation that a membership came from."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("invitations", sa.Column("token", sa.LargeBinary(), nullable=True))
    op.add_column("memberships", sa.Column("invitation_hash", sa.LargeBinary(length=32), nullable=True))
    op.create_index(op.f("ix_memberships_invitation_hash"), "memberships", ["invitation_hash"])


def downgrade() -> None:
    op.drop_index(op.f("ix_memberships_invitation_hash"), table_name="memberships")
    op.drop_column("memberships", "invitation_hash")
    op.drop_column("invitations", "token")
