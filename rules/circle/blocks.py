"""Blocks: a block ends everything between two people in both directions, and keeps it ended."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update

from core.unit_of_work import UnitOfWork
from models import Block, Membership, Notice, Person
from models.enums import AccessKind
from rules import access
from rules.access import Caller
from rules.accounts import access_log
from rules.circle import membership
from rules.circle.invitations import lock_circle
from rules.errors import NotFound
from rules.reach_out import advance


async def block(unit: UnitOfWork, who: Caller, person_id: UUID) -> Block:
    """Block this person and end everything between the two. A second block changes nothing. Raises NotFound."""
    key = (who.person_id, person_id)
    try:
        await access.require_known_person(unit, who, person_id)
    except NotFound:
        existing = await unit.session.get(Block, key)
        if existing is None:
            raise
        return existing
    # An invitation that is being accepted concurrently waits here, and is then refused.
    for circle_owner in sorted(key):
        await lock_circle(unit, circle_owner)
    # A concurrent copy of this request waits as well.
    existing = await unit.session.get(Block, key)
    if existing is not None:
        return existing
    rows = await unit.session.execute(
        select(Membership).where(access.joins(who.person_id, person_id)).order_by(Membership.id)
    )
    memberships = rows.scalars().all()
    await membership.lock_memberships(unit, [row.id for row in memberships])
    # Both at once, in the order of everybody who locks several: each membership's end locks its owner's.
    await advance.lock_owned_reach_outs(unit, key)
    for row in memberships:
        await membership.end_membership(unit, row)
    await unit.session.execute(
        update(Notice)
        .where(access.notices_between(who.person_id, person_id))
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )
    new_block = Block(blocker_id=who.person_id, blocked_id=person_id, created_at=unit.now)
    unit.session.add(new_block)
    access_log.record_own_event(unit, who, AccessKind.BLOCKED)
    await unit.session.flush()
    return new_block


async def list_blocks(
    unit: UnitOfWork, who: Caller, limit: int, after: UUID | None
) -> Sequence[tuple[Block, str | None]]:
    """Return the caller's blocks with display names, by the blocked person's id, `limit` + 1 at most."""
    statement = select(Block, Person).join(Person, Person.id == Block.blocked_id).where(access.mine(Block, who))
    if after is not None:
        statement = statement.where(Block.blocked_id > after)
    rows = await unit.session.execute(statement.order_by(Block.blocked_id).limit(limit + 1))
    return [
        (row, unit.keyring.vault(p.id, p.data_key).open("people.display_name", p.id, p.display_name)) for row, p in rows
    ]


async def load_display_name(unit: UnitOfWork, person_id: UUID) -> str | None:
    """Return this person's display name; the caller must already know that it may be seen."""
    person = await unit.session.get_one(Person, person_id)
    return unit.keyring.vault(person.id, person.data_key).open("people.display_name", person.id, person.display_name)


async def unblock(unit: UnitOfWork, who: Caller, person_id: UUID) -> None:
    """Remove a block; the circle stays as the block left it. Raises NotFound."""
    deleted = await unit.session.execute(
        delete(Block).where(access.block_of(who.person_id, person_id)).returning(Block.blocked_id)
    )
    if deleted.first() is None:
        raise NotFound
    access_log.record_own_event(unit, who, AccessKind.UNBLOCKED)
