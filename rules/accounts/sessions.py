"""Sessions: opaque tokens, sliding expiry, fresh proof, and the devices that end with a session."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import LargeBinary, bindparam, delete, select, update

from core.unit_of_work import Operation, UnitOfWork
from models import Device, Person, Session
from models.enums import AccessKind, Carrier, DisabledReason, Platform
from rules import access
from rules.access import Caller, token_hash
from rules.accounts import access_log
from rules.accounts.throttle import RateLimit
from rules.errors import AccountDisabled, WrongCredentials
from rules.outbox import device_retirement

SESSION_IDLE_LIFETIME = timedelta(days=180)
SLIDE_INTERVAL = timedelta(hours=1)
"""A session's last use is recorded at most this often."""

# These count wrong guesses only. Guesses made elsewhere never lock anybody out where they have signed in before
# (`rules.accounts.known_places`).
GUESSES_PER_NAME_AND_PLACE = RateLimit("sign_in.name_and_place", burst=10, every=30)
GUESSES_PER_NAME = RateLimit("sign_in.name", burst=40, every=60)
"""Counts the guesses from all places where the name's owner has never signed in."""
GUESSES_PER_PLACE = RateLimit("sign_in.place", burst=100, every=5)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session. Only a hash of `token` is stored."""

    person_id: UUID
    display_name: str | None
    session_id: UUID
    token: str
    carrier: Carrier
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NameOwner:
    """Whose a sign-in name is; `passphrase_hash` is None where a passkey alone opens the account."""

    person_id: UUID
    passphrase_hash: str | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """The hash that a passphrase has matched; `earlier`: in the form that an earlier release hashed."""

    person_id: UUID
    passphrase_hash: str
    earlier: bool = False


_NAME_OWNER = select(Person.id, Person.passphrase_hash, Person.disabled_at).where(
    Person.sign_in_name_hash == bindparam("name_hash", type_=LargeBinary)
)


async def find_name_owner(operation: Operation, name_hash: bytes) -> NameOwner | None:
    """Return whose this sign-in name is; None for an unknown name."""
    rows = await operation.fetch(_NAME_OWNER, {"name_hash": name_hash})
    return NameOwner(*rows[0]) if rows else None


async def lock_for_sign_in(unit: UnitOfWork, person_id: UUID) -> UUID:
    """Lock whoever signs in, before a row that refers to them does: an erasure waits for this lock. Raises WrongCredentials."""
    locked = select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)
    if (await unit.session.execute(locked)).first() is None:
        raise WrongCredentials
    return person_id


async def sign_in(
    unit: UnitOfWork,
    credentials: Credentials,
    carrier: Carrier,
    token: bytes,
    fresh_hash: str | None,
    *,
    is_retry: bool,
) -> SignedIn:
    """Open a session for somebody whose passphrase was right. `fresh_hash` replaces a hash with outdated parameters.

    Raises WrongCredentials when the passphrase has been changed meanwhile.
    """
    # Locked, so that a concurrent change of the passphrase waits, and then ends this session with the others.
    locked_person = select(Person).where(Person.id == credentials.person_id).with_for_update(key_share=True)
    person = (await unit.session.execute(locked_person.execution_options(populate_existing=True))).scalar_one_or_none()
    if person is None or person.passphrase_hash != credentials.passphrase_hash:
        raise WrongCredentials
    if fresh_hash is not None:
        person.passphrase_hash = fresh_hash
    return await open_session(unit, person, carrier, token, AccessKind.SIGNED_IN, is_retry=is_retry)


async def open_session(
    unit: UnitOfWork,
    person: Person,
    carrier: Carrier,
    token: bytes | None,
    kind: AccessKind,
    *,
    about: UUID | None = None,
    is_retry: bool = False,
) -> SignedIn:
    """Open a session for this person; a retry returns the session that the same `token` bytes have opened.

    If it has been signed out meanwhile, the retry opens another. `kind` is recorded in the access log, with the
    passkey that it is `about`. Raises AccountDisabled.
    """
    if person.disabled_at is not None:
        raise AccountDisabled
    token_text = unit.new_token(32) if token is None else _token_text(token)
    session = None
    is_new = False
    if is_retry:
        session = await _find_by_token(unit, token_text)
        token_text = token_text if session is not None else unit.new_token(32)
    if session is None:
        session = Session(id=unit.new_id(), person_id=person.id, token_hash=token_hash(token_text), created_at=unit.now)
        unit.session.add(session)
        is_new = True
    session.carrier = carrier
    session.used_at = session.proven_at = unit.now
    session.expires_at = unit.now + SESSION_IDLE_LIFETIME
    await unit.session.flush()
    if is_new:
        await access_log.announce_event(unit, person.id, kind, about=about, session=session.id)
    return _build_signed_in(unit, person, session, token_text)


async def find_session_opened_with(unit: UnitOfWork, person: Person, token: bytes, since: datetime) -> SignedIn | None:
    """Return the session that these bytes have opened after `since`; None when it was signed out meanwhile."""
    session = await _find_by_token(unit, _token_text(token))
    if session is None or session.person_id != person.id or session.created_at < since:
        return None
    return _build_signed_in(unit, person, session, _token_text(token))


def _token_text(token: bytes) -> str:
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


async def _find_by_token(unit: UnitOfWork, token_text: str) -> Session | None:
    rows = await unit.session.execute(select(Session).where(Session.token_hash == token_hash(token_text)))
    return rows.scalar_one_or_none()


def _build_signed_in(unit: UnitOfWork, person: Person, session: Session, token_text: str) -> SignedIn:
    name = unit.keyring.vault(person.id, person.data_key).open("people.display_name", person.id, person.display_name)
    return SignedIn(person.id, name, session.id, token_text, Carrier(session.carrier), session.expires_at)


async def extend_session(unit: UnitOfWork, session_id: UUID) -> None:
    """Record a use, and count the idle lifetime from now on. A session that has ended meanwhile stays ended."""
    await unit.session.execute(
        update(Session)
        .where(Session.id == session_id)
        .values(used_at=unit.now, expires_at=unit.now + SESSION_IDLE_LIFETIME)
    )


async def record_proof(unit: UnitOfWork, who: Caller) -> None:
    """Record that the caller has just proved once more who they are."""
    await unit.session.execute(update(Session).where(Session.id == who.session_id).values(proven_at=unit.now))


async def was_opened_just_now(unit: UnitOfWork, who: Caller) -> bool:
    """Return whether the caller's session was opened within the interval of account pushes."""
    opened = Session.created_at > unit.now - access_log.ACCOUNT_PUSH_INTERVAL
    return (
        await unit.session.execute(select(Session.id).where(Session.id == who.session_id, opened))
    ).first() is not None


