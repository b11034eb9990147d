"""The phones and browsers that a push can reach: registered, refreshed, retired, tried out."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from core.errors import Busy, KeysUnavailable
from core.unit_of_work import UnitOfWork
from core.webpush_hosts import allowed_endpoint
from models import Device, Membership
from models.enums import AccessKind, DeviceKind, DisabledReason
from rules import access
from rules.access import Caller
from rules.accounts import access_log, throttle
from rules.accounts.throttle import Limit
from rules.circle import reachability
from rules.errors import DeviceRetired, EndpointNotAllowed, TooManyDevices
from rules.inbox.notices import create_test_notice
from rules.outbox import device_retirement, late_devices, refusals

MAX_DEVICES = 20
RETIRED_LISTED_FOR = timedelta(days=30)
"""How long a retired device is still listed."""

TEST_PUSH_LIMIT = Limit("device_tests", burst=6, every=10)
"""Test pushes stand in one line with everybody's; a few are enough to try a phone out."""

DEVICE_ADDRESS_COLUMN = "devices.address"
"""What an address is sealed as, under either key."""

Address = Mapping[str, str]
"""What the transport needs: {"token"} for FCM, {"endpoint", "p256dh", "auth"} for Web Push."""


async def register(
    unit: UnitOfWork, who: Caller, kind: DeviceKind, address: Address, label: str | None, hosts: Sequence[str]
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
            await unit.rollback()
    raise Busy


async def _register(
    unit: UnitOfWork, who: Caller, kind: DeviceKind, address: Address, label: str | None
) -> tuple[Device, bool]:
    await access.lock_person(unit, who)
    await access.lock_session(unit, who)
    await _wait_for_presses(unit, who)
    hashed = _hash(unit, kind, address)
    same = await device_retirement.lock_recipients(
        unit,
        who.person_id,
        select(Device)
        .where(Device.address_hash == hashed, or_(access.mine(Device, who), Device.disabled_at.is_(None)))
        .order_by(Device.disabled_at.is_not(None), Device.id.desc()),
    )
    mine: Device | None = None
    for found in same:
        if found.person_id == who.person_id:
            mine = mine or found
        else:
            await device_retirement.retire(unit, found.person_id, [found.id], DisabledReason.MOVED)
            access_log.record_event(unit, found.person_id, AccessKind.DEVICE_REMOVED, about=found.id)
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
    if back or mine.session_id != who.session_id or _put_before(who, mine) != dict(address):
        # The same address again, as an app registers it whenever it starts, makes no good one of one that is refused.
        refusals.clear_refusals(mine)
    mine.session_id = who.session_id
    mine.disabled_at = mine.disabled_reason = None
    _put(unit, who, mine, hashed, address)
    if label is not None:
        mine.label = who.vault.seal("devices.label", mine.id, label)
    await unit.session.flush()
    if back:
        access_log.record_own_event(unit, who, AccessKind.DEVICE_ADDED, mine.id)
        await late_devices.push_waiting_notices(unit, mine)
        await reachability.mark_reachable(unit, who.person_id)
    return mine, new


async def refresh(unit: UnitOfWork, who: Caller, device_id: UUID, address: Address, hosts: Sequence[str]) -> Device:
    """Put a new address in the place of the old one. Raises NotFound, DeviceRetired, EndpointNotAllowed."""
    for _ in range(3):
        await access.lock_session(unit, who)
        found = await own_device(unit, who, device_id)
        _check(DeviceKind(found.kind), address, hosts)
        if found.disabled_at is not None:
            raise DeviceRetired
        if not who.vault.good:
            raise KeysUnavailable
        hashed = _hash(unit, DeviceKind(found.kind), address)
        others = await device_retirement.lock_recipients(
            unit,
            who.person_id,
            select(Device).where(Device.address_hash == hashed, Device.disabled_at.is_(None), Device.id != device_id),
            device_id,
        )
        for other in others:
            await device_retirement.retire(unit, other.person_id, [other.id], DisabledReason.MOVED)
        moved = found.address_hash != hashed
        if moved or _put_before(who, found) != dict(address):
            refusals.clear_refusals(found)
        found.session_id = who.session_id
        _put(unit, who, found, hashed, address)
        try:
            await unit.session.flush()
        except IntegrityError:
            await unit.rollback()
            continue
        if moved:
            # What the old address refused was for this phone as well.
            await late_devices.push_waiting_notices(unit, found)
            await reachability.mark_reachable(unit, who.person_id)
        return found
    raise Busy


async def list_devices(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Device]:
    """The caller's devices, newest first, with those retired within 30 days; `limit` + 1 rows at most."""
    statement = select(Device).where(
        access.mine(Device, who),
        or_(Device.disabled_at.is_(None), Device.disabled_at > unit.now - RETIRED_LISTED_FOR),
    )
    if before is not None:
        statement = statement.where(Device.id < before)
    return (await unit.session.execute(statement.order_by(Device.id.desc()).limit(limit + 1))).scalars().all()


async def own_device(unit: UnitOfWork, who: Caller, device_id: UUID) -> Device:
    """A device of the caller's. Raises NotFound."""
    return await access.own_row(unit, who, Device, device_id)


async def remove(unit: UnitOfWork, who: Caller, device_id: UUID) -> None:
    """Stop sending to this device. Removing it twice is no mistake."""
    found = await own_device(unit, who, device_id)
    if found.disabled_at is None:
        await device_retirement.retire(unit, who.person_id, [device_id], DisabledReason.REMOVED)
        access_log.record_own_event(unit, who, AccessKind.DEVICE_REMOVED, device_id)


async def send_test(unit: UnitOfWork, who: Caller, device_id: UUID) -> UUID:
    """Send a real push to one device; gives the delivery's id. Raises NotFound, DeviceRetired, TooMany."""
    found = await own_device(unit, who, device_id)
    if found.disabled_at is not None:
        raise DeviceRetired
    await throttle.consume(unit, TEST_PUSH_LIMIT, str(who.person_id))
    return await create_test_notice(unit, who.person_id, device_id=device_id)


async def _wait_for_presses(unit: UnitOfWork, who: Caller) -> None:
    """Wait for presses that ask this person and are being written: they hold on to the memberships."""
    await unit.session.execute(
        select(Membership.id).where(access.supports(who.person_id)).order_by(Membership.id).with_for_update()
    )


def _check(kind: DeviceKind, address: Address, hosts: Sequence[str]) -> None:
    if kind is DeviceKind.WEBPUSH and not allowed_endpoint(address["endpoint"], hosts):
        raise EndpointNotAllowed


def _hash(unit: UnitOfWork, kind: DeviceKind, address: Address) -> bytes:
    where = address["token"] if kind is DeviceKind.FCM else address["endpoint"]
    return unit.keyring.digest("device.address", f"{kind}\0{where}".encode())


def _put(unit: UnitOfWork, who: Caller, device: Device, hashed: bytes, address: Address) -> None:
    said = json.dumps(dict(address))
    device.address_hash = hashed
    device.address = who.vault.seal(DEVICE_ADDRESS_COLUMN, device.id, said)
    device.push_address = unit.keyring.push.seal(DEVICE_ADDRESS_COLUMN, device.id, said, device.address)


def _put_before(who: Caller, device: Device) -> dict[str, str] | None:
    """The address that this device has now; None when it has none that can be read."""
    held = who.vault.open(DEVICE_ADDRESS_COLUMN, device.id, device.address)
    return dict(json.loads(held)) if held else None


async def _room(unit: UnitOfWork, who: Caller) -> None:
    """The caller of this holds the person. Raises TooManyDevices."""
    live = select(func.count()).where(access.mine(Device, who), Device.disabled_at.is_(None))
    if (await unit.session.execute(live)).scalar_one() >= MAX_DEVICES:
        raise TooManyDevices
