"""The first press: what is written and who is told, decided purely and written by one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from core.bulk_insert import single
from core.frozen import quick_dataclass
from core.unit_of_work import Operation
from models import Device
from models.enums import Need, NoticeKind
from rules import access, idempotency
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NOTICE_TABLE, NoticeDraft, notice_row, publish_after_commit, shared_notice_values
from rules.outbox.enqueue import DeliveryKey, delivery_batches
from rules.reach_out import views
from rules.reach_out.change import Change
from rules.reach_out.machine import begin
from rules.reach_out.press.load_circle import Member, Presser
from rules.reach_out.state import Participant, Snapshot
from rules.reach_out.storage.sound import rang_lately
from rules.reach_out.storage.stages import reach_out_columns
from rules.reach_out.store import REACH_OUT_TABLE, RECIPIENT_TABLE, first_recipient_columns
from rules.reach_out.views import Head, Line, ReachOutView, ReachOutWords
from rules.sealed_values import NEED

_HEAD_FIELDS = (
    "id",
    "person_id",
    "state",
    "need",
    "sealed_need",
    "note",
    "created_at",
    "pressed_at",
    "unanswered_at",
    "next_rung_at",
    "paused_until",
    "pushed_at",
    "calm",
    "raised_at",
)
_OWN_DEVICES = select(Device.id).where(
    access.owned_by(Device, bindparam("person_id", type_=Uuid)), Device.disabled_at.is_(None)
)


@quick_dataclass(frozen=True, slots=True)
class PressRequest:
    """The optional contents of a press. `calm`: nobody is to be alarmed."""

    note: str | None = None
    need: Need | None = None
    to: frozenset[UUID] | None = None
    pressed_at: datetime | None = None
    calm: bool = False


async def start(
    operation: Operation,
    presser: Presser,
    request: PressRequest,
    members: Sequence[Member],
    fingerprint: RequestFingerprint | None,
) -> ReachOutView:
    """Save a reach-out with a notice for everyone told and a delivery for each of their devices.

    Nothing is locked: constraints allow one open reach-out per person and one use of a key. Raises IntegrityError.
    """
    now, person_id = operation.now, presser.caller.person_id
    participants = [member.participant for member in members]
    before = Snapshot.before_first_rung(
        operation.new_id(), person_id, presser.ladder, participants, now, calm=request.calm
    )
    change = begin(before, now)
    row = _reach_out_row(operation, presser, request, change.after)
    notices = [{"id": operation.new_id(), "recipient_id": recipient_id} for recipient_id in change.notified]
    notice_ids = {notice["recipient_id"]: notice["id"] for notice in notices}
    devices, channels = _delivery_keys(change, notice_ids)
    is_spared = presser.spared_until is not None and now < presser.spared_until and not request.calm
    spared = await rang_lately(operation, person_id) if is_spared else frozenset()
    own_notices = _own_notices(operation, change, row["id"])
    if own_notices:
        phones = await operation.fetch(_OWN_DEVICES, {"person_id": person_id})
        devices = [*devices, *((notice["id"], phone.id) for notice in own_notices for phone in phones)]
    kind = NoticeKind.CALM if request.calm else NoticeKind.REACH_OUT
    draft = NoticeDraft(person_id, kind, row["id"], person_id, row["id"])
    await operation.statements.insert(
        [
            single(REACH_OUT_TABLE, row),
            (
                RECIPIENT_TABLE,
                [
                    first_recipient_columns(operation.keyring, row["id"], participant)
                    for participant in change.after.participants
                ],
                {"reach_out_id": row["id"]},
            ),
            (NOTICE_TABLE, notices, shared_notice_values(operation, draft)),
            (NOTICE_TABLE, own_notices),
            *delivery_batches(operation, 1, devices=devices, channels=channels, spared=spared),
            *idempotency.key_batches(operation, fingerprint, person_id, row["id"]),
        ],
    )
    publish_after_commit(operation, [*notices, *own_notices])
    operation.publish(person_id, "reach_out", row["id"])
    # Without a key nothing could be sealed, and nothing is said to have been.
    words = ReachOutWords(request.need if row["sealed_need"] else None, request.note if row["note"] else None)
    return _view(operation, presser, row, change.after.participants, members, words)


def _delivery_keys(
    change: Change, notice_ids: Mapping[UUID, UUID]
) -> tuple[Sequence[DeliveryKey], Sequence[DeliveryKey]]:
    """Return the deliveries to devices and those to channels; `notice_ids`: the notice of each person told."""
    called = {attempt.person_id for attempt in change.attempts if attempt.by_channel and not attempt.rings}
    rung = {attempt.person_id for attempt in change.attempts if attempt.rings}
    told = change.after.told
    pushed = [
        (person, (notice_ids[person.person_id], way)) for person in told if person.available for way in person.devices
    ]
    devices = [key for person, key in pushed if not person.guest]
    channels = [key for person, key in pushed if person.guest]
    channels += [
        (notice_ids[person.person_id], channel)
        for person in told
        for channel in (
            *(person.channels if person.person_id in called else ()),
            *(person.calls if person.person_id in rung else ()),
        )
    ]
    return devices, channels


def _own_notices(operation: Operation, change: Change, reach_out_id: UUID) -> list[dict[str, Any]]:
    """Return what the person is told at once, when nobody can be reached: not five minutes later."""
    return [
        notice_row(
            operation,
            NoticeDraft(announcement.person_id, announcement.kind, reach_out_id, announcement.sender_id, reach_out_id),
        )
        for announcement in change.announcements
    ]


def _reach_out_row(operation: Operation, presser: Presser, request: PressRequest, snapshot: Snapshot) -> dict[str, Any]:
    vault = presser.caller.vault
    return {
        **reach_out_columns(snapshot),
        "id": snapshot.id,
        "person_id": presser.caller.person_id,
        "sealed_need": NEED.seal(vault, snapshot.id, {"need": request.need}),
        "note": vault.seal("reach_outs.note", snapshot.id, request.note),
        "created_at": operation.now,
        # A phone whose clock is ahead has not pressed in the future.
        "pressed_at": min(request.pressed_at, operation.now) if request.pressed_at else None,
        "ladder": list(snapshot.ladder),
    }


def _view(
    operation: Operation,
    presser: Presser,
    row: dict[str, Any],
    participants: Sequence[Participant],
    members: Sequence[Member],
    words: ReachOutWords,
) -> ReachOutView:
    head = Head(
        **{name: row[name] for name in _HEAD_FIELDS},
        data_key=presser.data_key,
        display_name=presser.display_name,
        contact=presser.contact,
    )
    lines = [
        Line(participant, member.data_key, member.display_name, member.contact)
        for participant, member in zip(participants, members, strict=True)
    ]
    lines.sort(key=lambda line: (line.participant.step, line.participant.membership_id))
    return views.compose_view(operation.keyring, presser.caller.person_id, head, lines, words=words)
