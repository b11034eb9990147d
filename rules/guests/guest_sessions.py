"""Sessions of guests: an hour to join or to change something, and one for each opening of a link."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, update

from core.unit_of_work import UnitOfWork
from models import GuestSession, Recipient
from models.enums import Carrier, GuestSessionKind
from rules import access
from rules.access import Caller
from rules.accounts import throttle
from rules.accounts.throttle import RateLimit
from rules.guests.links import OpenLink

JOINING_LIFETIME = timedelta(hours=1)
OPENINGS_PER_GUEST = RateLimit("guests.openings", burst=60, every=60)
"""Limits how often a guest's links are opened: scanners of mail open them too."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session of a guest. Only a hash of `token` is stored."""

    id: UUID
    token: str
    carrier: Carrier
    expires_at: datetime


async def open_joining(unit: UnitOfWork, person_id: UUID, carrier: Carrier) -> OpenedSession:
    """Open a session in which a guest joins, or changes how they are reached, for an hour."""
    return await _insert_session(unit, person_id, GuestSessionKind.JOINING, None, carrier, unit.now + JOINING_LIFETIME)


async def open_linked(unit: UnitOfWork, link: OpenLink, carrier: Carrier) -> OpenedSession:
    """Open a session for one reach-out, once more for each opening of its link. Raises TooMany."""
    await throttle.consume(unit, OPENINGS_PER_GUEST, str(link.person_id))
    return await _insert_session(unit, link.person_id, GuestSessionKind.LINK, link.reach_out_id, carrier, link.until)


async def guest_of(unit: UnitOfWork, opened: OpenedSession) -> Caller:
    """Return the guest whom this session carries."""
    return await access.load_guest(unit, opened.token)


async def discard(unit: UnitOfWork, opened: OpenedSession) -> None:
    """Take back a session whose code was wrong."""
    await unit.session.execute(delete(GuestSession).where(GuestSession.id == opened.id))


async def end_all(unit: UnitOfWork, person_id: UUID) -> None:
    """End every session and every link of somebody who is no guest any longer."""
    await unit.session.execute(
        update(Recipient)
        .where(access.owned_by(Recipient, person_id), Recipient.link_hash.is_not(None))
        .values(link_hash=None)
        .execution_options(synchronize_session=False)
    )
    await unit.session.execute(delete(GuestSession).where(access.guest_sessions_of(person_id)))


async def _insert_session(
    unit: UnitOfWork,
    person_id: UUID,
    kind: GuestSessionKind,
    reach_out_id: UUID | None,
    carrier: Carrier,
    expires_at: datetime,
) -> OpenedSession:
    token = unit.new_token(32)
    session = GuestSession(
        id=unit.new_id(),
        person_id=person_id,
        kind=str(kind),
        reach_out_id=reach_out_id,
        token_hash=access.token_hash(token),
        carrier=str(carrier),
        created_at=unit.now,
        expires_at=expires_at,
    )
    unit.session.add(session)
    await unit.session.flush()
    return OpenedSession(session.id, token, carrier, expires_at)
