"""Accounts with a passkey alone, and the inviter's own line on an invitation.

The release before takes an account without a passphrase for one whose passphrase nobody knows. It takes a challenge for a
sign-up for one for a sign-in, which no new passkey can answer.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("passkey_challenges", sa.Column("new_person_id", sa.Uuid(), nullable=True))
    op.add_column("invitations", sa.Column("greeting", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("people") as batch_op:
        batch_op.alter_column("passphrase_hash", existing_type=sa.String(length=256), nullable=True)


def downgrade() -> None:
    # An empty hash is matched by no passphrase.
    op.execute(sa.text("UPDATE people SET passphrase_hash = '' WHERE passphrase_hash IS NULL"))
    with op.batch_alter_table("people") as batch_op:
        batch_op.alter_column("passphrase_hash", existing_type=sa.String(length=256), nullable=False)
    op.drop_column("invitations", "greeting")
    op.drop_column("passkey_challenges", "new_person_id")
