"""The phones and browsers that a push can reach: registered, refreshed, retired, tried out."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from core.bulk import insert_together
from core.errors import Busy, DeviceRetired, EndpointNotAllowed, KeysUnavailable, NotFound, TooManyDevices
from core.unit import Unit
from core.webpush_hosts import allowed_endpoint
from models import Device, Membership
from models.vocabulary import AccessKind, DeviceKind, NoticeKind, Retired
from rules import access, access_log, catch_up, reachability, refusals, retiring, throttle
from rules.access import Caller
from rules.telling import DELIVERIES, NOTICES, Telling, announce, delivery_row, notice_row
from rules.throttle import Limit

MOST = 20
LISTED = timedelta(days=30)
"""How long a retired device is still listed."""

TESTS = Limit("device_tests", burst=6, every=10)
"""Test pushes stand in one line with everybody's; a few are enough to try a phone out."""

ADDRESS = "devices.address"
"""What an address is sealed as, under either key."""

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
    await access.hold_person(unit, who)
    await access.hold_session(unit, who)
    await _wait_for_presses(unit, who)
    hashed = _hash(unit, kind, address)
    same = await retiring.hold(
        unit,
        who.person_id,
        select(Device)
        .where(Device.address_hash == hashed, or_(Device.person_id == who.person_id, Device.disabled_at.is_(None)))
        .order_by(Device.disabled_at.is_not(None), Device.id.desc()),
    )
    mine: Device | None = None
    for found in same:
        if found.person_id == who.person_id:
            mine = mine or found
        else:
            await retiring.retire(unit, found.person_id, [found.id], Retired.MOVED)
            access_log.note(unit, found.person_id, AccessKind.DEVICE_REMOVED, about=found.id)
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
        refusals.start_anew(mine)
    mine.session_id = who.session_id
    mine.disabled_at = mine.disabled_reason = None
    _put(unit, who, mine, hashed, address)
    if label is not None:
        mine.label = who.vault.seal("devices.label", mine.id, label)
    await unit.session.flush()
    if back:
        access_log.done(unit, who, AccessKind.DEVICE_ADDED, mine.id)
        await catch_up.push_what_waits(unit, mine)
        await reachability.heard(unit, who.person_id)
    return mine, new


async def refresh(unit: Unit, who: Caller, device_id: UUID, address: Address, hosts: Sequence[str]) -> Device:
    """Put a new address in the place of the old one. Raises NotFound, DeviceRetired, EndpointNotAllowed."""
    for _ in range(3):
        await access.hold_session(unit, who)
        found = await own(unit, who, device_id)
        _check(DeviceKind(found.kind), address, hosts)
        if found.disabled_at is not None:
            raise DeviceRetired
        if not who.vault.good:
            raise KeysUnavailable
        hashed = _hash(unit, DeviceKind(found.kind), address)
        others = await retiring.hold(
            unit,
            who.person_id,
            select(Device).where(Device.address_hash == hashed, Device.disabled_at.is_(None), Device.id != device_id),
            device_id,
        )
        for other in others:
            await retiring.retire(unit, other.person_id, [other.id], Retired.MOVED)
        moved = found.address_hash != hashed
        if moved or _put_before(who, found) != dict(address):
            refusals.start_anew(found)
        found.session_id = who.session_id
        _put(unit, who, found, hashed, address)
        try:
            await unit.session.flush()
        except IntegrityError:
            await unit.start_again()
            continue
        if moved:
            # What the old address refused was for this phone as well.
            await catch_up.push_what_waits(unit, found)
            await reachability.heard(unit, who.person_id)
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
        await retiring.retire(unit, who.person_id, [device_id], Retired.REMOVED)
        access_log.done(unit, who, AccessKind.DEVICE_REMOVED, device_id)


async def send_test(unit: Unit, who: Caller, device_id: UUID) -> UUID:
    """Send a real push to one device; gives the delivery's id. Raises NotFound, DeviceRetired, TooMany."""
    found = await own(unit, who, device_id)
    if found.disabled_at is not None:
        raise DeviceRetired
    await throttle.take(unit, TESTS, str(who.person_id))
    notice = notice_row(unit, Telling(who.person_id, NoticeKind.TEST, unit.new_id(), who.person_id))
    # It stands in no inbox: it says nothing but that the way is open.
    notice["dismissed_at"] = unit.now
    delivery = delivery_row(unit, notice["id"], device_id, 1)
    await insert_together(unit.session, [(NOTICES, [notice]), (DELIVERIES, [delivery])])
    announce(unit, [], [delivery])
    return UUID(str(delivery["id"]))


async def _wait_for_presses(unit: Unit, who: Caller) -> None:
    """Wait for presses that ask this person and are being written: they hold on to the memberships."""
    await unit.session.execute(
        select(Membership.id).where(Membership.member_id == who.person_id).order_by(Membership.id).with_for_update()
    )


def _check(kind: DeviceKind, address: Address, hosts: Sequence[str]) -> None:
    if kind is DeviceKind.WEBPUSH and not allowed_endpoint(address["endpoint"], hosts):
        raise EndpointNotAllowed


def _hash(unit: Unit, kind: DeviceKind, address: Address) -> bytes:
    where = address["token"] if kind is DeviceKind.FCM else address["endpoint"]
    return unit.keyring.digest("device.address", f"{kind}\0{where}".encode())


def _put(unit: Unit, who: Caller, device: Device, hashed: bytes, address: Address) -> None:
    said = json.dumps(dict(address))
    device.address_hash = hashed
    device.address = who.vault.seal(ADDRESS, device.id, said)
    device.push_address = unit.keyring.push.seal(ADDRESS, device.id, said, device.address)


def _put_before(who: Caller, device: Device) -> dict[str, str] | None:
    """The address that this device has now; None when it has none that can be read."""
    held = who.vault.open(ADDRESS, device.id, device.address)
    return dict(json.loads(held)) if held else None


async def _room(unit: Unit, who: Caller) -> None:
    """The caller of this holds the person. Raises TooManyDevices."""
    live = select(func.count()).where(Device.person_id == who.person_id, Device.disabled_at.is_(None))
    if (await unit.session.execute(live)).scalar_one() >= MOST:
        raise TooManyDevices
