"""How long things are kept: what is past its time, found in small batches and cleared away in short transactions."""

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
    Delivery,
    Device,
    IdempotencyKey,
    Invitation,
    KnownPlace,
    Message,
    PasskeyChallenge,
    ReachIn,
    ReachOut,
    Throttle,
)
from models.enums import DeliveryState
from rules import idempotency
from rules.accounts import devices, known_places

PURGE_BATCH = 500
DELIVERY_RETENTION = timedelta(days=30)
"""Deliveries with their receipts; what came of them stands with the recipient."""
IDEMPOTENCY_RETENTION = idempotency.KEY_LIFETIME + timedelta(hours=1)
ACCESS_LOG_RETENTION = timedelta(days=90)
"""The access log: long enough to find what happened before one noticed."""
UNCONFIRMED_CHANNEL_RETENTION = timedelta(days=1)
"""A channel whose code nobody has typed in."""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of row: `find` gives the keys of what is past its time, `clear` takes it away.

    Only `clear` needs the writer. It asks again, for the world may have moved on since `find`.
    """

    key: InstrumentedAttribute[Any]
    find: Select[Any]
    clear: Delete | Update
    batch: int

    @property
    def table(self) -> str:
        return str(self.key.class_.__tablename__)

    def page(self, after: object) -> Select[Any]:
        """A batch of keys; each goes on where the last one ended, so that no row is looked at twice."""
        found = self.find if after is None else self.find.where(self.key > after)
        return found.order_by(self.key).limit(self.batch)

    def clearing(self, keys: Sequence[object]) -> Delete | Update:
        return self.clear.where(self.key.in_(keys)).execution_options(synchronize_session=False)


def steps(now: datetime, days: int) -> Sequence[Step]:
    """All that is past its time at `now`; notes and messages go `days` after their reach-out was closed.

    What was written in a check-in or a reach-in goes `days` after it was.
    Sessions are not among them: their devices are retired with them (`rules.sessions`).
    """
    closed = ReachOut.closed_at <= now - timedelta(days=days)
    of_closed = Message.reach_out_id.in_(select(ReachOut.id).where(closed))
    # Ids carry the time they were made at, so that the primary key finds what is old.
    long_ago = first_id(now - timedelta(days=days))
    old = Delivery.id < first_id(now - DELIVERY_RETENTION)
    finished = Delivery.state != DeliveryState.PENDING
    remembered = IdempotencyKey.created_at <= now - IDEMPOTENCY_RETENTION
    unconfirmed = (
        Channel.confirmed_at.is_(None)
        & (Channel.created_at <= now - UNCONFIRMED_CHANNEL_RETENTION)
        & or_(Channel.code_expires_at.is_(None), Channel.code_expires_at <= now)
    )
    retired = Device.disabled_at <= now - devices.RETIRED_LISTED_FOR
    return (
        _emptied(ReachOut.id, "note", closed & ReachOut.note.is_not(None)),
        _emptied(Message.id, "text", of_closed & Message.text.is_not(None)),
        _emptied(CheckIn.id, "note", (CheckIn.id < long_ago) & CheckIn.note.is_not(None)),
        _emptied(ReachIn.id, "text", (ReachIn.id < long_ago) & ReachIn.text.is_not(None)),
        _deleted(Delivery.id, old & finished),
        _deleted(AccessEvent.id, AccessEvent.id < first_id(now - ACCESS_LOG_RETENTION)),
        _deleted(IdempotencyKey.key_hash, remembered),
        _deleted(PasskeyChallenge.challenge_hash, PasskeyChallenge.expires_at <= now),
        _deleted(Throttle.key_hash, Throttle.free_at < now),
        _deleted(KnownPlace.place_hash, KnownPlace.used_at <= now - known_places.PLACE_LIFETIME),
        _deleted(Invitation.id, Invitation.expires_at <= now),
        _deleted(Channel.id, unconfirmed),
        # Few at once: no index leads from a device to its deliveries, which are long gone by then.
        _deleted(Device.id, retired, batch=10),
    )


def _deleted(key: InstrumentedAttribute[Any], where: ColumnElement[bool], batch: int = PURGE_BATCH) -> Step:
    return Step(key, select(key).where(where), delete(key.class_).where(where), batch)


def _emptied(key: InstrumentedAttribute[Any], column: str, where: ColumnElement[bool]) -> Step:
    return Step(key, select(key).where(where), update(key.class_).where(where).values({column: None}), PURGE_BATCH)


async def clear(unit: UnitOfWork, step: Step, keys: Sequence[object]) -> int:
    """Clear these away; gives how many were."""
    done = await unit.session.execute(step.clearing(keys))
    return int(getattr(done, "rowcount", 0))
