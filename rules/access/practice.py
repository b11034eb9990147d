"""Who sees which practices: whoever began one sees everybody's part, a member sees it and their own part. As `predicates`."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from core.unit_of_work import UnitOfWork
from models import Membership, Practice, PracticeMember
from rules.access.callers import Caller
from rules.access.predicates import CONFIRMED, PersonId, mine, owned_by, supports
from rules.errors import NotFound


def takes_part(person_id: PersonId) -> ColumnElement[bool]:
    """Select the parts (joined to their Membership) of this person in other people's practices, while the membership lasts."""
    return and_(supports(person_id), CONFIRMED)


def own_parts(person_id: PersonId) -> ColumnElement[bool]:
    """Parts of this person in other people's practices, while the membership lasts."""
    return PracticeMember.membership_id.in_(select(Membership.id).where(takes_part(person_id)))


def practices_seen_by(person_id: PersonId) -> ColumnElement[bool]:
    """Practices that this person began, or takes part in."""
    parts = (
        select(PracticeMember.practice_id)
        .join(Membership, Membership.id == PracticeMember.membership_id)
        .where(takes_part(person_id))
    )
    return or_(owned_by(Practice, person_id), Practice.id.in_(parts))


def parts_seen_by(person_id: PersonId) -> ColumnElement[bool]:
    """Parts (joined to their Practice and Membership) that this person sees: all of their own practices, else theirs alone."""
    return or_(owned_by(Practice, person_id), takes_part(person_id))


async def load_own_part(unit: UnitOfWork, who: Caller, practice_id: UUID) -> tuple[PracticeMember, UUID]:
    """Return the caller's part in somebody's practice, locked, and whose practice it is. Raises NotFound."""
    rows = await unit.session.execute(
        select(PracticeMember, Membership.owner_id)
        .join(Membership, Membership.id == PracticeMember.membership_id)
        .where(PracticeMember.practice_id == practice_id, takes_part(who.person_id))
        .with_for_update(of=PracticeMember)
        .execution_options(populate_existing=True)
    )
    row = rows.one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


async def load_own_practice(unit: UnitOfWork, who: Caller, practice_id: UUID) -> Practice:
    """Return a practice that the caller began, locked. Raises NotFound, also for one that they take part in."""
    row = (
        await unit.session.execute(
            select(Practice).where(Practice.id == practice_id, mine(Practice, who)).with_for_update()
        )
    ).scalar_one_or_none()
    if row is None:
        raise NotFound
    return row
