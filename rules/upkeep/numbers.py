"""What the operator sees: numbers without names or words, each from a bounded number of rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median_low
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from core.ids import first_id
from core.unit_of_work import UnitOfWork
from models import Answer, Delivery, Person, ReachOut, Recipient
from models.enums import AnswerKind, DeliveryState, Outcome

DAYS = 14
"""Days of presses that are shown, by UTC."""
LATEST_PRESSES = 5_000
PRESSES_SINCE = timedelta(days=28)
LATEST_DELIVERIES = 20_000
DELIVERIES_SINCE = timedelta(days=1)
_PRESSED_AT = func.coalesce(ReachOut.raised_at, ReachOut.created_at)
"""A calm ask is no press; one that was raised is a press since then."""
HUMAN_WITHIN = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 15, 30, 60))


@dataclass(frozen=True, slots=True)
class TimeToHuman:
    """How long until somebody answered, of the latest presses that were not a mistake.

    `within`: of each limit in `HUMAN_WITHIN`, the share of presses (0 to 1) that somebody answered by then. A press counts
    for a limit once it is that old, or was answered. `unreached`: presses that no phone or channel took.
    """

    presses: int
    answered: int
    unreached: int
    median: timedelta | None
    within: Sequence[tuple[timedelta, float | None]]


@dataclass(frozen=True, slots=True)
class Numbers:
    """`refused`: pushes given up or refused of the latest, by reason. `oldest_due`: how late the latest push is by now."""

    people: int
    open_reach_outs: int
    unanswered: int
    presses_by_day: Sequence[tuple[date, int]]
    human: TimeToHuman
    deliveries: int
    refused: Sequence[tuple[str, int]]
    oldest_due: timedelta


async def read_numbers(unit: UnitOfWork) -> Numbers:
    """Return the numbers of this moment."""
    run = unit.session.execute
    waiting = select(func.count(), func.count(ReachOut.unanswered_at)).where(ReachOut.closed_at.is_(None))
    open_count, unanswered = (await run(waiting)).one()
    refused = await _refusals(unit)
    return Numbers(
        people=(await run(select(func.count()).select_from(Person))).scalar_one(),
        open_reach_outs=open_count,
        unanswered=unanswered,
        presses_by_day=await _presses_by_day(unit),
        human=await _time_to_human(unit),
        deliveries=sum(refused.values()),
        refused=[(reason, count) for reason, count in refused.most_common() if reason],
        oldest_due=await oldest_due(unit),
    )


async def oldest_due(unit: UnitOfWork) -> timedelta:
    """Return for how long the oldest delivery has been due that nobody is sending; zero when there is none."""
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until <= unit.now)
    waiting = and_(Delivery.state == DeliveryState.PENDING, Delivery.due_at <= unit.now, free)
    oldest = (await unit.session.execute(select(func.min(Delivery.due_at)).where(waiting))).scalar()
    return unit.now - oldest if oldest is not None else timedelta()


async def _presses_by_day(unit: UnitOfWork) -> list[tuple[date, int]]:
    midnight = unit.now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
    # Ids begin with their time, so that each day is a range of the primary key.
    first_ids = [first_id(day) for day in [*days, midnight + timedelta(days=1)]]
    counted = select(
        *(func.count(case((and_(ReachOut.id >= start, ReachOut.id < end), 1))) for start, end in pairwise(first_ids))
    ).where(ReachOut.id >= first_ids[0], ReachOut.calm.is_(False), _not_a_mistake())
    counts = (await unit.session.execute(counted)).one()
    return [(day.date(), count) for day, count in zip(days, counts, strict=True)]


async def _time_to_human(unit: UnitOfWork) -> TimeToHuman:
    latest = (
        select(ReachOut.id, _PRESSED_AT.label("pressed_at"))
        .where(ReachOut.id >= first_id(unit.now - PRESSES_SINCE), ReachOut.calm.is_(False), _not_a_mistake())
        .order_by(ReachOut.id.desc())
        .limit(LATEST_PRESSES)
    )
    rows = (await unit.session.execute(latest)).all()
    chosen = latest.with_only_columns(ReachOut.id).scalar_subquery()
    answers = (
        select(Answer.reach_out_id, func.min(Answer.created_at))
        .join(ReachOut, ReachOut.id == Answer.reach_out_id)
        .where(Answer.reach_out_id.in_(chosen), Answer.kind != AnswerKind.CANNOT, Answer.created_at >= _PRESSED_AT)
        .group_by(Answer.reach_out_id)
    )
    first_answers: dict[UUID, datetime] = {row[0]: row[1] for row in (await unit.session.execute(answers)).all()}
    taken = select(Recipient.reach_out_id).where(
        Recipient.reach_out_id.in_(chosen), or_(Recipient.handed_at.is_not(None), Recipient.answered_at.is_not(None))
    )
    reached = set((await unit.session.execute(taken.distinct())).scalars())
    return time_to_human(
        [(row.pressed_at, first_answers.get(row.id)) for row in rows],
        unreached=sum(row.id not in reached for row in rows),
        now=unit.now,
    )


def time_to_human(presses: Sequence[tuple[datetime, datetime | None]], *, unreached: int, now: datetime) -> TimeToHuman:
    """Return the numbers of these presses: when each was made, and when somebody first answered."""
    waits = [max(answered - pressed, timedelta()) for pressed, answered in presses if answered is not None]
    return TimeToHuman(
        presses=len(presses),
        answered=len(waits),
        unreached=unreached,
        median=median_low(waits) if waits else None,
        within=[(limit, _share_within(presses, limit, now)) for limit in HUMAN_WITHIN],
    )


def _share_within(presses: Sequence[tuple[datetime, datetime | None]], limit: timedelta, now: datetime) -> float | None:
    known = [
        answered is not None and answered - pressed <= limit
        for pressed, answered in presses
        if answered is not None or now - pressed >= limit
    ]
    return sum(known) / len(known) if known else None


async def _refusals(unit: UnitOfWork) -> Counter[str]:
    """Return how many of the latest deliveries ended how; an empty reason stands for those that were not refused."""
    latest = (
        select(Delivery.state, Delivery.last_error)
        .where(Delivery.id >= first_id(unit.now - DELIVERIES_SINCE))
        .order_by(Delivery.id.desc())
        .limit(LATEST_DELIVERIES)
        .subquery()
    )
    ended = select(latest.c.state, latest.c.last_error, func.count()).group_by(latest.c.state, latest.c.last_error)
    counts: Counter[str] = Counter()
    for state, error, count in (await unit.session.execute(ended)).all():
        counts[error or state if state in {DeliveryState.FAILED, DeliveryState.DEAD} else ""] += count
    return counts


def _not_a_mistake() -> ColumnElement[bool]:
    return or_(ReachOut.outcome.is_(None), ReachOut.outcome != Outcome.MISTAKE)
