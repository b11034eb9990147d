"""Devices, the phones and browsers that a push can reach: register, refresh, list, remove, test."""

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
from models.enums import AccessKind, DeviceKind, DisabledReason, Platform
from rules import access
from rules.access import Caller
from rules.accounts import access_log, sessions, throttle
from rules.accounts.throttle import RateLimit
from rules.circle import reachability
from rules.errors import DeviceRetired, EndpointNotAllowed, TooManyDevices
from rules.inbox.notices import create_test_notice
from rules.outbox import device_retirement, late_devices, refusals

MAX_DEVICES = 20
RETIRED_LISTED_FOR = timedelta(days=30)
"""How long a device is listed after it was retired."""

TEST_PUSH_LIMIT = RateLimit("device_tests", burst=6, every=10)
"""Test pushes use the same queue as all others; a few are enough to try a phone out."""

DEVICE_ADDRESS_COLUMN = "devices.address"
"""The column name that binds an encrypted address to its place, under the data key and the push key alike."""

DeviceAddress = Mapping[str, str]
"""What a transport needs: {"token"} for FCM, {"endpoint", "p256dh", "auth"} for Web Push."""


async def register_device(
    unit: UnitOfWork,
    who: Caller,
    kind: DeviceKind,
    address: DeviceAddress,
    label: str | None,
    hosts: Sequence[str],
    *,
    platform: Platform | None = None,
) -> tuple[Device, bool]:
    """Return the device with this address, and whether it is new. Whoever held the address before loses it.

    `platform`: what it is, where its registration says so. Raises TooManyDevices, EndpointNotAllowed, KeysUnavailable.
    """
    _ensure_allowed_endpoint(kind, address, hosts)
    if not who.vault.has_key:
        raise KeysUnavailable
    for _ in range(3):
        try:
            device, is_new = await _register(unit, who, kind, address, label)
        except IntegrityError:
            # Another request has registered the same address meanwhile.
            await unit.rollback()
            continue
        device.platform = platform or device.platform
        return device, is_new
    raise Busy


async def _register(
    unit: UnitOfWork, who: Caller, kind: DeviceKind, address: DeviceAddress, label: str | None
) -> tuple[Device, bool]:
    await access.lock_person(unit, who)
    await access.lock_session(unit, who)
    await _wait_for_presses(unit, who)
    address_hash = _address_hash(unit, kind, address)
    device = await _claim_address(unit, who, address_hash)
    is_new = device is None
    is_live_again = device is None or device.disabled_at is not None
    if is_live_again:
        await _ensure_device_room(unit, who)
    if device is None:
        device = Device(id=unit.new_id(), person_id=who.person_id, created_at=unit.now, kind=str(kind))
        unit.session.add(device)
    if is_live_again or device.session_id != who.session_id or _current_address(who, device) != dict(address):
        # An app registers its address at every start. The same address again says nothing about earlier refusals.
        refusals.clear_refusals(device)
    device.session_id = who.session_id
    device.disabled_at = device.disabled_reason = None
    _set_address(unit, who, device, address_hash, address)
    if label is not None:
        device.label = who.vault.seal("devices.label", device.id, label)
    await unit.session.flush()
    if is_live_again:
        # A sign-in has been told a moment ago; a phone that registers after it is part of it.
        await _note_added(unit, who, device, told=not await sessions.was_opened_just_now(unit, who))
        await late_devices.push_waiting_notices(unit, device)
        await reachability.mark_reachable(unit, who.person_id)
    return device, is_new


async def _note_added(unit: UnitOfWork, who: Caller, device: Device, *, told: bool) -> None:
    """Record that pushes go to another address from now on; `told`: to the person's other devices too."""
    if told:
        await access_log.announce_own_event(unit, who, AccessKind.DEVICE_ADDED, device.id)
    else:
        access_log.record_own_event(unit, who, AccessKind.DEVICE_ADDED, device.id)


async def _claim_address(unit: UnitOfWork, who: Caller, address_hash: bytes) -> Device | None:
    """Retire other people's devices at this address; return the caller's own, a live one if there is one."""
    holders = await device_retirement.lock_recipients(
        unit,
        who.person_id,
        select(Device)
        .where(Device.address_hash == address_hash, or_(access.mine(Device, who), Device.disabled_at.is_(None)))
        .order_by(Device.disabled_at.is_not(None), Device.id.desc()),
    )
    own_device: Device | None = None
    for holder in holders:
        if holder.person_id == who.person_id:
            own_device = own_device or holder
        else:
            await device_retirement.retire(unit, holder.person_id, [holder.id], DisabledReason.MOVED)
            access_log.record_event(unit, holder.person_id, AccessKind.DEVICE_REMOVED, about=holder.id)
    return own_device


