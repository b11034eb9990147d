"""Retention: rows past their time, found in small batches and deleted or emptied in short transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Update, delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from core.ids import first_id
from core.unit_of_work import UnitOfWork
from models import (
    AccessEvent,
    Channel,
    CheckIn,
    Commitment,
    CommitmentDay,
    Delivery,
    Device,
    GuestSession,
    IdempotencyKey,
    Invitation,
    KnownPlace,
    Membership,
    Message,
    Notice,
    PasskeyChallenge,
    Person,
    Practice,
    ReachIn,
    ReachOut,
    RegistrationInvitation,
    Talk,
    Throttle,
)
from models.enums import DeliveryState
from rules import access, idempotency
from rules.accounts import devices, known_places
from rules.outbox.wanted import MAX_DELIVERY_AGE

PURGE_BATCH = 500
DELIVERY_RETENTION = timedelta(days=30)
"""How long deliveries are kept with their receipts; a recipient's row keeps how far its reach-out came."""
DISMISSED_NOTICE_RETENTION = timedelta(days=30)
"""How long a notice is kept that has left its inbox: a moment that went with its day, what was taken back, a test."""
PARTED_TALK_RETENTION = timedelta(days=2)
"""How long a mark "we talked" is kept whose membership has ended: on its day it can still be set again."""
IDEMPOTENCY_RETENTION = idempotency.IDEMPOTENCY_KEY_LIFETIME + timedelta(hours=1)
ACCESS_LOG_RETENTION = timedelta(days=90)
"""How long the access log is kept: long enough to look up what happened before somebody noticed."""
PRACTICE_RETENTION = timedelta(days=365)
"""How long practices are listed."""
GUEST_WITHOUT_CIRCLE_RETENTION = timedelta(days=1)
"""How long a guest is kept who never confirmed their address, or whom the owner has taken out of their circle."""
UNCONFIRMED_CHANNEL_RETENTION = timedelta(days=1)
"""How long a channel is kept without its code being entered."""


@dataclass(frozen=True, slots=True)
class PurgeStep:
    """One kind of row: `find` selects the keys of rows past their time, `clear` deletes or empties them.

    Only `clear` needs the writer. It repeats the condition, because rows may have changed since `find`.
    """

    key: InstrumentedAttribute[Any]
    find: Select[Any]
    clear: Delete | Update
    batch: int

    @property
    def table(self) -> str:
        return str(self.key.class_.__tablename__)

    def page(self, after: object) -> Select[Any]:
        """Select the next batch of keys after the last one of the batch before, so that no row is read twice."""
        keys = self.find if after is None else self.find.where(self.key > after)
        return keys.order_by(self.key).limit(self.batch)

    def clearing(self, keys: Sequence[object]) -> Delete | Update:
        return self.clear.where(self.key.in_(keys)).execution_options(synchronize_session=False)


