"""Channels: a phone number, an e-mail address, an ntfy topic; used only once a code that was sent there came back."""

import hmac
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update

from core.bulk import insert_together
from core.errors import ChannelNotOffered, CodeOver, CodeWrong, KeysUnavailable, NotFound, TooManyChannels
from core.unit import Unit
from models import Channel, Delivery, ReachOut, Recipient
from models.vocabulary import AccessKind, ChannelKind, DeliveryState, NoticeKind
from rules import access, access_log, forgetting, idempotency, reachability, retiring, throttle
from rules.access import Caller
from rules.idempotency import Retry
from rules.telling import DELIVERIES, NOTICES, Telling, announce, channel_row, notice_row, withdraw
from rules.throttle import Limit

MOST = 5
GUESSES = 5
ADDRESS = "channels.address"
"""What an address is sealed as, under either key."""
CODE_LIVES = timedelta(minutes=10)
CODES = Limit("channels.codes", burst=5, every=1800)
"""Codes one person may have sent: each of them costs the operator money."""
CODES_THERE = Limit("channels.codes_there", burst=3, every=1800)
"""Codes that may be sent to one address, whoever asks: nobody is pestered by people who type in a stranger's number."""


async def add(
    unit: Unit, who: Caller, kind: ChannelKind, address: str, offered: Collection[str], asked: Retry | None
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
        await access.hold_person(unit, who)
        mine = (
            await unit.session.execute(
                select(Channel)
                .where(Channel.person_id == who.person_id, Channel.address_hash == hashed)
                .with_for_update()
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
            mine.address = who.vault.seal(ADDRESS, mine.id, address)
            mine.push_address = unit.keyring.push.seal(ADDRESS, mine.id, address, mine.address)
            unit.session.add(mine)
            access_log.done(unit, who, AccessKind.CHANNEL_ADDED, mine.id)
            await unit.session.flush()
        if mine.confirmed_at is None:
            await _send_code(unit, who, mine)
        return mine.id

    channel_id, _ = await idempotency.once(unit, asked, who.person_id, create)
    return await own(unit, who, channel_id), not found


async def mine(unit: Unit, who: Caller, limit: int, before: UUID | None) -> Sequence[Channel]:
    """The caller's channels, newest first, confirmed or not; `limit` + 1 rows at most."""
    statement = select(Channel).where(Channel.person_id == who.person_id)
    if before is not None:
        statement = statement.where(Channel.id < before)
    return (await unit.session.execute(statement.order_by(Channel.id.desc()).limit(limit + 1))).scalars().all()


async def own(unit: Unit, who: Caller, channel_id: UUID, *, lock: bool = False) -> Channel:
    """A channel of the caller's. Raises NotFound."""
    statement = select(Channel).where(Channel.id == channel_id, Channel.person_id == who.person_id)
    if lock:
        statement = statement.with_for_update()
    found = (await unit.session.execute(statement)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


async def confirm(unit: Unit, who: Caller, channel_id: UUID, code: str) -> tuple[Channel, CodeWrong | None]:
    """Take a code; the channel counts from now on if it is the right one. Confirming twice changes nothing.

    A wrong code is given back and not raised: the guess has to be committed, or guessing would be free.
    Raises NotFound, CodeOver, KeysUnavailable.
    """
    # A confirmed channel changes what the caller's row and open reach-outs say of them, and those come first in the order
    # of locks.
    await access.hold_person(unit, who)
    await retiring.lock_open(unit, [who.person_id])
    found = await own(unit, who, channel_id, lock=True)
    if found.confirmed_at is not None:
        return found, None
    if found.code is None or found.code_expires_at is None or found.code_expires_at <= unit.now:
        raise CodeOver
    if found.guesses >= GUESSES:
        raise CodeOver
    right = who.vault.open("channels.code", found.id, found.code)
    if right is None:
        raise KeysUnavailable
    if not hmac.compare_digest(right.encode(), code.encode()):
        found.guesses += 1
        await unit.session.flush()
        return found, CodeWrong(extra={"guesses_left": GUESSES - found.guesses})
    found.confirmed_at = unit.now
    found.code = found.code_expires_at = None
    found.guesses = 0
    access_log.done(unit, who, AccessKind.CHANNEL_CONFIRMED, found.id)
    await unit.session.flush()
    await _reachable_again(unit, who.person_id)
    await reachability.heard(unit, who.person_id)
    return found, None


async def remove(unit: Unit, who: Caller, channel_id: UUID) -> None:
    """Forget this address at once; what was due to go there is not sent. Raises NotFound."""
    await retiring.lock_open(unit, [who.person_id])
    found = await own(unit, who, channel_id, lock=True)
    # The rows that go with it are locked in the order of their ids, as the recording of outcomes does it.
    await unit.session.execute(
        select(Delivery.id).where(Delivery.channel_id == channel_id).order_by(Delivery.id).with_for_update()
    )
    unit.session.expunge(found)
    await unit.session.execute(delete(Channel).where(Channel.id == channel_id))
    await forgetting.mark(unit)
    access_log.done(unit, who, AccessKind.CHANNEL_REMOVED, channel_id)
    await retiring.note_unreachable(unit, [who.person_id])


async def _send_code(unit: Unit, who: Caller, channel: Channel) -> None:
    """Make a fresh code and put it on its way; the one before no longer counts. Raises TooMany."""
    there = channel.address_hash.hex()
    await throttle.take(unit, CODES, str(who.person_id))
    await throttle.take(unit, CODES_THERE, there)
    number = int.from_bytes(idempotency.secret(unit, None, "channels.code", 16)) % 1_000_000
    channel.code = who.vault.seal("channels.code", channel.id, f"{number:06}")
    channel.code_expires_at = unit.now + CODE_LIVES
    channel.guesses = 0
    await unit.session.flush()
    # A gateway that was away must not send the same code as often as it was asked for.
    await withdraw(
        unit,
        select(Delivery.notice_id).where(Delivery.channel_id == channel.id, Delivery.state == DeliveryState.PENDING),
    )
    notice = notice_row(unit, Telling(who.person_id, NoticeKind.TEST, unit.new_id(), who.person_id))
    # It stands in no inbox: a code belongs where the address is.
    notice["dismissed_at"] = unit.now
    delivery = channel_row(unit, notice["id"], channel.id, 1)
    await insert_together(unit.session, [(NOTICES, [notice]), (DELIVERIES, [delivery])])
    announce(unit, [], [delivery])


async def _reachable_again(unit: Unit, person_id: UUID) -> None:
    """Open reach-outs no longer say that nothing reaches this person: the next rung for channels tries this one."""
    changed = await unit.session.execute(
        update(Recipient)
        .where(
            Recipient.person_id == person_id,
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
            unit.tell(owner_id, "reach_out", reach_out_id)


async def _room(unit: Unit, who: Caller) -> None:
    """The caller of this holds the person. Raises TooManyChannels."""
    held = select(func.count()).where(Channel.person_id == who.person_id)
    if (await unit.session.execute(held)).scalar_one() >= MOST:
        raise TooManyChannels