async def refresh_device(
    unit: UnitOfWork, who: Caller, device_id: UUID, address: DeviceAddress, hosts: Sequence[str]
) -> Device:
    """Replace the device's address. Raises NotFound, DeviceRetired, EndpointNotAllowed."""
    for _ in range(3):
        await access.lock_person(unit, who)
        await access.lock_session(unit, who)
        device = await own_device(unit, who, device_id)
        _ensure_allowed_endpoint(DeviceKind(device.kind), address, hosts)
        if device.disabled_at is not None:
            raise DeviceRetired
        if not who.vault.has_key:
            raise KeysUnavailable
        address_hash = _address_hash(unit, DeviceKind(device.kind), address)
        other_holders = await device_retirement.lock_recipients(
            unit,
            who.person_id,
            select(Device).where(
                Device.address_hash == address_hash, Device.disabled_at.is_(None), Device.id != device_id
            ),
            device_id,
        )
        for other in other_holders:
            await device_retirement.retire(unit, other.person_id, [other.id], DisabledReason.MOVED)
            access_log.record_event(unit, other.person_id, AccessKind.DEVICE_REMOVED, about=other.id)
        moved, elsewhere = device.address_hash != address_hash, device.session_id != who.session_id
        if moved or _current_address(who, device) != dict(address):
            refusals.clear_refusals(device)
        device.session_id = who.session_id
        _set_address(unit, who, device, address_hash, address)
        try:
            await unit.session.flush()
        except IntegrityError:
            await unit.rollback()
            continue
        if moved:
            # A phone renews its own address unasked; for that of another one, another is called in its place from now on.
            await _note_added(unit, who, device, told=elsewhere)
            # What the old address refused was meant for this phone as well.
            await late_devices.push_waiting_notices(unit, device)
            await reachability.mark_reachable(unit, who.person_id)
        return device
    raise Busy


async def list_devices(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Device]:
    """Return the caller's devices, newest first, with those retired within 30 days; `limit` + 1 rows at most."""
    statement = select(Device).where(
        access.mine(Device, who),
        or_(Device.disabled_at.is_(None), Device.disabled_at > unit.now - RETIRED_LISTED_FOR),
    )
    if before is not None:
        statement = statement.where(Device.id < before)
    return (await unit.session.execute(statement.order_by(Device.id.desc()).limit(limit + 1))).scalars().all()


async def own_device(unit: UnitOfWork, who: Caller, device_id: UUID) -> Device:
    """Return one of the caller's devices. Raises NotFound."""
    return await access.load_own(unit, who, Device, device_id)


async def remove_device(unit: UnitOfWork, who: Caller, device_id: UUID) -> None:
    """Retire this device; a second removal changes nothing. Raises NotFound."""
    await access.lock_person(unit, who)
    device = await own_device(unit, who, device_id)
    if device.disabled_at is None:
        await device_retirement.retire(unit, who.person_id, [device_id], DisabledReason.REMOVED)
        await access_log.announce_own_event(unit, who, AccessKind.DEVICE_REMOVED, device_id)


async def send_test(unit: UnitOfWork, who: Caller, device_id: UUID) -> UUID:
    """Send a real push to one device and return the delivery's id. Raises NotFound, DeviceRetired, TooMany."""
    device = await own_device(unit, who, device_id)
    if device.disabled_at is not None:
        raise DeviceRetired
    await throttle.consume(unit, TEST_PUSH_LIMIT, str(who.person_id))
    return await create_test_notice(unit, who.person_id, device_id=device_id)


async def _wait_for_presses(unit: UnitOfWork, who: Caller) -> None:
    """Wait until presses that tell this person are committed: they lock the memberships they tell."""
    await unit.session.execute(
        select(Membership.id).where(access.supports(who.person_id)).order_by(Membership.id).with_for_update()
    )


def _ensure_allowed_endpoint(kind: DeviceKind, address: DeviceAddress, hosts: Sequence[str]) -> None:
    if kind is DeviceKind.WEBPUSH and not allowed_endpoint(address["endpoint"], hosts):
        raise EndpointNotAllowed


def _address_hash(unit: UnitOfWork, kind: DeviceKind, address: DeviceAddress) -> bytes:
    identity = address["token"] if kind is DeviceKind.FCM else address["endpoint"]
    return unit.keyring.digest("device.address", f"{kind}\0{identity}".encode())


def _set_address(unit: UnitOfWork, who: Caller, device: Device, address_hash: bytes, address: DeviceAddress) -> None:
    text = json.dumps(dict(address))
    device.address_hash = address_hash
    device.address = who.vault.seal(DEVICE_ADDRESS_COLUMN, device.id, text)
    device.push_address = unit.keyring.push.seal(DEVICE_ADDRESS_COLUMN, device.id, text, device.address)


def _current_address(who: Caller, device: Device) -> dict[str, str] | None:
    """Return the present address of this device; None if it has none, or one that cannot be decrypted."""
    address = who.vault.open(DEVICE_ADDRESS_COLUMN, device.id, device.address)
    return dict(json.loads(address)) if address else None


async def _ensure_device_room(unit: UnitOfWork, who: Caller) -> None:
    """Raise TooManyDevices when the caller has the maximum; their row must be locked."""
    device_count = select(func.count()).where(access.mine(Device, who), Device.disabled_at.is_(None))
    if (await unit.session.execute(device_count)).scalar_one() >= MAX_DEVICES:
        raise TooManyDevices
