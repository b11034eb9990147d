"""Channels: a phone number, an e-mail address or an ntfy topic, used once its owner has typed in the code sent there."""

import hmac
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Channel, Delivery, Membership, ReachOut, Recipient
from models.enums import AccessKind, ChannelKind, DeliveryState
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import access_log, throttle
from rules.accounts.throttle import RateLimit
from rules.circle import reachability
from rules.errors import ChannelNotOffered, CodeOver, CodeWrong, TooManyChannels
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import create_test_notice
from rules.outbox.cancellation import cancel_deliveries
from rules.reach_out.advance import changing_reach, lock_joined_reach_outs
from rules.upkeep import wal_truncation

MAX_CHANNELS = 5
MAX_CODE_GUESSES = 5
CHANNEL_ADDRESS_COLUMN = "channels.address"
"""The column name that binds an encrypted address to its place, under the data key and the push key alike."""
CODE_LIFETIME = timedelta(minutes=10)
CODES_PER_PERSON = RateLimit("channels.codes", burst=5, every=1800)
"""Limits the codes that one person may request: each message costs the operator money."""
CODES_PER_ADDRESS = RateLimit("channels.codes_there", burst=3, every=1800)
"""Limits the codes sent to one address, whoever requests them, so that a stranger's number cannot be spammed."""


async def add_channel(
    unit: UnitOfWork,
    who: Caller,
    kind: ChannelKind,
    address: str,
    offered: Collection[str],
    fingerprint: RequestFingerprint | None,
) -> tuple[Channel, bool]:
    """Return the channel with this address, and whether it is new; send a code unless it is confirmed already.

    `address` has been normalized by `core.addresses`. A retry of the same request sends no second code.
    Raises ChannelNotOffered, TooManyChannels, TooMany, KeyReused, KeysUnavailable.
    """
    if kind not in offered:
        raise ChannelNotOffered
    if not who.vault.has_key:
        raise KeysUnavailable
    is_new = True

    async def create() -> UUID:
        nonlocal is_new
        await access.lock_person(unit, who)
        address_hash = _channel_address_hash(unit, kind, address)
        statement = select(Channel).where(access.mine(Channel, who), Channel.address_hash == address_hash)
        channel = (await unit.session.execute(statement.with_for_update())).scalar_one_or_none()
        is_new = channel is None
        if channel is None:
            channel = await _insert_channel(unit, who, kind, address, address_hash)
        if channel.confirmed_at is None:
            await send_code(unit, who, channel)
        return channel.id

    channel_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return await own_channel(unit, who, channel_id), is_new


def _channel_address_hash(unit: UnitOfWork, kind: ChannelKind, address: str) -> bytes:
    # Mail addresses are compared without case; ntfy topics are not.
    canonical_address = address.lower() if kind is ChannelKind.EMAIL else address
    return unit.keyring.digest("channel.address", f"{kind}\0{canonical_address}".encode())


async def _insert_channel(
    unit: UnitOfWork, who: Caller, kind: ChannelKind, address: str, address_hash: bytes
) -> Channel:
    """Insert an unconfirmed channel of the caller, whose row must be locked. Raises TooManyChannels."""
    await _ensure_channel_room(unit, who)
    channel = Channel(
        id=unit.new_id(),
        person_id=who.person_id,
        kind=str(kind),
        address_hash=address_hash,
        guesses=0,
        created_at=unit.now,
    )
    channel.address = who.vault.seal(CHANNEL_ADDRESS_COLUMN, channel.id, address)
    channel.push_address = unit.keyring.push.seal(CHANNEL_ADDRESS_COLUMN, channel.id, address, channel.address)
    unit.session.add(channel)
    await access_log.announce_own_event(unit, who, AccessKind.CHANNEL_ADDED, channel.id)
    await unit.session.flush()
    return channel


async def list_channels(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Channel]:
    """Return the caller's channels, newest first, confirmed or not; `limit` + 1 rows at most."""
    statement = select(Channel).where(access.mine(Channel, who))
    if before is not None:
        statement = statement.where(Channel.id < before)
    return (await unit.session.execute(statement.order_by(Channel.id.desc()).limit(limit + 1))).scalars().all()


