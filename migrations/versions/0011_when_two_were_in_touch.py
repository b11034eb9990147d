"""Indexes by which connections are counted: what stands on one membership in the order of time, and one's own answers.

They contain the indexes on the same first column, which the release before needs no more than this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ADDED = (
    ("ix_reach_ins_membership_id_created_at", "reach_ins", ["membership_id", "created_at"]),
    ("ix_talks_membership_id_created_at", "talks", ["membership_id", "created_at"]),
    ("ix_answers_person_id_id", "answers", ["person_id", "id"]),
)
REPLACED = (
    ("ix_reach_ins_membership_id", "reach_ins", ["membership_id"]),
    ("ix_talks_membership_id", "talks", ["membership_id"]),
    ("ix_answers_person_id", "answers", ["person_id"]),
)
IN_TOUCH = "ix_recipients_in_touch"


def upgrade() -> None:
    for name, table, columns in ADDED:
        op.create_index(name, table, columns)
    # Only answers: a press, which writes recipients without one, has nothing to add to this index.
    answered = sa.text("told_at IS NOT NULL AND gone_at IS NULL AND answered_at IS NOT NULL AND answer <> 'cannot'")
    op.create_index(
        IN_TOUCH, "recipients", ["membership_id", "answered_at"], sqlite_where=answered, postgresql_where=answered
    )
    for name, table, _ in REPLACED:
        op.drop_index(name, table_name=table)


def downgrade() -> None:
    for name, table, columns in REPLACED:
        op.create_index(name, table, columns)
    op.drop_index(IN_TOUCH, table_name="recipients")
    for name, table, _ in ADDED:
        op.drop_index(name, table_name=table)
