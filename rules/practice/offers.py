"""Offers of a practice: looked for once a day, for those who have switched them on."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from core.unit_of_work import UnitOfWork
from models import Membership, Notice, Person, Practice, PushProof, Rhythm
from models.enums import NoticeKind
from rules import access
from rules.circle.night import load_known_ways
from rules.daily.local_time import zone_of
from rules.daily.rhythm import choice_of
from rules.inbox.notices import NoticeDraft, create_notices, dismiss_notices
from rules.practice.ends import next_practice_at
from rules.practice.offer_rule import is_offered, next_look
from rules.practice.proof import unproved_at


async def list_due_offers(unit: UnitOfWork, limit: int) -> Sequence[UUID]:
    """Return the people whose circle is to be looked at, the most overdue first."""
    rows = await unit.session.execute(
        select(Rhythm.person_id).where(Rhythm.offer_at <= unit.now).order_by(Rhythm.offer_at).limit(limit)
    )
    return rows.scalars().all()


async def offer_if_due(unit: UnitOfWork, person_id: UUID) -> bool:
    """Look at one circle, and offer its owner a practice if somebody is untried; False when another process does."""
    rows = await unit.session.execute(
        select(Rhythm, Person.time_zone)
        .join(Person, Person.id == Rhythm.person_id)
        .where(access.owned_by(Rhythm, person_id), Rhythm.offer_at <= unit.now)
        .with_for_update(of=Rhythm, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    row = rows.one_or_none()
    if row is None:
        return False
    rhythm, time_zone = row
    choice = choice_of(rhythm)
    rhythm.offer_at = next_look(zone_of(time_zone), unit.now) if choice.practice_offers else None
    wanted = choice.practice_offers and not choice.paused(unit.now)
    if wanted and await _may_practise(unit, person_id):
        members = await _load_untried(unit, person_id)
        known = await load_known_ways(unit, [member.member_id for member in members])
        moments = [
            at
            for member in members
            if (at := unproved_at(member.shown_at, known[member.member_id].since, member.confirmed_at)) is not None
        ]
        if is_offered(moments, rhythm.offered_at, unit.now):
            rhythm.offered_at = unit.now
            await _offer(unit, person_id)
    await unit.session.flush()
    return True


async def _may_practise(unit: UnitOfWork, person_id: UUID) -> bool:
    began = (
        select(Practice.created_at).where(access.owned_by(Practice, person_id)).order_by(Practice.id.desc()).limit(1)
    )
    return next_practice_at((await unit.session.execute(began)).scalar(), unit.now) <= unit.now


async def _load_untried(unit: UnitOfWork, person_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    rows = await unit.session.execute(
        select(Membership.member_id, Membership.confirmed_at, PushProof.shown_at)
        .join(Person, Person.id == Membership.member_id)
        .outerjoin(PushProof, PushProof.person_id == Membership.member_id)
        .where(access.owned_by(Membership, person_id), access.CONFIRMED, ~access.IS_GUEST)
        .order_by(Membership.id)
    )
    return rows.all()


async def _offer(unit: UnitOfWork, person_id: UUID) -> None:
    await dismiss_notices(unit, access.owned_by(Notice, person_id), Notice.kind == NoticeKind.PRACTICE_OFFER)
    await create_notices(unit, [NoticeDraft(person_id, NoticeKind.PRACTICE_OFFER, unit.new_id(), None)])
