"""Devices that fall away, and recipients whom nothing reaches any more: the person is not kept hoping."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Exists, select, update

from core.unit import Unit
from models import Delivery, Device, Notice, ReachOut, Recipient
from models.vocabulary import DeliveryState, NoticeKind, Retired


async def retire(unit: Unit, person_id: UUID, retired: Sequence[UUID], why: Retired) -> None:
    """Take these devices of this person out of use: the address is forgotten, what was due to it is not sent."""
    if not retired:
        return
    await unit.session.execute(
        update(Device)
        .where(Device.id.in_(retired), Device.disabled_at.is_(None))
        .values(disabled_at=unit.now, disabled_reason=str(why), address=None)
    )
    await unit.session.execute(
        update(Delivery)
        .where(Delivery.device_id.in_(retired), Delivery.state == DeliveryState.PENDING)
        .values(state=str(DeliveryState.CANCELLED), lease_until=None, last_error=str(why))
    )
    await note_unreachable(unit, [person_id])


async def retire_dead(unit: Unit, person_id: UUID, device_id: UUID, address_hash: bytes) -> None:
    """Retire a device whose address a provider called dead, unless it has been given another address meanwhile."""
    found = (
        await unit.session.execute(
            select(Device.id).where(Device.id == device_id, Device.address_hash == address_hash).with_for_update()
        )
    ).scalar()
    if found is not None:
        await retire(unit, person_id, [device_id], Retired.DEAD)


async def note_unreachable(unit: Unit, people: Sequence[UUID]) -> None:
    """Say in every open reach-out that these people, told but not pushed to anywhere now, cannot be reached."""
    live = select(Device.id).where(Device.person_id == Recipient.person_id, Device.disabled_at.is_(None)).exists()
    changed = await unit.session.execute(
        update(Recipient)
        .where(
            Recipient.person_id.in_(people),
            Recipient.told_at.is_not(None),
            Recipient.gone_at.is_(None),
            Recipient.unreachable_at.is_(None),
            Recipient.quiet_at.is_(None),
            Recipient.reach_out_id.in_(select(ReachOut.id).where(ReachOut.closed_at.is_(None))),
            ~live,
        )
        .values(unreachable_at=unit.now)
        .returning(Recipient.reach_out_id)
        .execution_options(synchronize_session=False)
    )
    ids = changed.scalars().all()
    if ids:
        owners = await unit.session.execute(select(ReachOut.person_id, ReachOut.id).where(ReachOut.id.in_(ids)))
        for owner_id, reach_out_id in owners:
            unit.tell(owner_id, "reach_out", reach_out_id)


async def note_dropped(unit: Unit, dropped: Sequence[tuple[UUID, UUID]]) -> None:
    """Show recipients (reach-out, person) whose push was called off as what they are: unreachable, or inbox only."""
    await note_unreachable(unit, sorted({person_id for _, person_id in dropped}))
    for reach_out_id, person_id in dropped:
        await unit.session.execute(
            update(Recipient)
            .where(
                Recipient.reach_out_id == reach_out_id,
                Recipient.person_id == person_id,
                Recipient.handed_at.is_(None),
                Recipient.unreachable_at.is_(None),
                Recipient.quiet_at.is_(None),
                Recipient.gone_at.is_(None),
                ~on_its_way(reach_out_id, person_id),
            )
            .values(quiet_at=unit.now)
            .execution_options(synchronize_session=False)
        )


def on_its_way(reach_out_id: UUID, person_id: UUID) -> Exists:
    """Whether a push of this reach-out to this person is still to be sent, or was sent."""
    return (
        select(Delivery.id)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(
            Notice.reach_out_id == reach_out_id,
            Notice.recipient_id == person_id,
            Notice.kind == NoticeKind.REACH_OUT,
            Delivery.state.in_([DeliveryState.PENDING, DeliveryState.SENT]),
        )
        .exists()
    )
