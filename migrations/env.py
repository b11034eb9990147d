"""Runs the revisions on a connection that `migrations.run` opened."""

from alembic import context
from sqlalchemy import Connection

from models import Base

connection: Connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite cannot alter a table in place; batch mode copies it.
    render_as_batch=True,
    compare_type=True,
    # On SQLite there is one transaction already, which holds them all.
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
