"""Signing in and out: opaque tokens, sliding expiry, fresh proof, and what a sign-out takes along."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update

from core.unit_of_work import UnitOfWork
from models import Device, Person, Session
from models.enums import AccessKind, Carrier, DisabledReason
from rules import access
from rules.access import Caller, token_hash
from rules.accounts import access_log
from rules.accounts.throttle import Limit
from rules.errors import WrongCredentials
from rules.outbox import device_retirement

SESSION_IDLE_LIFETIME = timedelta(days=180)
SLIDE_INTERVAL = timedelta(hours=1)
"""A session's last use is written at most this often."""

# Counted for wrong guesses only. Nobody is kept out where they have signed in before (`rules.known_places`) by what is
# guessed elsewhere.
GUESSES_PER_NAME_AND_PLACE = Limit("sign_in.name_and_place", burst=10, every=30)
GUESSES_PER_NAME = Limit("sign_in.name", burst=40, every=60)
"""From everywhere that the name's owner has never signed in."""
GUESSES_PER_PLACE = Limit("sign_in.place", burst=100, every=5)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. `token` is known to nobody but the one it is given to."""

    person_id: UUID
    display_name: str | None
    session_id: UUID
    token: str
    carrier: Carrier
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What a passphrase is checked against; `earlier`: it was right as hashes were made in an earlier release."""

    person_id: UUID
    passphrase_hash: str
    earlier: bool = False


async def known(unit: UnitOfWork, name_hash: bytes) -> Known | None:
    found = (
        await unit.session.execute(
            select(Person.id, Person.passphrase_hash).where(Person.sign_in_name_hash == name_hash)
        )
    ).one_or_none()
    return None if found is None else Known(found.id, found.passphrase_hash)


async def sign_in(
    unit: UnitOfWork, who: Known, carrier: Carrier, token: bytes, fresh_hash: str | None, *, again: bool
) -> SignedIn:
    """Open a session for somebody whose passphrase was right. `fresh_hash` replaces a hash made too weakly.

    Raises WrongCredentials when the passphrase was changed meanwhile.
    """
    # Held: a new passphrase that is being set waits, and then ends this session with the others.
    held = select(Person).where(Person.id == who.person_id).with_for_update(key_share=True)
    found = (await unit.session.execute(held.execution_options(populate_existing=True))).scalar_one_or_none()
    if found is None or found.passphrase_hash != who.passphrase_hash:
        raise WrongCredentials
    if fresh_hash is not None:
        found.passphrase_hash = fresh_hash
    return await open_for(unit, found, carrier, token, AccessKind.SIGNED_IN, again=again)


async def open_for(
    unit: UnitOfWork,
    person: Person,
    carrier: Carrier,
    token: bytes | None,
    how: AccessKind,
    *,
    about: UUID | None = None,
    again: bool = False,
) -> SignedIn:
    """A session for this person. `again` (a retry) hands out the session that the same `token` bytes opened before.

    A session that was signed out meanwhile stays so: the retry then opens another one. `how` goes into the access log,
    with the passkey that it is `about`.
    """
    text = unit.new_token(32) if token is None else _text(token)
    found = None
    if again:
        found = await _opened_with(unit, text)
        text = text if found is not None else unit.new_token(32)
    if found is None:
        found = Session(id=unit.new_id(), person_id=person.id, token_hash=token_hash(text), created_at=unit.now)
        unit.session.add(found)
        access_log.record_event(unit, person.id, how, about=about, session=found.id)
    found.carrier = carrier
    found.used_at = found.proven_at = unit.now
    found.expires_at = unit.now + SESSION_IDLE_LIFETIME
    await unit.session.flush()
    return _signed_in(unit, person, found, text)


async def opened_before(unit: UnitOfWork, person: Person, token: bytes, since: datetime) -> SignedIn | None:
    """The session that these bytes have opened since then, as it stands; None when it was signed out meanwhile."""
    found = await _opened_with(unit, _text(token))
    if found is None or found.person_id != person.id or found.created_at < since:
        return None
    return _signed_in(unit, person, found, _text(token))


