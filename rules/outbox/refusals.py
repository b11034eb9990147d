"""Ways that refuse for good: counted in a row, forgotten with the first push that is taken, told apart from the operator's faults."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update

from core.ids import first_id
from core.unit_of_work import UnitOfWork
from models import Channel, Delivery, Device
from rules.circle import reachability
from rules.circle.ways import MAX_REFUSALS
from rules.reach_out.reach_change import changing_reach

MANY_PEOPLE: Final = 3
"""People whose ways refuse for the same reason, from which on it may be us whom the push service refuses."""
REFUSAL_WINDOW: Final = timedelta(days=1)
OPERATOR_REASONS: Final = frozenset(
    {"signature", "sign_in", "unauthenticated", "third_party_auth", "sender_mismatch", "not_set_up", "address_withheld"}
)
"""Reasons that lie with the operator's credentials, gateways or keys as a rule, also where only one person meets them."""


@dataclass(frozen=True, slots=True)
class Way:
    """A device (with the hash of the address that was tried) or a channel of somebody's."""

    person_id: UUID
    device_id: UUID | None
    channel_id: UUID | None
    address_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Refusing:
    """Ways of one kind that refuse for one reason: how many people they belong to, and since when the first of them does."""

    kind: str
    why: str
    people: int
    since: datetime


async def count_refusal(unit: UnitOfWork, way: Way, why: str) -> None:
    """An urgent push was refused for good. The second in a row leaves a person without a way if it was their last.

    The caller has locked the person's open reach-outs (`lock_reach_outs_of`).
    """
    if way.device_id is not None:
        changed = await unit.session.execute(
            update(Device)
            .where(
                Device.id == way.device_id,
                # It may have another address by now, of which nothing is known yet.
                Device.address_hash == way.address_hash,
                Device.disabled_at.is_(None),
            )
            .values(
                refusals=Device.refusals + 1,
                refusal=why[:64],
                refused_at=func.coalesce(Device.refused_at, unit.now),
            )
            .returning(Device.refusals)
            .execution_options(synchronize_session=False)
        )
    else:
        changed = await unit.session.execute(
            update(Channel)
            .where(Channel.id == way.channel_id)
            .values(
                refusals=Channel.refusals + 1,
                refusal=why[:64],
                refused_at=func.coalesce(Channel.refused_at, unit.now),
            )
            .returning(Channel.refusals)
            .execution_options(synchronize_session=False)
        )
    if changed.scalar() == MAX_REFUSALS:
        # Also where another way is left: it may be one that only a later rung tries.
        async with changing_reach(unit, [way.person_id]):
            pass


async def reset_refusals(unit: UnitOfWork, way: Way) -> None:
    """A push was taken: whatever was refused before, this way works."""
    table = Device if way.device_id is not None else Channel
    which = table.id == (way.device_id or way.channel_id)
    before = (await unit.session.execute(select(table.refusals).where(which).with_for_update())).scalar()
    if not before:
        return
    await unit.session.execute(
        update(table)
        .where(which)
        .values(refusals=0, refusal=None, refused_at=None)
        .execution_options(synchronize_session=False)
    )
    if before >= MAX_REFUSALS:
        await reachability.mark_reachable(unit, way.person_id)


def clear_refusals(way: Device | Channel) -> None:
    """Another address, or another sign-in: nothing is known of it yet."""
    way.refusals = 0
    way.refusal = way.refused_at = None


async def refused_by_many(unit: UnitOfWork) -> list[Refusing]:
    """What looks like the operator's fault and not like that of one phone: nothing is to be put right in the database.

    A reason that is ours as a rule, or one that at least three people's ways give while fewer people's take what they are sent.
    """
    found = [
        Refusing(row.kind, row.why, row.people, row.since or unit.now)
        for statement in (_by_reason(Device), _by_reason(Channel))
        for row in await unit.session.execute(statement)
    ]
    return [
        one
        for one in found
        if one.why in OPERATOR_REASONS or (one.people >= MANY_PEOPLE and await _taken(unit, one) < one.people)
    ]


def _by_reason(table: type[Device] | type[Channel]) -> Select[str, str, int, datetime | None]:
    live = Device.disabled_at.is_(None) if table is Device else Channel.confirmed_at.is_not(None)
    return (
        select(
            table.kind.label("kind"),
            func.coalesce(table.refusal, "").label("why"),
            func.count(table.person_id.distinct()).label("people"),
            func.min(table.refused_at).label("since"),
        )
        .where(table.refusals > 0, table.refused_at.is_not(None), live)
        .group_by(table.kind, table.refusal)
        .order_by(table.kind, table.refusal)
    )


async def _taken(unit: UnitOfWork, refusing: Refusing) -> int:
    """How many people's ways of that kind have taken a push since, within the last day."""
    since = max(refusing.since, unit.now - REFUSAL_WINDOW)
    taken = await unit.session.execute(
        select(func.count(func.coalesce(Device.person_id, Channel.person_id).distinct()))
        .select_from(Delivery)
        .outerjoin(Device, Device.id == Delivery.device_id)
        .outerjoin(Channel, Channel.id == Delivery.channel_id)
        .where(
            Delivery.id >= first_id(since - REFUSAL_WINDOW),
            Delivery.handed_at >= since,
            or_(Device.kind == refusing.kind, Channel.kind == refusing.kind),
        )
    )
    return taken.scalar_one()
