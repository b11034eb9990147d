"""The phones and browsers that a push can reach: registered, refreshed, retired, tried out."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError

from core.bulk import insert_together
from core.errors import Busy, DeviceRetired, EndpointNotAllowed, KeysUnavailable, NotFound, TooManyDevices
from core.unit import Unit
from core.webpush_hosts import allowed_endpoint
from models import Channel, Delivery, Device, Notice, ReachOut, Recipient
from models.vocabulary import AnswerKind, DeliveryState, DeviceKind, NoticeKind, ReachOutState, Retired
from rules import reachability
from rules.access import Caller
from rules.reach_out import turn
from rules.telling import DELIVERIES, NOTICES, Telling, announce, delivery_row, notice_row

MOST = 20
LISTED = timedelta(days=30)
"""How long a retired device is still listed."""

Address = Mapping[str, str]
"""What the transport needs: {"token"} for FCM, {"endpoint", "p256dh", "auth"} for Web Push."""


async def register(
    unit: Unit, who: Caller, kind: DeviceKind, address: Address, label: str | None, hosts: Sequence[str]
) -> tuple[Device, bool]:
    """The device with this address, and whether it is new. An address leaves whoever had it before.

    Raises TooManyDevices, EndpointNotAllowed, KeysUnavailable.
    """
    _check(kind, address, hosts)
    if not who.vault.good:
        raise KeysUnavailable
    for _ in range(3):
        try:
            return await _register(unit, who, kind, address, label)
        except IntegrityError:
            # The same address came in twice at once.
            await unit.start_again()
    raise Busy


async def _register(
    unit: Unit, who: Caller, kind: DeviceKind, address: Address, label: str | None
) -> tuple[Device, bool]:
    hashed = _hash(unit, kind, address)
    same = (
        await unit.session.execute(
            select(Device)
            .where(Device.address_hash == hashed, or_(Device.person_id == who.person_id, Device.disabled_at.is_(None)))
            .order_by(Device.disabled_at.is_not(None), Device.id.desc())
        )
    ).scalars()
    mine: Device | None = None
    for found in same:
        if found.person_id == who.person_id:
            mine = mine or found
        else:
            await retire(unit, found.person_id, [found.id], Retired.MOVED)
    if mine is None:
        await _room(unit, who)
        mine = Device(id=unit.new_id(), person_id=who.person_id, created_at=unit.now, kind=str(kind))
        unit.session.add(mine)
        new = True
    else:
        new = False
        if mine.disabled_at is not None:
            await _room(unit, who)
    back = new or mine.disabled_at is not None
    mine.session_id = who.session_id
    mine.disabled_at = mine.disabled_reason = None
    _put(who, mine, hashed, address)
    if label is not None:
        mine.label = who.vault.seal("devices.label", mine.id, label)
    await unit.session.flush()
    if back:
        await _catch_up(unit, mine)
        await reachability.heard(unit, who.person_id)
    return mine, new


async def refresh(unit: Unit, who: Caller, device_id: UUID, address: Address, hosts: Sequence[str]) -> Device:
    """Put a new address in the place of the old one. Raises NotFound, DeviceRetired, EndpointNotAllowed."""
    for _ in range(3):
        found = await own(unit, who, device_id)
        _check(DeviceKind(found.kind), address, hosts)
        if found.disabled_at is not None:
            raise DeviceRetired
        if not who.vault.good:
            raise KeysUnavailable
        hashed = _hash(unit, DeviceKind(found.kind), address)
        others = (
            await unit.session.execute(
                select(Device).where(
                    Device.address_hash == hashed, Device.disabled_at.is_(None), Device.id != device_id
                )
            )
        ).scalars()
        for other in others:
            await retire(unit, other.person_id, [other.id], Retired.MOVED)
        found.session_id = who.session_id
        _put(who, found, hashed, address)
        try:
            await unit.session.flush()
        except IntegrityError:
            await unit.start_again()
            continue
        return found
    raise Busy


async def mine(unit: Unit, who: Caller, limit: int, before: UUID | None) -> Sequence[Device]:
    """The caller's devices, newest first, with those retired within 30 days; `limit` + 1 rows at most."""
    statement = select(Device).where(
        Device.person_id == who.person_id,
        or_(Device.disabled_at.is_(None), Device.disabled_at > unit.now - LISTED),
    )
    if before is not None:
        statement = statement.where(Device.id < before)
    return (await unit.session.execute(statement.order_by(Device.id.desc()).limit(limit + 1))).scalars().all()


async def own(unit: Unit, who: Caller, device_id: UUID) -> Device:
    """A device of the caller's. Raises NotFound."""
    found = await unit.session.get(Device, device_id)
    if found is None or found.person_id != who.person_id:
        raise NotFound
    return found


async def remove(unit: Unit, who: Caller, device_id: UUID) -> None:
    """Stop sending to this device. Removing it twice is no mistake."""
    found = await own(unit, who, device_id)
    if found.disabled_at is None:
        await retire(unit, who.person_id, [device_id], Retired.REMOVED)


async def retire(unit: Unit, person_id: UUID, retired: Sequence[UUID], why: Retired) -> None:
    """Take these devices of this person out of use: the address is forgotten, what was due to it is not sent."""
    if not retired:
        return
    await lock_open(unit, [person_id])
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