def _text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


async def _opened_with(unit: UnitOfWork, text: str) -> Session | None:
    found = await unit.session.execute(select(Session).where(Session.token_hash == token_hash(text)))
    return found.scalar_one_or_none()


def _signed_in(unit: UnitOfWork, person: Person, found: Session, text: str) -> SignedIn:
    name = unit.keyring.vault(person.id, person.data_key).open("people.display_name", person.id, person.display_name)
    return SignedIn(person.id, name, found.id, text, Carrier(found.carrier), found.expires_at)


async def slide(unit: UnitOfWork, session_id: UUID) -> None:
    """Push the idle limit on. A session that has ended meanwhile stays ended."""
    await unit.session.execute(
        update(Session)
        .where(Session.id == session_id)
        .values(used_at=unit.now, expires_at=unit.now + SESSION_IDLE_LIFETIME)
    )


async def prove(unit: UnitOfWork, who: Caller) -> None:
    """The passphrase was given again just now."""
    await unit.session.execute(update(Session).where(Session.id == who.session_id).values(proven_at=unit.now))


async def list_sessions(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Session]:
    """Where the caller is signed in, newest first, `limit` + 1 rows at most."""
    statement = select(Session).where(access.mine(Session, who), Session.expires_at > unit.now)
    if before is not None:
        statement = statement.where(Session.id < before)
    return (await unit.session.execute(statement.order_by(Session.id.desc()).limit(limit + 1))).scalars().all()


async def end(unit: UnitOfWork, who: Caller, session_id: UUID) -> None:
    """Sign out one session of the caller's. Raises NotFound for anybody else's."""
    await access.own_row(unit, who, Session, session_id)
    access_log.record_own_event(unit, who, AccessKind.SIGNED_OUT, session_id)
    await _end(unit, who.person_id, [session_id])


async def end_others(unit: UnitOfWork, person_id: UUID, keep: UUID | None) -> None:
    """Sign out everywhere but in the session `keep`."""
    statement = select(Session.id).where(access.owned_by(Session, person_id))
    if keep is not None:
        statement = statement.where(Session.id != keep)
    ended = (await unit.session.execute(statement)).scalars().all()
    for session_id in ended:
        access_log.record_event(unit, person_id, AccessKind.SIGNED_OUT, about=session_id, session=keep)
    await _end(unit, person_id, ended)


async def expired(unit: UnitOfWork, limit: int) -> dict[UUID, list[UUID]]:
    """Sessions past their time, by person."""
    found: dict[UUID, list[UUID]] = {}
    rows = await unit.session.execute(
        select(Session.person_id, Session.id).where(Session.expires_at <= unit.now).limit(limit)
    )
    for person_id, session_id in rows:
        found.setdefault(person_id, []).append(session_id)
    return found


async def end_expired(unit: UnitOfWork, person_id: UUID, ended: Sequence[UUID]) -> int:
    """End those of them that are still past their time, with the devices that hang on them; gives how many."""
    statement = select(Session.id).where(Session.id.in_(ended), Session.expires_at <= unit.now).with_for_update()
    still = (await unit.session.execute(statement)).scalars().all()
    await _end(unit, person_id, still)
    return len(still)


async def _end(unit: UnitOfWork, person_id: UUID, ended: Sequence[UUID]) -> None:
    if not ended:
        return
    # Held first: a device that is being registered in one of them is seen below, or finds it gone.
    await unit.session.execute(select(Session.id).where(Session.id.in_(ended)).order_by(Session.id).with_for_update())
    found = await unit.session.execute(
        select(Device.id).where(Device.session_id.in_(ended), Device.disabled_at.is_(None))
    )
    await device_retirement.retire(unit, person_id, found.scalars().all(), DisabledReason.SIGNED_OUT)
    await unit.session.execute(delete(Session).where(Session.id.in_(ended)))
    for session_id in ended:
        unit.publish(person_id, "signed_out", session_id)
