"""A practice from its beginning to its end: begin one, see one, end one."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from core.telemetry import PRACTICES
from core.unit_of_work import UnitOfWork
from models import Channel, Membership, Notice, Person, Practice, PracticeMember, ReachOut
from models.enums import ChannelKind, NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.circle import hours
from rules.daily.thread.pairs import publish_thread
from rules.errors import NobodyToPractise, NotFound, PracticeOpen, PracticeTooSoon, ReachOutOpen
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices, dismiss_notices, live_devices, mark_notices_read
from rules.outbox.cancellation import cancel_deliveries
from rules.outbox.enqueue import DeferredKey, DeliveryKey, enqueue
from rules.practice.ends import PRACTICE_LIFETIME, next_practice_at, practice_over_at
from rules.practice.pressed import FIRST_PRESS
from rules.practice.proof import record_push_proof


@dataclass(frozen=True, slots=True)
class _Invited:
    """A member at the beginning. `push_at`: when their hours let a push through; None for not within this practice."""

    membership_id: UUID
    person_id: UUID
    push_at: datetime | None


async def begin_practice(
    unit: UnitOfWork, who: Caller, fingerprint: RequestFingerprint | None, *, channels: bool
) -> UUID:
    """Begin a practice with everybody in the caller's circle; return its id.

    Each gets a notice at once, and a push for each of their devices within their hours; with `channels` also one for each
    confirmed channel. Raises PracticeOpen, PracticeTooSoon, ReachOutOpen, NobodyToPractise, KeyReused.
    """

    async def create() -> UUID:
        # One at a time: two taps must not begin two.
        await access.lock_person(unit, who)
        await _ensure_may_begin(unit, who)
        practice = Practice(
            id=unit.new_id(), person_id=who.person_id, created_at=unit.now, ends_at=unit.now + PRACTICE_LIFETIME
        )
        invited = await _lock_members(unit, who, practice.ends_at)
        if not invited:
            raise NobodyToPractise
        unit.session.add(practice)
        await unit.session.flush()
        unit.session.add_all(
            PracticeMember(practice_id=practice.id, membership_id=member.membership_id) for member in invited
        )
        await unit.session.flush()
        await _push(unit, practice, invited, channels=channels)
        # What offered it is taken up.
        await dismiss_notices(unit, access.mine(Notice, who), Notice.kind == NoticeKind.PRACTICE_OFFER)
        return practice.id

    practice_id, is_new = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    if is_new:
        PRACTICES.labels("begun").inc()
    return practice_id


async def see_practice(unit: UnitOfWork, who: Caller, practice_id: UUID) -> None:
    """Say that the caller sees somebody's practice, also a late one; once more changes nothing. Raises NotFound."""
    part, owner_id = await access.load_own_part(unit, who, practice_id)
    if part.seen_at is None:
        part.seen_at = unit.now
        await unit.session.flush()
        await mark_notices_read(unit, *_notices_of(practice_id), access.mine(Notice, who))
        publish_thread(unit, owner_id, who.person_id)
        PRACTICES.labels("seen").inc()
    await record_push_proof(unit, who.person_id)


async def note_practice_receipt(unit: UnitOfWork, who: Caller, practice_id: UUID, *, opened: bool) -> None:
    """Let the owner's page follow a push that has arrived; one that was opened counts as seen. Nothing for a former member."""
    with contextlib.suppress(NotFound):
        if opened:
            await see_practice(unit, who, practice_id)
        else:
            _, owner_id = await access.load_own_part(unit, who, practice_id)
            publish_thread(unit, owner_id, who.person_id)


async def end_practice(unit: UnitOfWork, who: Caller, practice_id: UUID) -> None:
    """End the caller's own practice before its time: no further push goes out. One that is over stays as it is. Raises NotFound."""
    practice = await access.load_own_practice(unit, who, practice_id)
    if await _is_over(unit, practice):
        return
    practice.ended_at = unit.now
    await unit.session.flush()
    await cancel_deliveries(unit, select(Notice.id).where(*_notices_of(practice_id), access.names(who.person_id)))
    PRACTICES.labels("ended").inc()