async def list_sessions(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Session]:
    """Return the caller's sessions, newest first, `limit` + 1 rows at most."""
    statement = select(Session).where(access.mine(Session, who), Session.expires_at > unit.now)
    if before is not None:
        statement = statement.where(Session.id < before)
    return (await unit.session.execute(statement.order_by(Session.id.desc()).limit(limit + 1))).scalars().all()


@dataclass(frozen=True, slots=True)
class SessionDevice:
    """What is known of the phone or browser of a session, from the device that was registered in it last."""

    label: str | None
    platform: Platform | None


async def load_session_devices(unit: UnitOfWork, who: Caller, listed: Sequence[Session]) -> dict[UUID, SessionDevice]:
    """Return the live device of each of the caller's sessions that has one, by session id."""
    rows = await unit.session.execute(
        select(Device)
        .where(
            access.mine(Device, who),
            Device.session_id.in_([session.id for session in listed]),
            Device.disabled_at.is_(None),
        )
        .order_by(Device.id)
    )
    return {
        device.session_id: SessionDevice(
            who.vault.open("devices.label", device.id, device.label),
            Platform(device.platform) if device.platform else None,
        )
        for device in rows.scalars()
        if device.session_id is not None
    }


async def end_session(unit: UnitOfWork, who: Caller, session_id: UUID) -> None:
    """End one of the caller's sessions. Raises NotFound."""
    await access.load_own(unit, who, Session, session_id)
    access_log.record_own_event(unit, who, AccessKind.SIGNED_OUT, session_id)
    await _end_sessions(unit, who.person_id, [session_id])


async def end_others(unit: UnitOfWork, person_id: UUID, keep: UUID | None, *, last_push: bool = False) -> None:
    """End all sessions of this person except `keep`. `last_push`: their devices are still told why."""
    statement = select(Session.id).where(access.owned_by(Session, person_id))
    if keep is not None:
        statement = statement.where(Session.id != keep)
    session_ids = (await unit.session.execute(statement)).scalars().all()
    for session_id in session_ids:
        access_log.record_event(unit, person_id, AccessKind.SIGNED_OUT, about=session_id, session=keep)
    await _end_sessions(unit, person_id, session_ids, last_push=last_push)


async def list_expired(unit: UnitOfWork, limit: int) -> dict[UUID, list[UUID]]:
    """Return the ids of expired sessions by person id, `limit` sessions at most."""
    by_person: dict[UUID, list[UUID]] = {}
    rows = await unit.session.execute(
        select(Session.person_id, Session.id).where(Session.expires_at <= unit.now).limit(limit)
    )
    for person_id, session_id in rows:
        by_person.setdefault(person_id, []).append(session_id)
    return by_person


async def end_expired(unit: UnitOfWork, person_id: UUID, candidates: Sequence[UUID]) -> int:
    """End the candidates that are still expired, with their devices; return how many."""
    statement = select(Session.id).where(Session.id.in_(candidates), Session.expires_at <= unit.now).with_for_update()
    expired_sessions = (await unit.session.execute(statement)).scalars().all()
    await _end_sessions(unit, person_id, expired_sessions)
    return len(expired_sessions)


async def _end_sessions(
    unit: UnitOfWork, person_id: UUID, session_ids: Sequence[UUID], *, last_push: bool = False
) -> None:
    if not session_ids:
        return
    # Locked first: a device that is being registered in one of them is then either seen below, or finds its session gone.
    await unit.session.execute(
        select(Session.id).where(Session.id.in_(session_ids)).order_by(Session.id).with_for_update()
    )
    devices = await unit.session.execute(
        select(Device.id).where(Device.session_id.in_(session_ids), Device.disabled_at.is_(None))
    )
    retired = devices.scalars().all()
    await device_retirement.retire(unit, person_id, retired, DisabledReason.SIGNED_OUT, last_push=last_push)
    await unit.session.execute(delete(Session).where(Session.id.in_(session_ids)))
    for session_id in session_ids:
        unit.publish(person_id, "signed_out", session_id)
