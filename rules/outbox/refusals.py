"""Counts consecutive refusals by a device or channel, and tells the operator's faults from those of a single phone."""

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
from rules.reach_out.advance import changing_reach

MANY_REFUSED_PEOPLE: Final = 3
"""With this many people refused for the same reason, it may be this server that is refused."""
REFUSAL_WINDOW: Final = timedelta(days=1)
OPERATOR_REASONS: Final = frozenset(
    {"signature", "sign_in", "unauthenticated", "third_party_auth", "sender_mismatch", "not_set_up", "address_withheld"}
)
"""Reasons that usually lie with the operator's credentials, gateways or keys, even where only one person is affected."""


@dataclass(frozen=True, slots=True)
class PushTarget:
    """Where a push went: a device, with the hash of the address that was tried, or a channel."""

    person_id: UUID
    device_id: UUID | None
    channel_id: UUID | None
    address_hash: bytes | None


@dataclass(frozen=True, slots=True)
class RefusalGroup:
    """Devices or channels of one kind that refuse for one reason: of how many people, and since when."""

    kind: str
    why: str
    people: int
    since: datetime


async def count_refusal(unit: UnitOfWork, target: PushTarget, why: str) -> None:
    """Count an urgent push that was refused for good. After the second in a row the target no longer counts as reachable.

    The caller has locked the person's open reach-outs (`lock_joined_reach_outs`).
    """
    if target.device_id is not None:
        changed = await unit.session.execute(
            update(Device)
            .where(
                Device.id == target.device_id,
                # It may have another address by now, which has refused nothing yet.
                Device.address_hash == target.address_hash,
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
            .where(Channel.id == target.channel_id)
            .values(
                refusals=Channel.refusals + 1,
                refusal=why[:64],
                refused_at=func.coalesce(Channel.refused_at, unit.now),
            )
            .returning(Channel.refusals)
            .execution_options(synchronize_session=False)
        )
    if changed.scalar() == MAX_REFUSALS:
        # Also where another device or channel is left: it may be one that only a later rung tries.
        async with changing_reach(unit, [target.person_id]):
            pass


async def reset_refusals(unit: UnitOfWork, target: PushTarget) -> None:
    """Forget the refusals of a target that has accepted a push.

    The caller has locked its person (`access.lock_people`): whoever finds them unreachable at this moment has locked them too,
    and either that is committed and undone here, or it finds the target working.
    """
    table = Device if target.device_id is not None else Channel
    which = table.id == (target.device_id or target.channel_id)
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
        await reachability.mark_reachable(unit, target.person_id)


def clear_refusals(target: Device | Channel) -> None:
    """Forget the refusals of a device or channel with another address or sign-in; the caller flushes."""
    target.refusals = 0
    target.refusal = target.refused_at = None


async def refused_by_many(unit: UnitOfWork) -> list[RefusalGroup]:
    """Return refusals that look like the operator's fault rather than that of a single phone.

    Their reason is usually the operator's, or at least three people get it while fewer people's targets accept pushes.
    """
    groups = [
        RefusalGroup(row.kind, row.why, row.people, row.since or unit.now)
        for statement in (_by_reason(Device), _by_reason(Channel))
        for row in await unit.session.execute(statement)
    ]
    return [
        group
        for group in groups
        if group.why in OPERATOR_REASONS
        or (group.people >= MANY_REFUSED_PEOPLE and await _people_accepting(unit, group) < group.people)
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


async def _people_accepting(unit: UnitOfWork, group: RefusalGroup) -> int:
    """Return how many people have accepted a push of that kind since, within the last day."""
    since = max(group.since, unit.now - REFUSAL_WINDOW)
    people = await unit.session.execute(
        select(func.count(func.coalesce(Device.person_id, Channel.person_id).distinct()))
        .select_from(Delivery)
        .outerjoin(Device, Device.id == Delivery.device_id)
        .outerjoin(Channel, Channel.id == Delivery.channel_id)
        .where(
            Delivery.id >= first_id(since - REFUSAL_WINDOW),
            Delivery.handed_at >= since,
            or_(Device.kind == group.kind, Channel.kind == group.kind),
        )
    )
    return people.scalar_one()
