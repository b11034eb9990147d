"""What `porchlight admin` counts: people and refused pushes, without a name or an id."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, distinct, func, select

from core.ids import first_id
from core.unit_of_work import UnitOfWork
from models import Channel, Delivery, Device, Membership, Person, ReachOut, Session
from models.enums import DeliveryState

LATELY = timedelta(days=30)
REFUSALS_SINCE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Refusals:
    """How many pushes to one kind of address ended for one reason."""

    address_kind: str
    reason: str
    count: int


async def count_people(unit: UnitOfWork) -> Mapping[str, int]:
    """Return the counts by what they are of."""
    since = unit.now - LATELY
    counted: dict[str, Select[Any]] = {
        "accounts": select(func.count()).select_from(Person).where(Person.guest_at.is_(None)),
        "guests": select(func.count()).select_from(Person).where(Person.guest_at.is_not(None)),
        "signed in within 30 days": select(func.count(distinct(Session.person_id))).where(Session.used_at >= since),
        "pressed within 30 days": select(func.count(distinct(ReachOut.person_id))).where(
            ReachOut.id >= first_id(since), ReachOut.calm.is_(False)
        ),
        "with somebody in their circle": select(func.count(distinct(Membership.owner_id))).where(
            Membership.confirmed_at.is_not(None)
        ),
        "helping somebody": select(func.count(distinct(Membership.member_id))).where(
            Membership.confirmed_at.is_not(None)
        ),
        "disabled": select(func.count()).select_from(Person).where(Person.disabled_at.is_not(None)),
    }
    return {what: (await unit.session.execute(statement)).scalar_one() for what, statement in counted.items()}


async def count_refusals(unit: UnitOfWork) -> Sequence[Refusals]:
    """Return what push services and gateways have refused within a day, the most frequent first."""
    kind, count = func.coalesce(Device.kind, Channel.kind), func.count()
    rows = await unit.session.execute(
        select(kind, Delivery.last_error, count)
        .select_from(Delivery)
        .outerjoin(Device, Device.id == Delivery.device_id)
        .outerjoin(Channel, Channel.id == Delivery.channel_id)
        .where(
            Delivery.id >= first_id(unit.now - REFUSALS_SINCE),
            Delivery.state.in_([DeliveryState.DEAD, DeliveryState.FAILED]),
        )
        .group_by(kind, Delivery.last_error)
        .order_by(count.desc())
    )
    return [Refusals(kind, reason or "unknown", number) for kind, reason, number in rows]
