"""The access log: ways into an account and changes of who is called, recorded with what they are, told to other devices."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select

from core.ids import first_id
from core.unit_of_work import UnitOfWork
from models import AccessEvent, Device, Notice
from models.enums import AccessKind, DisabledReason, NoticeKind
from rules import access
from rules.access import Caller
from rules.inbox.notices import create_hidden_notice
from rules.outbox.push_rate import next_push_at

ANNOUNCED: Final = frozenset(
    {
        AccessKind.SIGNED_IN,
        AccessKind.SIGNED_IN_WITH_PASSKEY,
        AccessKind.RECOVERED,
        AccessKind.PASSPHRASE_CHANGED,
        AccessKind.CODES_RENEWED,
        AccessKind.PASSKEY_ADDED,
        AccessKind.PASSKEY_REMOVED,
        AccessKind.DEVICE_ADDED,
        AccessKind.DEVICE_REMOVED,
        AccessKind.CHANNEL_ADDED,
        AccessKind.CHANNEL_CONFIRMED,
        AccessKind.CHANNEL_REMOVED,
        AccessKind.EXPORTED,
        AccessKind.NUMBER_CHANGED,
        AccessKind.MEMBER_CONFIRMED,
    }
)
"""Kinds that are told to the person's other devices: ways in, what was taken out, and who is called from now on.

Never a block, a removal, leaving, hours or the ladder: the other device may be in the hand of whoever they concern.
"""
KEPT_TO_PROVEN: Final = frozenset({AccessKind.BLOCKED, AccessKind.UNBLOCKED})
"""Kinds that are listed only after fresh proof, as the blocks are."""
ACCOUNT_PUSH_INTERVAL: Final = timedelta(seconds=60)
"""At most one such push per device and interval, however much is changed; what comes sooner shares the next one."""
_OPENED: Final = (AccessKind.SIGNED_IN, AccessKind.SIGNED_IN_WITH_PASSKEY, AccessKind.RECOVERED)
NEW_SESSION_PERIOD: Final = timedelta(hours=24)
"""For how long after a further session was opened somebody is confirmed only with fresh proof."""


def record_event(
    unit: UnitOfWork, person_id: UUID, kind: AccessKind, *, about: UUID | None = None, session: UUID | None = None
) -> None:
    """Record an event in this person's account; `session` is where it is done, or the session that it opens.

    The network address is never recorded: readers of this log must not learn where somebody was.
    """
    unit.session.add(
        AccessEvent(
            id=unit.new_id(),
            person_id=person_id,
            kind=str(kind),
            about_id=about,
            session_id=session,
            created_at=unit.now,
        )
    )


def record_own_event(unit: UnitOfWork, who: Caller, kind: AccessKind, about: UUID | None = None) -> None:
    """Record what the caller does to their own account, in their present session."""
    record_event(unit, who.person_id, kind, about=about, session=who.session_id)


async def announce_event(
    unit: UnitOfWork, person_id: UUID, kind: AccessKind, *, about: UUID | None = None, session: UUID | None = None
) -> None:
    """Record an event, and tell the devices of other sessions if its kind is announced.

    The person should be locked: of concurrent changes, each would otherwise send a push of its own.
    """
    record_event(unit, person_id, kind, about=about, session=session)
    if kind in ANNOUNCED:
        await _push_to_other_devices(unit, person_id, session)


async def announce_own_event(unit: UnitOfWork, who: Caller, kind: AccessKind, about: UUID | None = None) -> None:
    """Record what the caller does in their present session, and tell their devices elsewhere if it is announced."""
    await announce_event(unit, who.person_id, kind, about=about, session=who.session_id)


async def list_access_events(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[AccessEvent]:
    """Return the events of the caller's account, newest first, `limit` + 1 rows at most.

    Without fresh proof those of blocks are left out. So are kinds that a newer release has written.
    """
    listed = set(AccessKind) if access.has_proof(who, unit.now) else set(AccessKind) - KEPT_TO_PROVEN
    statement = select(AccessEvent).where(access.mine(AccessEvent, who), AccessEvent.kind.in_(sorted(listed)))
    if before is not None:
        statement = statement.where(AccessEvent.id < before)
    return (await unit.session.execute(statement.order_by(AccessEvent.id.desc()).limit(limit + 1))).scalars().all()


async def has_new_session(unit: UnitOfWork, who: Caller) -> bool:
    """Return whether a session was opened in the caller's account within 24 hours, other than the one of the sign-up."""
    statement = select(AccessEvent.id).where(
        access.mine(AccessEvent, who),
        AccessEvent.id >= first_id(unit.now - NEW_SESSION_PERIOD),
        AccessEvent.kind.in_(_OPENED),
    )
    return (await unit.session.execute(statement.limit(1))).first() is not None


async def _push_to_other_devices(unit: UnitOfWork, person_id: UUID, session_id: UUID | None) -> None:
    """Push to this person's devices that were not registered in this session.

    Among them are devices that the same change has signed out: they hear of it once more, or a new passphrase would be told
    to nobody. What is pushed names neither the change nor anybody.
    """
    others = await unit.session.execute(
        select(Device.id).where(
            access.owned_by(Device, person_id),
            Device.session_id.is_distinct_from(session_id),
            or_(
                Device.disabled_at.is_(None),
                and_(
                    Device.disabled_at == unit.now,
                    Device.disabled_reason == DisabledReason.SIGNED_OUT,
                    Device.push_address.is_not(None) | Device.address.is_not(None),
                ),
            ),
        )
    )
    devices = others.scalars().all()
    if not devices:
        return
    push_at = await next_push_at(
        unit, [Notice.kind == NoticeKind.ACCOUNT_CHANGED], [person_id], interval=ACCOUNT_PUSH_INTERVAL
    )
    await create_hidden_notice(
        unit,
        person_id,
        NoticeKind.ACCOUNT_CHANGED,
        devices=[device for device in devices if device not in push_at],
        deferred=[(device, at) for device in devices if (at := push_at.get(device)) is not None],
    )