async def lock_practices(unit: UnitOfWork, memberships: Sequence[UUID]) -> None:
    """Lock these members' parts in practices before an erasure deletes them: a member may be saying that they see one."""
    await unit.session.execute(
        select(PracticeMember.practice_id)
        .where(PracticeMember.membership_id.in_(memberships))
        .order_by(PracticeMember.practice_id, PracticeMember.membership_id)
        .with_for_update()
    )


async def _ensure_may_begin(unit: UnitOfWork, who: Caller) -> None:
    open_reach_out = select(ReachOut.id).where(access.mine(ReachOut, who), ReachOut.closed_at.is_(None))
    if (await unit.session.execute(open_reach_out)).first() is not None:
        raise ReachOutOpen
    last = (
        await unit.session.execute(
            select(Practice).where(access.mine(Practice, who)).order_by(Practice.id.desc()).limit(1)
        )
    ).scalar_one_or_none()
    if last is None:
        return
    if not await _is_over(unit, last):
        raise PracticeOpen(extra={"practice_id": str(last.id)})
    next_at = next_practice_at(last.created_at, unit.now)
    if next_at > unit.now:
        raise PracticeTooSoon(extra={"retry_after": int((next_at - unit.now).total_seconds()) + 1})


async def _is_over(unit: UnitOfWork, practice: Practice) -> bool:
    pressed_at = (await unit.session.execute(select(FIRST_PRESS).where(Practice.id == practice.id))).scalar()
    return practice_over_at(practice.created_at, practice.ends_at, practice.ended_at, pressed_at) <= unit.now


async def _lock_members(unit: UnitOfWork, who: Caller, ends_at: datetime) -> list[_Invited]:
    """Return the active members, whose memberships cannot end before this transaction does.

    Without guests, who have no page to see a practice on: their code and their answers show that messages reach them.
    """
    rows = await unit.session.execute(
        select(
            Membership.id,
            Membership.member_id,
            Membership.muted_until,
            Person.hours,
            Person.time_zone,
            Person.away_until,
        )
        .join(Person, Person.id == Membership.member_id)
        .where(access.mine(Membership, who), access.CONFIRMED, ~access.IS_GUEST)
        .order_by(Membership.id)
        .with_for_update(read=True, key_share=True, of=Membership)
    )
    return [_invited(row, unit.now, ends_at) for row in rows]


def _invited(row: Row[*tuple[Any, ...]], now: datetime, ends_at: datetime) -> _Invited:
    silent_until = hours.silent_until(row.muted_until, row.away_until)
    push_at = hours.next_calm(row.hours, row.time_zone, now, silent_until)
    return _Invited(row.id, row.member_id, push_at if push_at is not None and push_at < ends_at else None)


async def _push(unit: UnitOfWork, practice: Practice, invited: Sequence[_Invited], *, channels: bool) -> None:
    at_of = {member.person_id: member.push_at for member in invited}
    devices = await live_devices(unit, at_of)
    push_at: dict[UUID, datetime | None] = {
        device: at_of[person_id]
        for person_id, of_person in devices.items()
        for device in of_person
        if at_of[person_id] != unit.now
    }
    drafts = [NoticeDraft(member.person_id, NoticeKind.PRACTICE, practice.id, practice.person_id) for member in invited]
    notices = await create_notices(unit, drafts, push_at)
    if channels:
        await _push_channels(unit, notices, at_of)


async def _push_channels(unit: UnitOfWork, notices: Mapping[UUID, UUID], at_of: Mapping[UUID, datetime | None]) -> None:
    rows = await unit.session.execute(
        select(Channel.person_id, Channel.id)
        .where(
            access.owned_by_any(Channel, at_of),
            Channel.confirmed_at.is_not(None),
            # A phone that rings is never practice.
            Channel.kind != ChannelKind.CALL,
        )
        .order_by(Channel.id)
    )
    due_now: list[DeliveryKey] = []
    deferred: list[DeferredKey] = []
    for person_id, channel_id in rows:
        at = at_of[person_id]
        if at == unit.now:
            due_now.append((notices[person_id], channel_id))
        elif at is not None:
            deferred.append((notices[person_id], channel_id, at))
    if due_now or deferred:
        await enqueue(unit, 1, channels=due_now, deferred_channels=deferred)


def _notices_of(practice_id: UUID) -> tuple[Any, ...]:
    return Notice.kind == NoticeKind.PRACTICE, Notice.event_id == practice_id
