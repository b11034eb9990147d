"""What the access log says of who is called, and the push that tells other devices of a change."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OLD_NOTICES = "'reach_out', 'answered', 'all_clear', 'ended', 'unanswered', 'are_you_talking', 'message', 'invitation_accepted', 'bookend_due', 'bookend_missed', 'check_in', 'reach_in', 'unreachable', 'test', 'standing_by', 'check_in_seen', 'commitment_asked', 'commitment_due', 'commitment_ended', 'moment', 'follow_up', 'practice', 'practice_offer', 'calm'"
NEW_NOTICES = "'account_changed'"
OLD_EVENTS = "'signed_up', 'signed_in', 'signed_in_with_passkey', 'recovered', 'signed_out', 'proof_failed', 'passphrase_changed', 'codes_renewed', 'passkey_added', 'passkey_removed', 'device_added', 'device_removed', 'channel_added', 'channel_confirmed', 'channel_removed', 'exported'"
NEW_EVENTS = "'number_changed', 'hours_changed', 'ladder_changed', 'member_invited', 'invitation_withdrawn', 'member_confirmed', 'member_changed', 'member_removed', 'circle_joined', 'circle_left', 'blocked', 'unblocked'"


def upgrade() -> None:
    _kinds("notices", f"{OLD_NOTICES}, {NEW_NOTICES}")
    _kinds("access_events", f"{OLD_EVENTS}, {NEW_EVENTS}")


def downgrade() -> None:
    for name, words, earlier in (
        ("notices", NEW_NOTICES, OLD_NOTICES),
        ("access_events", NEW_EVENTS, OLD_EVENTS),
    ):
        table = sa.table(name, sa.column("kind"))
        op.execute(sa.delete(table).where(table.c.kind.in_([word.strip(" '") for word in words.split(",")])))
        _kinds(name, earlier)


def _kinds(table: str, words: str) -> None:
    name, check = op.f(f"ck_{table}_kind"), f"kind IN ({words})"
    if op.get_bind().dialect.name == "postgresql":
        # Validated separately: adding it in one step would read the whole table under a lock that keeps everybody from writing.
        op.drop_constraint(name, table, type_="check")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({check}) NOT VALID")
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        return
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, check)
