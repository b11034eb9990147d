"""The witness of a commitment: asked, saying yes or "not for now", and taken away with the membership. Nobody is told of a no."""

from uuid import UUID

from sqlalchemy import ColumnElement, select

from core.unit_of_work import UnitOfWork
from models import Commitment, Membership, Person
from models.enums import NoticeKind
from rules import access
from rules.access import Caller
from rules.accounts import throttle
from rules.accounts.throttle import RateLimit
from rules.circle import hours
from rules.daily.commitment.standing import standing_notices
from rules.daily.thread.pairs import publish_thread
from rules.errors import MemberUnknown
from rules.inbox.notices import NoticeDraft, create_notices, dismiss_notices, mark_notices_read

ASKS_PER_PAIR = RateLimit("commitments.ask", burst=10, every=8640)
"""Limits how often one person asks another to know of a commitment: ten at once, and ten a day."""


async def lock_witness(unit: UnitOfWork, who: Caller, membership_id: UUID) -> Membership:
    """Return the membership of whoever is to be asked, locked. Raises MemberUnknown."""
    member = await access.lock_active_member(unit, who, membership_id)
    if member is None:
        says = "must be the id of a confirmed member of your circle"
        raise MemberUnknown(extra={"errors": [{"at": "body.witness", "says": says}]})
    return member


async def ask_witness(unit: UnitOfWork, commitment: Commitment, member: Membership) -> None:
    """Notify the member that they are asked; without a push while they are muted or outside their hours. Raises TooMany."""
    await throttle.consume(unit, ASKS_PER_PAIR, f"{commitment.person_id}\0{member.member_id}")
    person = await unit.session.get_one(Person, member.member_id)
    silent_until = hours.silent_until(member.muted_until, person.away_until)
    awake = hours.available(person.hours, person.time_zone, silent_until, unit.now, wake_me=person.wake_me)
    draft = NoticeDraft(
        member.member_id,
        NoticeKind.COMMITMENT_ASKED,
        unit.new_id(),
        commitment.person_id,
        commitment_id=commitment.id,
        push=awake,
    )
    await create_notices(unit, [draft])


async def accept_witnessing(unit: UnitOfWork, who: Caller, commitment_id: UUID) -> None:
    """Say yes to knowing of a commitment. Once more changes nothing. Raises NotFound, NotYours."""
    commitment = await access.load_witnessed(unit, who, commitment_id)
    if commitment.accepted_at is None:
        commitment.accepted_at = unit.now
        await unit.session.flush()
        await mark_notices_read(unit, *_asked(who.person_id, commitment.id))
        publish_to_both(unit, commitment)


async def decline_witnessing(unit: UnitOfWork, who: Caller, commitment_id: UUID, *, all_of_them: bool) -> None:
    """Say "not for now", also after a yes: nobody is told. `all_of_them`: to everything the caller was asked to know of.

    Raises NotFound, NotYours.
    """
    if not all_of_them:
        declined = [await access.load_witnessed(unit, who, commitment_id)]
    else:
        await access.require_witnessed(unit, who, commitment_id)
        declined = list(await _lock(unit, access.witnessed_by(who.person_id)))
    for commitment in declined:
        _clear(commitment)
    await unit.session.flush()
    for commitment in declined:
        await dismiss_notices(unit, *_asked(who.person_id, commitment.id))


def publish_to_both(unit: UnitOfWork, commitment: Commitment) -> None:
    """Let pages that both have open follow; it is seen nowhere else. Nothing while nobody has said yes."""
    if commitment.witness_id is not None and commitment.accepted_at is not None:
        publish_thread(unit, commitment.person_id, commitment.witness_id)


async def replace_witness(unit: UnitOfWork, commitment: Commitment, member: Membership | None) -> None:
    """Ask somebody else, or nobody. The one before is told nothing; the same one is not asked again."""
    if member is not None and member.id == commitment.membership_id:
        return
    former_id = commitment.witness_id
    _clear(commitment)
    if member is not None:
        commitment.membership_id, commitment.witness_id = member.id, member.member_id
    await unit.session.flush()
    if former_id is not None:
        await dismiss_notices(unit, *_asked(former_id, commitment.id))
    if member is not None:
        await ask_witness(unit, commitment, member)


async def take_witness_away(unit: UnitOfWork, membership_id: UUID) -> None:
    """Take a member who is leaving from the owner's commitments, locked here, before the membership is deleted."""
    for commitment in await _lock(unit, Commitment.membership_id == membership_id):
        _clear(commitment)
    await unit.session.flush()


async def lock_commitments(unit: UnitOfWork, person_id: UUID) -> None:
    """Lock the commitments that this person made or witnesses, before an erasure deletes or changes them."""
    await _lock(unit, access.takes_part_in(person_id))


async def _lock(unit: UnitOfWork, where: ColumnElement[bool]) -> list[Commitment]:
    rows = await unit.session.execute(
        select(Commitment)
        .where(where)
        .order_by(Commitment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows.scalars().all())


def _clear(commitment: Commitment) -> None:
    commitment.membership_id = commitment.witness_id = commitment.accepted_at = None


def _asked(witness_id: UUID, commitment_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return standing_notices(witness_id, [commitment_id], NoticeKind.COMMITMENT_ASKED)