async def own_channel(unit: UnitOfWork, who: Caller, channel_id: UUID, *, lock: bool = False) -> Channel:
    """Return one of the caller's channels, locked on request. Raises NotFound."""
    return await access.load_own(unit, who, Channel, channel_id, lock=lock)


async def confirm_channel(
    unit: UnitOfWork, who: Caller, channel_id: UUID, code: str
) -> tuple[Channel, CodeWrong | None]:
    """Check a code and confirm the channel if it matches. Confirming twice changes nothing.

    A wrong code is returned rather than raised: the guess has to be committed, or guesses would not be counted.
    Raises NotFound, CodeOver, KeysUnavailable.
    """
    # Confirming changes the caller's row and the open reach-outs they were told of, which come first in the lock order.
    await access.lock_person(unit, who)
    await lock_joined_reach_outs(unit, [who.person_id])
    channel = await own_channel(unit, who, channel_id, lock=True)
    if channel.confirmed_at is not None:
        return channel, None
    wrong = await use_code(unit, who, channel, code)
    if wrong is not None:
        return channel, wrong
    channel.confirmed_at = unit.now
    await access_log.announce_own_event(unit, who, AccessKind.CHANNEL_CONFIRMED, channel.id)
    await unit.session.flush()
    await _mark_reachable_in_reach_outs(unit, who.person_id)
    await reachability.mark_reachable(unit, who.person_id)
    return channel, None


async def use_code(unit: UnitOfWork, who: Caller, channel: Channel, code: str) -> CodeWrong | None:
    """Use up the code that was sent to this channel, which is locked. A wrong one is returned, with the guesses left.

    Raises CodeOver, KeysUnavailable.
    """
    if channel.code is None or channel.code_expires_at is None or channel.code_expires_at <= unit.now:
        raise CodeOver
    if channel.guesses >= MAX_CODE_GUESSES:
        raise CodeOver
    expected_code = who.vault.open("channels.code", channel.id, channel.code)
    if expected_code is None:
        raise KeysUnavailable
    if not hmac.compare_digest(expected_code.encode(), code.encode()):
        channel.guesses += 1
        await unit.session.flush()
        return CodeWrong(extra={"guesses_left": MAX_CODE_GUESSES - channel.guesses})
    channel.code = channel.code_expires_at = None
    channel.guesses = 0
    await unit.session.flush()
    return None


async def add_number_for_links(unit: UnitOfWork, who: Caller) -> None:
    """Write to the number that is called as well: a voice can say no link. Its owner has confirmed it by the call."""
    called = (await unit.session.execute(select(Channel).where(access.mine(Channel, who)))).scalars().all()
    for channel in called:
        address = who.vault.open(CHANNEL_ADDRESS_COLUMN, channel.id, channel.address)
        if channel.kind != ChannelKind.CALL or channel.confirmed_at is None or address is None:
            continue
        address_hash = _channel_address_hash(unit, ChannelKind.SMS, address)
        if all(other.address_hash != address_hash for other in called):
            number = await _insert_channel(unit, who, ChannelKind.SMS, address, address_hash)
            number.confirmed_at = unit.now


async def is_address_in_circle(unit: UnitOfWork, who: Caller, owner_id: UUID) -> bool:
    """Return whether somebody of this circle, or its owner, is reached at an address of the caller, written to or called."""
    own = (await unit.session.execute(select(Channel).where(access.mine(Channel, who)))).scalars().all()
    hashes = {channel.address_hash for channel in own}
    for channel in own:
        address = who.vault.open(CHANNEL_ADDRESS_COLUMN, channel.id, channel.address)
        if address is not None and channel.kind in {ChannelKind.SMS, ChannelKind.CALL}:
            hashes |= {_channel_address_hash(unit, kind, address) for kind in (ChannelKind.SMS, ChannelKind.CALL)}
    there = select(Channel.id).where(Channel.address_hash.in_(hashes), Channel.confirmed_at.is_not(None)).limit(1)
    members = there.join(Membership, Membership.member_id == Channel.person_id).where(
        access.owned_by(Membership, owner_id)
    )
    for statement in (members, there.where(access.owned_by(Channel, owner_id))):
        if (await unit.session.execute(statement)).first() is not None:
            return True
    return False


