"""Practice lights, the proof that a push was shown, what a device is, and when a practice is offered."""

import sqlalchemy as sa
from alembic import op

import core.types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OLD_KINDS = "'reach_out', 'answered', 'all_clear', 'ended', 'unanswered', 'are_you_talking', 'message', 'invitation_accepted', 'bookend_due', 'bookend_missed', 'check_in', 'reach_in', 'unreachable', 'test', 'standing_by', 'check_in_seen', 'commitment_asked', 'commitment_due', 'commitment_ended', 'moment', 'follow_up'"
NEW_KINDS = "'practice', 'practice_offer'"
PLATFORM = "platform IS NULL OR platform IN ('android', 'iphone', 'computer', 'app')"


def upgrade() -> None:
    for name in ("offer_at", "offered_at"):
        op.add_column("rhythms", sa.Column(name, core.types.UtcDateTime(timezone=True), nullable=True))
    waits = sa.text("offer_at IS NOT NULL")
    op.create_index("ix_rhythms_offer_at", "rhythms", ["offer_at"], sqlite_where=waits, postgresql_where=waits)
    _add_platform()
    _kinds(f"{OLD_KINDS}, {NEW_KINDS}")
    op.create_table(
        "practices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", core.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", core.types.UtcDateTime(timezone=True), nullable=True),
        _refers("practices", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practices")),
    )
    op.create_index("ix_practices_person_id_id", "practices", ["person_id", "id"])
    op.create_table(
        "practice_members",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", core.types.UtcDateTime(timezone=True), nullable=True),
        _refers("practice_members", "practice_id", "practices"),
        _refers("practice_members", "membership_id", "memberships"),
        sa.PrimaryKeyConstraint("practice_id", "membership_id", name=op.f("pk_practice_members")),
    )
    op.create_index(op.f("ix_practice_members_membership_id"), "practice_members", ["membership_id"])
    op.create_table(
        "push_proofs",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("shown_at", core.types.UtcDateTime(timezone=True), nullable=False),
        _refers("push_proofs", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_push_proofs")),
    )


def downgrade() -> None:
    for table in ("push_proofs", "practice_members", "practices"):
        op.drop_table(table)
    new_kinds = [word.strip(" '") for word in NEW_KINDS.split(",")]
    notices = sa.table("notices", sa.column("kind"))
    op.execute(sa.delete(notices).where(notices.c.kind.in_(new_kinds)))
    _kinds(OLD_KINDS)
    with op.batch_alter_table("devices") as batch_op:
        batch_op.drop_constraint(op.f("ck_devices_platform"), type_="check")
        batch_op.drop_column("platform")
    op.drop_index("ix_rhythms_offer_at", table_name="rhythms")
    for name in ("offered_at", "offer_at"):
        op.drop_column("rhythms", name)


def _add_platform() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("devices", sa.Column("platform", sa.String(length=32), nullable=True))
        # Validated separately, as for the kinds below.
        op.execute(f"ALTER TABLE devices ADD CONSTRAINT ck_devices_platform CHECK ({PLATFORM}) NOT VALID")
        op.execute("ALTER TABLE devices VALIDATE CONSTRAINT ck_devices_platform")
        return
    op.execute(f"ALTER TABLE devices ADD COLUMN platform VARCHAR(32) CONSTRAINT ck_devices_platform CHECK ({PLATFORM})")


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"), ondelete="CASCADE")


def _kinds(words: str) -> None:
    check = f"kind IN ({words})"
    if op.get_bind().dialect.name == "postgresql":
        # Validated separately: adding it in one step would read the whole table under a lock that keeps everybody from writing.
        op.drop_constraint(op.f("ck_notices_kind"), "notices", type_="check")
        op.execute(f"ALTER TABLE notices ADD CONSTRAINT ck_notices_kind CHECK ({check}) NOT VALID")
        op.execute("ALTER TABLE notices VALIDATE CONSTRAINT ck_notices_kind")
        return
    with op.batch_alter_table("notices") as batch_op:
        batch_op.drop_constraint(op.f("ck_notices_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_notices_kind"), check)
