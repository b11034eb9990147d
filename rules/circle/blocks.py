"""Blocks: they end everything between two people, both ways round, and keep it ended."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update

from core.unit_of_work import UnitOfWork
from models import Block, Membership, Notice, Person
from rules import access
from rules.access import Caller
from rules.circle import membership
from rules.circle.invitations import lock_circle
from rules.errors import NotFound


async def block(unit: UnitOfWork, who: Caller, person_id: UUID) -> Block:
    """End everything between the two, both ways round; repeated it changes nothing. Raises NotFound."""
    place = (who.person_id, person_id)
    try:
        await access.known_person(unit, who, person_id)
    except NotFound:
        standing = await unit.session.get(Block, place)
        if standing is None:
            raise
        return standing
    # An invitation that is being accepted in this moment waits, and is refused then.
    for circle_owner in sorted(place):
        await lock_circle(unit, circle_owner)
    # So does the same block by a shaking hand.
    standing = await unit.session.get(Block, place)
    if standing is not None:
        return standing
    both = await unit.session.execute(
        select(Membership).where(access.joins(who.person_id, person_id)).order_by(Membership.id)
    )
    memberships = both.scalars().all()
    await membership.lock_memberships(unit, [row.id for row in memberships])
    for row in memberships:
        await membership.end(unit, row)
    await unit.session.execute(
        update(Notice)
        .where(access.notices_between(who.person_id, person_id))
        .values(dismissed_at=unit.now)
        .execution_options(synchronize_session=False)
    )
    made = Block(blocker_id=who.person_id, blocked_id=person_id, created_at=unit.now)
    unit.session.add(made)
    await unit.session.flush()
    return made


async def list_blocks(
    unit: UnitOfWork, who: Caller, limit: int, after: UUID | None
) -> Sequence[tuple[Block, str | None]]:
    """Whom the caller has blocked, `limit` + 1 at most."""
    statement = select(Block, Person).join(Person, Person.id == Block.blocked_id).where(access.mine(Block, who))
    if after is not None:
        statement = statement.where(Block.blocked_id > after)
    found = await unit.session.execute(statement.order_by(Block.blocked_id).limit(limit + 1))
    return [
        (row, unit.keyring.vault(p.id, p.data_key).open("people.display_name", p.id, p.display_name))
        for row, p in found
    ]


async def name_of(unit: UnitOfWork, person_id: UUID) -> str | None:
    """The display name of somebody whom the caller of this may see."""
    found = await unit.session.get_one(Person, person_id)
    return unit.keyring.vault(found.id, found.data_key).open("people.display_name", found.id, found.display_name)


async def unblock(unit: UnitOfWork, who: Caller, person_id: UUID) -> None:
    """Take a block back; the circle stays as the block left it. Raises NotFound."""
    gone = await unit.session.execute(
        delete(Block).where(access.block_of(who.person_id, person_id)).returning(Block.blocked_id)
    )
    if gone.first() is None:
        raise NotFound
