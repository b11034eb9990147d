"""Channels: a phone number, an e-mail address, an ntfy topic; used only once a code that was sent there came back."""

import hmac
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Channel, Delivery, ReachOut, Recipient
from models.enums import AccessKind, ChannelKind, DeliveryState
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import access_log, throttle
from rules.accounts.throttle import Limit
from rules.circle import reachability
from rules.errors import ChannelNotOffered, CodeOver, CodeWrong, TooManyChannels
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import create_test_notice, withdraw
from rules.reach_out.reach_change import changing_reach, lock_reach_outs_of
from rules.upkeep import wal_truncation

MAX_CHANNELS = 5
MAX_CODE_GUESSES = 5
CHANNEL_ADDRESS_COLUMN = "channels.address"
"""What an address is sealed as, under either key."""
CODE_LIFETIME = timedelta(minutes=10)
CODES_PER_PERSON = Limit("channels.codes", burst=5, every=1800)
"""Codes one person may have sent: each of them costs the operator money."""
CODES_PER_ADDRESS = Limit("channels.codes_there", burst=3, every=1800)
"""Codes that may be sent to one address, whoever asks: nobody is pestered by people who type in a stranger's number."""


async def add(
    unit: UnitOfWork,
    who: Caller,
    kind: ChannelKind,
    address: str,
    offered: Collection[str],
    asked: RequestFingerprint | None,
) -> tuple[Channel, bool]:
    """The channel with this address, and whether it is new; a code is on its way unless it is confirmed already.

    `address` is one of `core.addresses`. A retry of the same request sends no second code.
    Raises ChannelNotOffered, TooManyChannels, TooMany, KeyReused, KeysUnavailable.
    """
    if kind not in offered:
        raise ChannelNotOffered
    if not who.vault.good:
        raise KeysUnavailable
    # Mail finds its way whatever the letters; `Topic` and `topic` are two topics.
    same = address.lower() if kind is ChannelKind.EMAIL else address
    hashed = unit.keyring.digest("channel.address", f"{kind}\0{same}".encode())
    found = False

    async def create() -> UUID:
        nonlocal found
        await access.lock_person(unit, who)
        mine = (
            await unit.session.execute(
                select(Channel).where(access.mine(Channel, who), Channel.address_hash == hashed).with_for_update()
            )
        ).scalar_one_or_none()
        found = mine is not None
        if mine is None:
            await _room(unit, who)
            mine = Channel(
                id=unit.new_id(),
                person_id=who.person_id,
                kind=str(kind),
                address_hash=hashed,
                guesses=0,
                created_at=unit.now,
            )
            mine.address = who.vault.seal(CHANNEL_ADDRESS_COLUMN, mine.id, address)
            mine.push_address = unit.keyring.push.seal(CHANNEL_ADDRESS_COLUMN, mine.id, address, mine.address)
            unit.session.add(mine)
            access_log.record_own_event(unit, who, AccessKind.CHANNEL_ADDED, mine.id)
            await unit.session.flush()
        if mine.confirmed_at is None:
            await _send_code(unit, who, mine)
        return mine.id

    channel_id, _ = await idempotency.run_once(unit, asked, who.person_id, create)
    return await own_channel(unit, who, channel_id), not found


async def list_channels(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Channel]:
    """The caller's channels, newest first, confirmed or not; `limit` + 1 rows at most."""
    statement = select(Channel).where(access.mine(Channel, who))
    if before is not None:
        statement = statement.where(Channel.id < before)
    return (await unit.session.execute(statement.order_by(Channel.id.desc()).limit(limit + 1))).scalars().all()


async def own_channel(unit: UnitOfWork, who: Caller, channel_id: UUID, *, lock: bool = False) -> Channel:
    """A channel of the caller's. Raises NotFound."""
    return await access.own_row(unit, who, Channel, channel_id, lock=lock)


async def confirm(unit: UnitOfWork, who: Caller, channel_id: UUID, code: str) -> tuple[Channel, CodeWrong | None]:
    """Take a code; the channel counts from now on if it is the right one. Confirming twice changes nothing.

    A wrong code is given back and not raised: the guess has to be committed, or guessing would be free.
    Raises NotFound, CodeOver, KeysUnavailable.
    """
    # A confirmed channel changes what the caller's row and open reach-outs say of them, and those come first in the order
    # of locks.
    await access.lock_person(unit, who)
    await lock_reach_outs_of(unit, [who.person_id])
    found = await own_channel(unit, who, channel_id, lock=True)
    if found.confirmed_at is not None:
        return found, None
    if found.code is None or found.code_expires_at is None or found.code_expires_at <= unit.now:
        raise CodeOver
    if found.guesses >= MAX_CODE_GUESSES:
        raise CodeOver
    right = who.vault.open("channels.code", found.id, found.code)
    if right is None:
        raise KeysUnavailable
    if not hmac.compare_digest(right.encode(), code.encode()):
        found.guesses += 1
        await unit.session.flush()
        return found, CodeWrong(extra={"guesses_left": MAX_CODE_GUESSES - found.guesses})
    found.confirmed_at = unit.now
    found.code = found.code_expires_at = None
    found.guesses = 0
    access_log.record_own_event(unit, who, AccessKind.CHANNEL_CONFIRMED, found.id)
    await unit.session.flush()
    await _reachable_again(unit, who.person_id)
    await reachability.mark_reachable(unit, who.person_id)
    return found, None


async def remove(unit: UnitOfWork, who: Caller, channel_id: UUID) -> None:
    """Forget this address at once; what was due to go there is not sent. Raises NotFound."""
    async with changing_reach(unit, [who.person_id]):
        channel = await own_channel(unit, who, channel_id, lock=True)
        # The rows that go with it are locked in the order of their ids, as the recording of outcomes does it.
        await unit.session.execute(
            select(Delivery.id).where(Delivery.channel_id == channel_id).order_by(Delivery.id).with_for_update()
        )
        unit.session.expunge(channel)
        await unit.session.execute(delete(Channel).where(Channel.id == channel_id))
        await wal_truncation.mark_erased(unit)
        access_log.record_own_event(unit, who, AccessKind.CHANNEL_REMOVED, channel_id)


async def _send_code(unit: UnitOfWork, who: Caller, channel: Channel) -> None:
    """Make a fresh code and put it on its way; the one before no longer counts. Raises TooMany."""
    there = channel.address_hash.hex()
    await throttle.consume(unit, CODES_PER_PERSON, str(who.person_id))
    await throttle.consume(unit, CODES_PER_ADDRESS, there)
    number = int.from_bytes(idempotency.secret(unit, None, "channels.code", 16)) % 1_000_000
    channel.code = who.vault.seal("channels.code", channel.id, f"{number:06}")
    channel.code_expires_at = unit.now + CODE_LIFETIME
    channel.guesses = 0
    await unit.session.flush()
    # A gateway that was away must not send the same code as often as it was asked for.
    await withdraw(
        unit,
        select(Delivery.notice_id).where(Delivery.channel_id == channel.id, Delivery.state == DeliveryState.PENDING),
    )
    await create_test_notice(unit, who.person_id, channel_id=channel.id)


async def _reachable_again(unit: UnitOfWork, person_id: UUID) -> None:
    """Open reach-outs no longer say that nothing reaches this person: the next rung for channels tries this one."""
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


async def _room(unit: UnitOfWork, who: Caller) -> None:
    """The caller of this holds the person. Raises TooManyChannels."""
    held = select(func.count()).where(access.mine(Channel, who))
    if (await unit.session.execute(held)).scalar_one() >= MAX_CHANNELS:
        raise TooManyChannels
