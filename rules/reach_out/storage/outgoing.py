"""Writes what a change sends, in one statement: an answer, notices and deliveries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table

from core.bulk_insert import Batch, insert_together, single
from core.unit_of_work import UnitOfWork
from models import Answer
from models.enums import NoticeKind
from rules import access
from rules.inbox.notices import NOTICE_TABLE, NoticeDraft, live_devices, notice_row, publish_after_commit
from rules.outbox.enqueue import DeliveryKey, delivery_batches
from rules.reach_out.change import Announcement, AnswerRecord, Change
from rules.reach_out.storage.sound import rang_lately

ANSWER_TABLE = cast("Table", Answer.__table__)
KINDS_FOR_GUESTS = frozenset({NoticeKind.REACH_OUT, NoticeKind.ANSWERED, NoticeKind.ALL_CLEAR, NoticeKind.ENDED})
"""What a guest is written: each message costs, and theirs has no inbox beside it."""
FIRST_ROUND = 1
"""Round of a notice's first deliveries."""


async def send(unit: UnitOfWork, change: Change) -> UUID | None:
    """Write everything that goes out; return the id of the stored answer, if any."""
    answer_id = unit.new_id() if change.answer is not None else None
    announcements = await _without_the_blocked(unit, change.announcements)
    drafts = _drafts(unit, change, announcements, answer_id)
    notices = [notice_row(unit, draft) for draft in drafts]
    addresses = await _addresses(unit, change, drafts, notices)
    batches: list[Batch] = [(NOTICE_TABLE, notices)]
    if change.answer is not None and answer_id is not None:
        batches.insert(0, _answer_batch(unit, change, change.answer, answer_id))
    sparing = {attempt.round for attempt in change.attempts if attempt.spares}
    spared = await rang_lately(unit, change.after.person_id) if sparing else frozenset()
    for round_number, (devices, channels) in addresses.items():
        quiet = spared if round_number in sparing else frozenset()
        batches += delivery_batches(unit, round_number, devices=devices, channels=channels, spared=quiet)
    await insert_together(unit.session, batches)
    publish_after_commit(unit, notices)
    return answer_id


def _drafts(
    unit: UnitOfWork, change: Change, announcements: Iterable[Announcement], answer_id: UUID | None
) -> list[NoticeDraft]:
    reach_out = change.after
    available = {participant.person_id for participant in reach_out.participants if participant.available}
    # Everybody asked the same question gets the same event.
    events = {
        NoticeKind.ANSWERED: answer_id,
        NoticeKind.ALL_CLEAR: reach_out.id,
        NoticeKind.ENDED: reach_out.id,
    }
    fresh = unit.new_id()
    return [
        *(
            NoticeDraft(
                person_id,
                NoticeKind.CALM if reach_out.calm else NoticeKind.REACH_OUT,
                reach_out.id,
                reach_out.person_id,
                reach_out.id,
                push=person_id in available,
            )
            for person_id in change.notified
        ),
        *(
            NoticeDraft(
                announcement.person_id,
                announcement.kind,
                # Two who answered may be announced to one person together.
                events.get(announcement.kind) or (unit.new_id() if announcement.sender_id else fresh),
                announcement.sender_id,
                reach_out.id,
                push=announcement.push,
            )
            for announcement in announcements
        ),
    ]


async def _addresses(
    unit: UnitOfWork, change: Change, drafts: Sequence[NoticeDraft], notices: Sequence[dict[str, Any]]
) -> dict[int, tuple[list[DeliveryKey], list[DeliveryKey]]]:
    """Return by round the (notice, device) and (notice, channel) pairs to deliver to."""
    participants = {participant.person_id: participant for participant in change.after.participants}
    devices_of: dict[UUID, Sequence[UUID]] = {
        person_id: participant.devices for person_id, participant in participants.items()
    }
    pushed = {draft.recipient_id for draft in drafts if draft.push}
    devices_of |= await live_devices(unit, pushed - participants.keys())
    addresses: dict[int, tuple[list[DeliveryKey], list[DeliveryKey]]] = defaultdict(lambda: ([], []))
    asking = {person_id: participant.notice_id for person_id, participant in participants.items()}
    for draft, notice in zip(drafts, notices, strict=True):
        if draft.kind is NoticeKind.REACH_OUT:
            asking[draft.recipient_id] = notice["id"]
        if draft.push:
            to_devices, to_channels = addresses[FIRST_ROUND]
            participant = participants.get(draft.recipient_id)
            keys = [(notice["id"], way) for way in devices_of.get(draft.recipient_id, ())]
            if participant is None or not participant.guest:
                to_devices += keys
            elif draft.kind in KINDS_FOR_GUESTS:
                to_channels += keys
    for attempt in change.attempts:
        notice_id, participant = asking.get(attempt.person_id), participants[attempt.person_id]
        if notice_id is None:
            continue
        to_devices, to_channels = addresses[attempt.round]
        if participant.guest:
            # What stands in the place of their phones is pushed as that, and never a second time as a channel.
            ways = () if attempt.by_channel else participant.devices
            to_channels += [(notice_id, channel) for channel in ways]
        elif attempt.by_channel:
            ways = participant.calls if attempt.rings else participant.channels
            to_channels += [(notice_id, channel) for channel in ways]
        else:
            to_devices += [(notice_id, device) for device in participant.devices]
    return addresses


async def _without_the_blocked(unit: UnitOfWork, announcements: Sequence[Announcement]) -> Sequence[Announcement]:
    """Drop announcements of answers between people who have blocked each other."""
    answers = [
        announcement
        for announcement in announcements
        if announcement.kind is NoticeKind.ANSWERED and announcement.sender_id is not None
    ]
    if len(answers) < 2:
        # The person and their helper share a membership, so there is no block between them.
        return announcements
    senders = {announcement.sender_id for announcement in answers if announcement.sender_id is not None}
    hidden = {sender_id: await access.load_people_kept_apart(unit.session, sender_id) for sender_id in senders}
    return [
        announcement
        for announcement in announcements
        if announcement.sender_id not in hidden or announcement.person_id not in hidden[announcement.sender_id]
    ]


def _answer_batch(unit: UnitOfWork, change: Change, answer: AnswerRecord, answer_id: UUID) -> Batch:
    return single(
        ANSWER_TABLE,
        {
            "id": answer_id,
            "reach_out_id": change.after.id,
            "person_id": answer.person_id,
            "kind": str(answer.kind),
            "minutes": answer.minutes,
            "created_at": unit.now,
        },
    )