async def remove_channel(unit: UnitOfWork, who: Caller, channel_id: UUID) -> None:
    """Delete this channel with its pending deliveries, at once. Raises NotFound."""
    await access.lock_person(unit, who)
    async with changing_reach(unit, [who.person_id]):
        channel = await own_channel(unit, who, channel_id, lock=True)
        # Its deliveries are deleted with it, and locked in id order, as where outcomes are recorded.
        await unit.session.execute(
            select(Delivery.id).where(Delivery.channel_id == channel_id).order_by(Delivery.id).with_for_update()
        )
        unit.session.expunge(channel)
        await unit.session.execute(delete(Channel).where(Channel.id == channel_id))
        await wal_truncation.mark_erased(unit)
        await access_log.announce_own_event(unit, who, AccessKind.CHANNEL_REMOVED, channel_id)


async def send_code(unit: UnitOfWork, who: Caller, channel: Channel) -> None:
    """Send a new code, which replaces the one before it. Raises TooMany."""
    await throttle.consume(unit, CODES_PER_PERSON, str(who.person_id))
    await throttle.consume(unit, CODES_PER_ADDRESS, _hash_for_limit(unit, who, channel).hex())
    code_number = int.from_bytes(idempotency.secret(unit, None, "channels.code", 16)) % 1_000_000
    channel.code = who.vault.seal("channels.code", channel.id, f"{code_number:06}")
    channel.code_expires_at = unit.now + CODE_LIFETIME
    channel.guesses = 0
    await unit.session.flush()
    # A gateway that comes back after an outage must not send every code that was requested meanwhile.
    await cancel_deliveries(
        unit,
        select(Delivery.notice_id).where(Delivery.channel_id == channel.id, Delivery.state == DeliveryState.PENDING),
    )
    await create_test_notice(unit, who.person_id, channel_id=channel.id)


def _hash_for_limit(unit: UnitOfWork, who: Caller, channel: Channel) -> bytes:
    """Return what the limit of an address counts: a number is sent as many codes, whether it is written to or called."""
    address = who.vault.open(CHANNEL_ADDRESS_COLUMN, channel.id, channel.address)
    if channel.kind != ChannelKind.CALL or address is None:
        return channel.address_hash
    return _channel_address_hash(unit, ChannelKind.SMS, address)


async def _mark_reachable_in_reach_outs(unit: UnitOfWork, person_id: UUID) -> None:
    """Mark this person as reachable in open reach-outs, so that the next rung that uses channels tries them."""
    changed = await unit.session.execute(
        update(Recipient)
        .where(
            access.owned_by(Recipient, person_id),
            Recipient.unreachable_at.is_not(None),
            Recipient.gone_at.is_(None),
            Recipient.reach_out_id.in_(select(ReachOut.id).where(ReachOut.closed_at.is_(None))),
        )
        .values(unreachable_at=None)
        .returning(Recipient.reach_out_id)
        .execution_options(synchronize_session=False)
    )
    ids = changed.scalars().all()
    if ids:
        owners = await unit.session.execute(select(ReachOut.person_id, ReachOut.id).where(ReachOut.id.in_(ids)))
        for owner_id, reach_out_id in owners:
            unit.publish(owner_id, "reach_out", reach_out_id)


async def _ensure_channel_room(unit: UnitOfWork, who: Caller) -> None:
    """Raise TooManyChannels when the caller has the maximum; their row must be locked."""
    channel_count = select(func.count()).where(access.mine(Channel, who))
    if (await unit.session.execute(channel_count)).scalar_one() >= MAX_CHANNELS:
        raise TooManyChannels