async def note_unreachable(unit: Unit, people: Sequence[UUID]) -> None:
    """Say in every open reach-out that these people, told but not pushed to anywhere now, cannot be reached."""
    live = select(Device.id).where(Device.person_id == Recipient.person_id, Device.disabled_at.is_(None)).exists()
    other = (
        select(Channel.id).where(Channel.person_id == Recipient.person_id, Channel.confirmed_at.is_not(None)).exists()
    )
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
            ~other,
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
        await turn.hurry_all(unit, ids)


async def lock_open(unit: Unit, people: Sequence[UUID]) -> None:
    """Lock the open reach-outs these people are told of, by id: reach-outs come before recipients everywhere."""
    await unit.session.execute(
        select(ReachOut.id)
        .where(
            ReachOut.closed_at.is_(None),
            ReachOut.id.in_(select(Recipient.reach_out_id).where(Recipient.person_id.in_(people))),
        )
        .order_by(ReachOut.id)
        .with_for_update()
    )


async def note_given_up(unit: Unit, reach_out_id: UUID, person_id: UUID) -> None:
    """Nothing is on its way to this recipient any more and nothing ever arrived: the person is not kept hoping."""
    on_its_way = (
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
    await unit.session.execute(
        update(Recipient)
        .where(Recipient.reach_out_id == reach_out_id, Recipient.person_id == person_id, ~on_its_way)
        .values(unreachable_at=unit.now)
        .execution_options(synchronize_session=False)
    )
    await turn.hurry_all(unit, [reach_out_id])


async def send_test(unit: Unit, who: Caller, device_id: UUID) -> UUID:
    """Send a real push to one device; gives the delivery's id. Raises NotFound, DeviceRetired."""
    found = await own(unit, who, device_id)
    if found.disabled_at is not None:
        raise DeviceRetired
    notice = notice_row(unit, Telling(who.person_id, NoticeKind.TEST, unit.new_id(), who.person_id))
    # It stands in no inbox: it says nothing but that the way is open.
    notice["dismissed_at"] = unit.now
    delivery = delivery_row(unit, notice["id"], device_id, 1)
    await insert_together(unit.session, [(NOTICES, [notice]), (DELIVERIES, [delivery])])
    announce(unit, [], [delivery])
    return UUID(str(delivery["id"]))


async def _catch_up(unit: Unit, device: Device) -> None:
    """A phone that comes back in the middle of the night is pushed what its person is still being asked."""
    standing = await unit.session.execute(
        select(Notice.id, ReachOut.round, ReachOut.person_id, ReachOut.id)
        .join(ReachOut, ReachOut.id == Notice.reach_out_id)
        .join(Recipient, (Recipient.reach_out_id == ReachOut.id) & (Recipient.person_id == device.person_id))
        .where(
            Notice.recipient_id == device.person_id,
            Notice.kind == NoticeKind.REACH_OUT,
            Notice.dismissed_at.is_(None),
            ReachOut.state == ReachOutState.WAITING,
            Recipient.gone_at.is_(None),
            Recipient.quiet_at.is_(None),
            or_(Recipient.answer.is_(None), Recipient.answer != AnswerKind.CANNOT),
        )
    )
    waiting = standing.all()
    had = {
        (row.notice_id, row.round): row
        for row in await unit.session.execute(
            select(Delivery.id, Delivery.notice_id, Delivery.round, Delivery.state).where(
                Delivery.device_id == device.id, Delivery.notice_id.in_([row[0] for row in waiting])
            )
        )
    }
    rows = [
        delivery_row(unit, notice, device.id, round_) for notice, round_, _, _ in waiting if (notice, round_) not in had
    ]
    await insert_together(unit.session, [(DELIVERIES, rows)])
    announce(unit, [], rows)
    # What was called off when this very device was retired is due again.
    again = [
        row.id
        for (notice, round_), row in had.items()
        if (notice, round_) in {(one[0], one[1]) for one in waiting}
        and row.state in {DeliveryState.CANCELLED, DeliveryState.DEAD, DeliveryState.FAILED}
    ]
    await unit.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(again))
        .values(
            state=str(DeliveryState.PENDING), attempt=0, due_at=unit.now, lease_until=None, fence=Delivery.fence + 1
        )
    )
    unit.pushes.extend(again)
    if waiting:
        await unit.session.execute(
            update(Recipient)
            .where(Recipient.person_id == device.person_id, Recipient.reach_out_id.in_([row[3] for row in waiting]))
            .values(unreachable_at=None)
        )
    for _, _, owner_id, reach_out_id in waiting:
        unit.tell(owner_id, "reach_out", reach_out_id)


def _check(kind: DeviceKind, address: Address, hosts: Sequence[str]) -> None:
    if kind is DeviceKind.WEBPUSH and not allowed_endpoint(address["endpoint"], hosts):
        raise EndpointNotAllowed


def _hash(unit: Unit, kind: DeviceKind, address: Address) -> bytes:
    where = address["token"] if kind is DeviceKind.FCM else address["endpoint"]
    return unit.keyring.digest("device.address", f"{kind}\0{where}".encode())


def _put(who: Caller, device: Device, hashed: bytes, address: Address) -> None:
    device.address_hash = hashed
    device.address = who.vault.seal("devices.address", device.id, json.dumps(dict(address)))


async def _room(unit: Unit, who: Caller) -> None:
    live = select(func.count()).where(Device.person_id == who.person_id, Device.disabled_at.is_(None))
    if (await unit.session.execute(live)).scalar_one() >= MOST:
        raise TooManyDevices