def purge_steps(now: datetime, days: int) -> Sequence[PurgeStep]:
    """Return the steps of a purge at `now`. Notes and messages are emptied `days` after their reach-out was closed.

    Notes and weeks of check-ins, texts of reach-ins and of the days of commitments are emptied `days` after they were written,
    texts of commitments `days` after they ended. Sessions are not among the steps: their devices are retired with them
    (`rules.accounts.sessions`).
    """
    closed_long_ago = ReachOut.closed_at <= now - timedelta(days=days)
    message_of_closed = Message.reach_out_id.in_(select(ReachOut.id).where(closed_long_ago))
    # Ids begin with their time, so that the primary key finds old rows.
    oldest_id = first_id(now - timedelta(days=days))
    ended_long_ago = Commitment.ended_at <= now - timedelta(days=days)
    old_deliveries = Delivery.id < first_id(now - DELIVERY_RETENTION)
    is_finished = Delivery.state != DeliveryState.PENDING
    expired_keys = IdempotencyKey.created_at <= now - IDEMPOTENCY_RETENTION
    unconfirmed_channels = (
        Channel.confirmed_at.is_(None)
        & (Channel.created_at <= now - UNCONFIRMED_CHANNEL_RETENTION)
        & or_(Channel.code_expires_at.is_(None), Channel.code_expires_at <= now)
    )
    abandoned_guests = (
        Person.guest_at.is_not(None)
        & (Person.guest_at <= now - GUEST_WITHOUT_CIRCLE_RETENTION)
        & ~select(Membership.id).where(access.supports(Person.id)).exists()
    )
    last_pushed = Device.disabled_at <= now - MAX_DELIVERY_AGE
    retired_devices = Device.disabled_at <= now - devices.RETIRED_LISTED_FOR
    written_in_check_in = or_(CheckIn.note.is_not(None), CheckIn.week.is_not(None))
    return (
        _emptied(ReachOut.id, "note", closed_long_ago & ReachOut.note.is_not(None)),
        _emptied(Message.id, "text", message_of_closed & Message.text.is_not(None)),
        _emptied(CheckIn.id, "note week", (CheckIn.id < oldest_id) & written_in_check_in),
        _emptied(ReachIn.id, "text", (ReachIn.id < oldest_id) & ReachIn.text.is_not(None)),
        _emptied(CommitmentDay.id, "text", (CommitmentDay.id < oldest_id) & CommitmentDay.text.is_not(None)),
        _emptied(Commitment.id, "text", ended_long_ago & Commitment.text.is_not(None)),
        _deleted(Talk.id, Talk.membership_id.is_(None) & (Talk.id < first_id(now - PARTED_TALK_RETENTION))),
        _deleted(Practice.id, Practice.id < first_id(now - PRACTICE_RETENTION)),
        _deleted(Delivery.id, old_deliveries & is_finished),
        _deleted(
            Notice.id, Notice.dismissed_at.is_not(None) & (Notice.id < first_id(now - DISMISSED_NOTICE_RETENTION))
        ),
        _deleted(AccessEvent.id, AccessEvent.id < first_id(now - ACCESS_LOG_RETENTION)),
        _deleted(IdempotencyKey.key_hash, expired_keys),
        _deleted(PasskeyChallenge.challenge_hash, PasskeyChallenge.expires_at <= now),
        _deleted(Throttle.key_hash, Throttle.free_at < now),
        _deleted(KnownPlace.place_hash, KnownPlace.used_at <= now - known_places.PLACE_LIFETIME),
        _deleted(Invitation.id, Invitation.expires_at <= now),
        _deleted(RegistrationInvitation.id, RegistrationInvitation.expires_at <= now),
        _deleted(Channel.id, unconfirmed_channels),
        _deleted(GuestSession.id, GuestSession.expires_at <= now),
        _deleted(Person.id, abandoned_guests, batch=10),
        # Kept of devices that a new passphrase or a recovery has signed out, which are told of it once more.
        _emptied(Device.id, "address push_address", last_pushed & Device.address.is_not(None)),
        # Few at a time: no index leads from a device to its deliveries, which are deleted long before.
        _deleted(Device.id, retired_devices, batch=10),
    )


def _deleted(key: InstrumentedAttribute[Any], where: ColumnElement[bool], batch: int = PURGE_BATCH) -> PurgeStep:
    return PurgeStep(key, select(key).where(where), delete(key.class_).where(where), batch)


def _emptied(key: InstrumentedAttribute[Any], columns: str, where: ColumnElement[bool]) -> PurgeStep:
    empty = dict.fromkeys(columns.split())
    return PurgeStep(key, select(key).where(where), update(key.class_).where(where).values(empty), PURGE_BATCH)


async def clear(unit: UnitOfWork, step: PurgeStep, keys: Sequence[object]) -> int:
    """Delete or empty these rows; return how many."""
    rows = await unit.session.execute(step.clearing(keys))
    return int(getattr(rows, "rowcount", 0))
