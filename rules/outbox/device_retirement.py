"""Retires devices, and marks recipients whom nothing reaches any more, so that no ladder waits for them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, Select, and_, false, or_, select, update

from core.unit_of_work import UnitOfWork
from models import Channel, Delivery, Device, Notice, ReachOut, Recipient
from models.enums import DeliveryState, DisabledReason, NoticeKind
from rules import access
from rules.circle import ways
from rules.outbox.enqueue import requeue
from rules.reach_out.advance import changing_reach, lock_joined_reach_outs

_CLOSED = select(ReachOut.id).where(ReachOut.closed_at.is_not(None))


async def retire(
    unit: UnitOfWork, person_id: UUID, retired: Sequence[UUID], why: DisabledReason, *, last_push: bool = False
) -> None:
    """Take these devices of this person out of use: forget their addresses, and cancel what was due to them.

    `last_push`: they are still told of the change that retires them, so their addresses are kept until the purge.
    """
    if not retired:
        return
    forgotten = {} if last_push else {"address": None, "push_address": None}
    # Also where another device or channel is left: it may be one that only a later rung tries.
    async with changing_reach(unit, [person_id]):
        await unit.session.execute(
            update(Device)
            .where(Device.id.in_(retired), Device.disabled_at.is_(None))
            .values(disabled_at=unit.now, disabled_reason=str(why), **forgotten)
        )
        # Locked in id order, as everywhere.
        pending = await unit.session.execute(
            select(Delivery.id)
            .where(Delivery.device_id.in_(retired), Delivery.state == DeliveryState.PENDING)
            .order_by(Delivery.id)
            .with_for_update()
        )
        await unit.session.execute(
            update(Delivery)
            .where(Delivery.id.in_(pending.scalars().all()), Delivery.state == DeliveryState.PENDING)
            .values(state=str(DeliveryState.CANCELLED), lease_until=None, last_error=str(why))
        )


async def retire_dead(
    unit: UnitOfWork, delivery_id: UUID, person_id: UUID, device_id: UUID, address_hash: bytes
) -> None:
    """Retire the device of a push whose address a provider has reported as dead.

    If the device has another address by now, it stays, and the push goes to that one.
    """
    await lock_joined_reach_outs(unit, [person_id])
    same_address = (
        await unit.session.execute(
            select(Device.id).where(Device.id == device_id, Device.address_hash == address_hash).with_for_update()
        )
    ).scalar()
    if same_address is not None:
        await retire(unit, person_id, [device_id], DisabledReason.DEAD)
        return
    dead = select(Delivery.id).where(Delivery.id == delivery_id, Delivery.state == DeliveryState.DEAD)
    await requeue(unit, (await unit.session.execute(dead.with_for_update())).scalars().all())


async def note_dropped(unit: UnitOfWork, dropped: Sequence[tuple[UUID, UUID]]) -> None:
    """Mark recipients (reach-out, person) whose push was called off as inbox only, unless nothing reaches them."""
    # The ladder does not wait for people who muted the person a moment ago.
    async with changing_reach(unit, sorted({person_id for _, person_id in dropped})):
        for reach_out_id, person_id in dropped:
            await unit.session.execute(
                update(Recipient)
                .where(
                    Recipient.reach_out_id == reach_out_id,
                    access.owned_by(Recipient, person_id),
                    Recipient.handed_at.is_(None),
                    Recipient.unreachable_at.is_(None),
                    Recipient.quiet_at.is_(None),
                    Recipient.gone_at.is_(None),
                    # While it is open, a recipient whom nothing reaches is shown as unreachable instead.
                    or_(_something_reaches(unit), Recipient.reach_out_id.in_(_CLOSED)),
                    ~on_its_way(reach_out_id, person_id),
                )
                .values(quiet_at=unit.now)
                .execution_options(synchronize_session=False)
            )


def _something_reaches(unit: UnitOfWork) -> ColumnElement[bool]:
    return ways.can_reach(Recipient.person_id) if unit.keyring.any_process_opens_addresses else false()


async def note_given_up(unit: UnitOfWork, reach_out_id: UUID, person_id: UUID) -> None:
    """Show a recipient as unreachable when nothing is on its way to them any more, and let the ladder go on."""
    async with changing_reach(unit, [person_id]):
        await note_parked(unit, reach_out_id, person_id)


async def note_parked(unit: UnitOfWork, reach_out_id: UUID, person_id: UUID) -> None:
    """Show a recipient as unreachable when their push was parked; this brings no rung forward."""
    await lock_joined_reach_outs(unit, [person_id])
    await unit.session.execute(
        update(Recipient)
        .where(
            Recipient.reach_out_id == reach_out_id,
            access.owned_by(Recipient, person_id),
            Recipient.unreachable_at.is_(None),
            ~on_its_way(reach_out_id, person_id),
        )
        .values(unreachable_at=unit.now)
        .execution_options(synchronize_session=False)
    )


def on_its_way(reach_out_id: UUID, person_id: UUID) -> Exists:
    """Return the condition that a push of this reach-out to this person was sent, or still can be."""
    return (
        select(Delivery.id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(Device, Device.id == Delivery.device_id)
        .outerjoin(Channel, Channel.id == Delivery.channel_id)
        .where(
            Notice.reach_out_id == reach_out_id,
            access.owned_by(Notice, person_id),
            Notice.kind == NoticeKind.REACH_OUT,
            or_(
                Delivery.state == DeliveryState.SENT,
                and_(Delivery.state == DeliveryState.PENDING, or_(ways.DEVICE_WORKS, ways.CHANNEL_WORKS)),
            ),
        )
        .exists()
    )


async def lock_recipients(
    unit: UnitOfWork, person_id: UUID, statement: Select[Device], device_id: UUID | None = None
) -> Sequence[Device]:
    """Return the devices of `statement`, with everything locked that giving one of them to this person changes.

    Locks the open reach-outs and the deliveries of both people at once and in the order of locks. If one person
    were locked after the other, this would wait for the second's deliveries while holding the first's recipients, and
    deadlock with the recording of outcomes, which takes them the other way round.
    """
    devices = (await unit.session.execute(statement)).scalars().all()
    people = sorted({person_id, *(device.person_id for device in devices)})
    await lock_joined_reach_outs(unit, people)
    device_ids = [device.id for device in devices] + ([device_id] if device_id else [])
    await unit.session.execute(
        select(Delivery.id)
        .where(
            Delivery.device_id.in_(device_ids),
            Delivery.state != DeliveryState.SENT,
            Delivery.notice_id.in_(
                select(Notice.id)
                .join(ReachOut, ReachOut.id == Notice.reach_out_id)
                .where(ReachOut.closed_at.is_(None), Notice.kind == NoticeKind.REACH_OUT)
                .where(access.owned_by_any(Notice, people))
            )
            | (Delivery.state == DeliveryState.PENDING),
        )
        .order_by(Delivery.id)
        .with_for_update()
    )
    return devices
