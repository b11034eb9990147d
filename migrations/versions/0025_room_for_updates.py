"""Room on the pages of rows that are updated soon after they were written, so that an update adds to no index."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of pages that are filled from now on. SQLite updates in place.
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE deliveries SET (fillfactor = 50)")
        op.execute("ALTER TABLE recipients SET (fillfactor = 60)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE deliveries RESET (fillfactor)")
        op.execute("ALTER TABLE recipients RESET (fillfactor)")
