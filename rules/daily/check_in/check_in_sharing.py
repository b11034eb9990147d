"""What becomes of a check-in once it is written: shared later, taken back, and answered with "I see you"."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import CheckIn, CheckInShare, Membership, Person
from models.enums import NoticeKind
from rules import access, idempotency
from rules.access import Caller
from rules.circle import hours, sharing
from rules.daily.check_in import check_in_shares
from rules.daily.check_in.check_in_parts import CheckInPart, choose_parts
from rules.daily.check_in.check_ins import content_of
from rules.daily.thread import pairs, reach_ins
from rules.daily.thread.reach_in_limits import require_words_left_this_hour
from rules.daily.thread.reach_ins import NewReachIn
from rules.errors import NotFound
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices
from rules.outbox.push_rate import next_thread_push_at


async def share_check_in(
    unit: UnitOfWork,
    who: Caller,
    check_in_id: UUID,
    membership_id: UUID,
    parts: Sequence[CheckInPart] | None,
    fingerprint: RequestFingerprint | None,
) -> None:
    """Share these parts of the caller's check-in with a member of their circle, in place of those shared before.

    The first share puts a notice into the member's inbox; changed parts are found there and announced to nobody.
    Raises MemberUnknown, NotFound, PartsNotGiven, KeyReused.
    """

    async def share() -> UUID:
        # Before the memberships: what of theirs is pushed when is found one request at a time.
        await access.lock_person(unit, who)
        members = await check_in_shares.lock_members(unit, who, [membership_id])
        check_in = await access.load_own(unit, who, CheckIn, check_in_id, lock=True)
        chosen = choose_parts(parts, content_of(who.vault, check_in))
        existing = await unit.session.get(CheckInShare, (check_in_id, membership_id), populate_existing=True)
        if existing is not None:
            existing.parts = chosen
        else:
            unit.session.add(
                CheckInShare(check_in_id=check_in_id, membership_id=membership_id, parts=chosen, shared_at=unit.now)
            )
        await unit.session.flush()
        if existing is None and not await check_in_shares.restore_notice(
            unit, who, NoticeKind.CHECK_IN, check_in_id, members[0].member_id
        ):
            await check_in_shares.notify_members(unit, who, check_in_id, members)
        return check_in_id

    await idempotency.run_once(unit, fingerprint, who.person_id, share)


async def take_back_share(unit: UnitOfWork, who: Caller, check_in_id: UUID, membership_id: UUID) -> None:
    """Take a check-in back from one member: from lists, the thread, the inbox and pending pushes. Raises NotFound."""
    await access.load_own(unit, who, CheckIn, check_in_id, lock=True)
    # The share is locked before deliveries, as when a membership ends.
    taken = await unit.session.execute(
        delete(CheckInShare)
        .where(CheckInShare.check_in_id == check_in_id, CheckInShare.membership_id == membership_id)
        .returning(CheckInShare.membership_id)
        .execution_options(synchronize_session=False)
    )
    if taken.first() is None:
        raise NotFound
    member_id = (
        await unit.session.execute(select(Membership.member_id).where(Membership.id == membership_id))
    ).scalar_one()
    events = [check_in_id, sharing.seen_event_id(check_in_id, membership_id)]
    await sharing.take_back(unit, events, [who.person_id, member_id])
    pairs.publish_thread(unit, who.person_id, member_id)


async def mark_check_in_seen(
    unit: UnitOfWork, who: Caller, check_in_id: UUID, text: str | None, fingerprint: RequestFingerprint | None
) -> None:
    """Say "I see you" to a check-in that was shared with the caller; words go into the thread of the two.

    The author gets one notice, however often it is said. Words with the first are limited to sixty an hour, with all others;
    those that come later are reach-ins, and limited as these are.
    Raises NotFound, TooMany, ReachInsUnanswered, KeyReused, KeysUnavailable.
    """

    async def mark() -> UUID:
        author_id = (
            await unit.session.execute(
                select(CheckIn.person_id).where(CheckIn.id == check_in_id, access.shared_with(who.person_id))
            )
        ).scalar_one_or_none()
        if author_id is None:
            raise NotFound
        # Before the memberships, as for every reach-in.
        await access.lock_person(unit, who)
        memberships = await pairs.lock_pair(unit, who, author_id)
        share = await _lock_received_share(unit, who, check_in_id)
        if share.seen_at is not None:
            if text is not None:
                await reach_ins.create_reach_in(unit, who, NewReachIn(author_id, text, check_in_id))
            return check_in_id
        share.seen_at = unit.now
        await unit.session.flush()
        if text is not None:
            await require_words_left_this_hour(unit, who)
            # The notice that it was seen stands for the words.
            await reach_ins.write_reach_in(unit, who, memberships[0].id, NewReachIn(author_id, text, check_in_id))
        pairs.publish_thread(unit, who.person_id, author_id)
        await _notify_author(unit, who, memberships, author_id, sharing.seen_event_id(check_in_id, share.membership_id))
        return check_in_id

    if text is not None and not who.vault.has_key:
        # Without a key the words could not be stored: a 201 would lose them silently.
        raise KeysUnavailable
    await idempotency.run_once(unit, fingerprint, who.person_id, mark)


async def _lock_received_share(unit: UnitOfWork, who: Caller, check_in_id: UUID) -> CheckInShare:
    """Return the share by which the caller sees a check-in, locked. Raises NotFound when it was taken back meanwhile."""
    share = (
        await unit.session.execute(
            select(CheckInShare)
            .join(Membership, Membership.id == CheckInShare.membership_id)
            .where(CheckInShare.check_in_id == check_in_id, access.supports(who.person_id), access.CONFIRMED)
            .with_for_update(of=CheckInShare)
            .execution_options(populate_existing=True)
        )
    ).scalar_one_or_none()
    if share is None:
        raise NotFound
    return share


async def _notify_author(
    unit: UnitOfWork, who: Caller, memberships: Sequence[Any], author_id: UUID, event_id: UUID
) -> None:
    """Write the author's notice; it is pushed unless they have muted the caller, or are outside their hours.

    Of a check-in that was taken back and shared again there is one already, which returns without a push.
    """
    if await check_in_shares.restore_notice(unit, who, NoticeKind.CHECK_IN_SEEN, event_id, author_id):
        return
    author = await unit.session.get_one(Person, author_id)
    muted_until = pairs.pair_silent_until(memberships, who, author)
    awake = hours.available(author.hours, author.time_zone, muted_until, unit.now, wake_me=author.wake_me)
    await create_notices(
        unit,
        [NoticeDraft(author_id, NoticeKind.CHECK_IN_SEEN, event_id, who.person_id, push=awake)],
        await next_thread_push_at(unit, who.person_id, [author_id]),
    )
