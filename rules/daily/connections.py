"""Connections: who was in touch with whom, week by week, derived from what is stored anyway. Nothing is scored.

The database counts by week, so that five years of rows are no more work than the weeks that are asked for.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.expression import SQLColumnExpression

from core.ids import first_id
from core.unit_of_work import UnitOfWork
from models import Answer, Membership, Person, ReachIn, ReachOut, Recipient, Reflection, Talk
from models.enums import AnswerKind, Outcome, ReachOutState
from rules import access
from rules.access import Caller
from rules.daily.connection_weeks import (
    MIN_WAITS,
    Feelings,
    FeltWeek,
    Week,
    WeekStart,
    middle_seconds,
    week_starts,
)
from rules.daily.local_time import zone_of
from rules.person_view import PersonView, person_view
from rules.sealed_values import REFLECTION

MAX_CONNECTION_WEEKS = 52

_Earlier = aliased(Answer)


@dataclass(frozen=True, slots=True)
class ConnectedPerson:
    """Somebody in the person's circle, or whose circle they are in; `weeks`: how often the two were in touch in each."""

    person: PersonView
    last_connected_at: datetime | None
    weeks: Sequence[int]


@dataclass(frozen=True, slots=True)
class Connections:
    """What one person sees of their connections. All weeks: the present one first; `people`: the last in touch first.

    `median_seconds_to_answer`: of all these weeks together, None until MIN_WAITS reach-outs were answered.
    """

    weeks: Sequence[Week]
    people: Sequence[ConnectedPerson]
    felt: Sequence[FeltWeek]
    median_seconds_to_answer: int | None

    @property
    def quiet(self) -> Sequence[ConnectedPerson]:
        """With whom the person was not in touch in any of these weeks, the longest ago first."""
        return [connected for connected in reversed(self.people) if not any(connected.weeks)]


async def load_connections(unit: UnitOfWork, who: Caller, count: int) -> Connections:
    """Return what the caller sees of their last `count` weeks."""
    zone = zone_of((await access.load_person(unit, who)).time_zone)
    starts = week_starts(zone, unit.now, count)
    weeks = [Week(start.day) for start in starts]
    waits = await _count_own_reach_outs(unit, who.person_id, starts, weeks)
    await _count_moments(unit, who.person_id, starts, weeks)
    contacts = await _load_contacts(unit, who.person_id, starts)
    for number, week in enumerate(weeks):
        week.people = sum(1 for times in contacts.values() if times[number])
    return Connections(
        weeks,
        await _load_people(unit, who.person_id, contacts, count),
        await _load_felt(unit, who, starts),
        middle_seconds(waits, MIN_WAITS),
    )


async def load_last_connected(unit: UnitOfWork, person_id: UUID) -> dict[UUID, datetime]:
    """Return when this person was last in touch with each other person, by an answer, a reach-in or a talk, of either."""
    latest = [
        select(at).where(counts).order_by(at.desc()).limit(1).correlate(Membership).scalar_subquery()
        for at, counts in _TOUCHES
    ]
    rows = await unit.session.execute(
        select(access.other_side(person_id), *latest).where(access.memberships_of(person_id))
    )
    last_at: dict[UUID, datetime] = {}
    for other_id, *moments in rows:
        # Two memberships join those who are in each other's circle.
        known = [moment for moment in (*moments, last_at.get(other_id)) if moment is not None]
        if known:
            last_at[other_id] = max(known)
    return last_at


async def were_in_touch(
    unit: UnitOfWork, person_id: UUID, other_id: UUID, since: datetime, *, apart_from: ColumnElement[bool]
) -> bool:
    """Return whether these two were in touch after `since`. `apart_from`: selects reach-ins that do not count."""
    answered, reached_in, talked = (
        select(Membership.id).where(access.joins(person_id, other_id), access.CONFIRMED, counts, at > since)
        for at, counts in _TOUCHES
    )
    # Most reach-ins are about nothing, so the condition may well be unknown.
    touches = union_all(answered, reached_in.where(~func.coalesce(apart_from, false())), talked).limit(1)
    return (await unit.session.execute(touches)).first() is not None


_TOUCHES: Sequence[tuple[InstrumentedAttribute[Any], ColumnElement[bool]]] = (
    (
        Recipient.answered_at,
        and_(
            Recipient.membership_id == Membership.id,
            access.told_recipients(),
            Recipient.answered_at.is_not(None),
            # A literal, so that PostgreSQL knows that the index holds all of these rows, and only these.
            Recipient.answer != literal_column(f"'{AnswerKind.CANNOT}'"),
        ),
    ),
    (ReachIn.created_at, ReachIn.membership_id == Membership.id),
    (Talk.created_at, Talk.membership_id == Membership.id),
)
"""Moments at which two people were in touch, and which rows are those of a membership. Declining does not count."""


def _select_touches(person_id: UUID, since: datetime) -> Subquery:
    """Select the moments since then at which this person and another were in touch."""
    answered, reached_in, _ = (
        select(access.other_side(person_id).label("other_id"), at.label("at")).where(
            access.memberships_of(person_id), counts, at >= since
        )
        for at, counts in _TOUCHES
    )
    return union_all(answered, reached_in, _select_talks(person_id, since)).subquery()


def _select_talks(person_id: UUID, since: datetime) -> Select[UUID, datetime]:
    """Select the talks of this person with others. Either's mark counts for both, and both marks of one day count once."""
    at, counts = _TOUCHES[2]
    other_id = access.other_side(person_id).label("other_id")
    marks = select(other_id, Talk.day, at.label("at")).where(access.memberships_of(person_id), counts, at >= since)
    mark = marks.subquery().c
    return select(mark.other_id, func.max(mark.at).label("at")).group_by(mark.other_id, mark.day)


def _made_since(model: type[ReachIn | ReachOut | Answer], since: datetime) -> ColumnElement[bool]:
    """Rows that were made since this moment. Ids sort by time, so an index that ends with the id finds the first one."""
    return and_(model.id >= first_id(since), model.created_at >= since)


def _week_of(at: SQLColumnExpression[datetime], starts: Sequence[WeekStart]) -> ColumnElement[int]:
    """Return the number of a moment's week in `starts`, 0 being the present one."""
    return case(*((at >= start.at, literal_column(str(number), Integer)) for number, start in enumerate(starts)))


async def _count_own_reach_outs(
    unit: UnitOfWork, person_id: UUID, starts: Sequence[WeekStart], weeks: Sequence[Week]
) -> list[float]:
    """Count the person's presses in each week, and return the seconds until somebody answered of those that were answered."""
    first_answer = (
        select(func.min(Answer.created_at))
        .where(
            Answer.reach_out_id == ReachOut.id,
            Answer.kind != AnswerKind.CANNOT,
            Answer.created_at >= func.coalesce(ReachOut.raised_at, ReachOut.created_at),
        )
        .scalar_subquery()
    )
    week_number = _week_of(ReachOut.created_at, starts)
    own = await unit.session.execute(
        select(
            func.coalesce(ReachOut.raised_at, ReachOut.created_at).label("pressed_at"),
            ReachOut.calm,
            ReachOut.state,
            ReachOut.outcome,
            first_answer.label("at"),
            week_number.label("week"),
        ).where(access.owned_by(ReachOut, person_id), _made_since(ReachOut, starts[-1].at))
    )
    waits: dict[int, list[float]] = defaultdict(list)
    for row in own:
        week = weeks[row.week]
        week.reach_outs += 1
        week.connected += row.outcome == Outcome.CONNECTED or row.state == ReachOutState.TOGETHER
        # A calm ask waits for nobody, so how long it took says nothing.
        if row.at is not None and not row.calm:
            waits[row.week].append((row.at - row.pressed_at).total_seconds())
    for number, seconds in waits.items():
        weeks[number].median_seconds_to_answer = middle_seconds(seconds)
    return [second for seconds in waits.values() for second in seconds]


async def _count_moments(unit: UnitOfWork, person_id: UUID, starts: Sequence[WeekStart], weeks: Sequence[Week]) -> None:
    """Count what else the person did in each week: answers to others, reach-ins, talks."""
    since = starts[-1].at
    answered_before = exists().where(
        _Earlier.reach_out_id == Answer.reach_out_id,
        _Earlier.person_id == Answer.person_id,
        _Earlier.kind != AnswerKind.CANNOT,
        _Earlier.id < first_id(since),
    )
    first_given: Select[*tuple[Any, ...]] = (
        select(literal_column("'answers_given'").label("what"), func.min(Answer.created_at).label("at"))
        .where(
            access.owned_by(Answer, person_id),
            Answer.kind != AnswerKind.CANNOT,
            _made_since(Answer, since),
            # Only a reach-out that is older than these weeks can have been answered before them.
            or_(Answer.reach_out_id >= first_id(since), ~answered_before),
        )
        .group_by(Answer.reach_out_id)
    )
    talks = _select_talks(person_id, since).subquery()
    moments = union_all(
        first_given,
        select(literal_column("'reach_ins'"), ReachIn.created_at).where(
            access.owned_by(ReachIn, person_id), _made_since(ReachIn, since)
        ),
        select(literal_column("'talked'"), talks.c.at),
    ).subquery()
    by_week = select(moments.c.what, _week_of(moments.c.at, starts).label("week")).subquery()
    counted = select(by_week.c.what, by_week.c.week, func.count().label("times")).group_by(
        by_week.c.what, by_week.c.week
    )
    for row in await unit.session.execute(counted):
        setattr(weeks[row.week], row.what, row.times)


async def _load_contacts(unit: UnitOfWork, person_id: UUID, starts: Sequence[WeekStart]) -> dict[UUID, list[int]]:
    """Return how often the person and each other were in touch in each week; those who were not at all are left out."""
    touches = _select_touches(person_id, starts[-1].at)
    by_week = select(touches.c.other_id, _week_of(touches.c.at, starts).label("week")).subquery()
    counted = select(by_week.c.other_id, by_week.c.week, func.count().label("times")).group_by(
        by_week.c.other_id, by_week.c.week
    )
    contacts: dict[UUID, list[int]] = defaultdict(lambda: [0] * len(starts))
    for row in await unit.session.execute(counted):
        contacts[row.other_id][row.week] = row.times
    return contacts


async def _load_felt(unit: UnitOfWork, who: Caller, starts: Sequence[WeekStart]) -> list[FeltWeek]:
    """Return the medians of the caller's own reflections, which only their key opens; a week without any is left out."""
    felt = (
        select(_week_of(ReachOut.created_at, starts).label("week"), *REFLECTION.columns)
        .join(ReachOut, ReachOut.id == Reflection.reach_out_id)
        .where(access.mine(ReachOut, who), _made_since(ReachOut, starts[-1].at))
    )
    weeks: dict[int, Feelings] = defaultdict(Feelings)
    for row in await unit.session.execute(felt):
        weeks[row.week].add(**REFLECTION.open(who.vault, row))
    return [weeks[number].middle(starts[number].day) for number in sorted(weeks) if weeks[number].any()]


async def _load_people(
    unit: UnitOfWork, person_id: UUID, contacts: Mapping[UUID, Sequence[int]], count: int
) -> list[ConnectedPerson]:
    """Return everybody in this person's circle, or whose circle they are in; each once, the last in touch first."""
    rows = await unit.session.execute(
        select(Person.id, Person.data_key, Person.display_name).where(access.in_touch_with(person_id, confirmed=True))
    )
    people = [person_view(unit.keyring, row.id, row.data_key, row.display_name) for row in rows]
    last_at = await load_last_connected(unit, person_id)
    connected = [
        ConnectedPerson(person, last_at.get(person.id), contacts.get(person.id) or [0] * count) for person in people
    ]
    never = datetime.min.replace(tzinfo=UTC)
    connected.sort(key=lambda row: (row.last_connected_at or never, row.person.id), reverse=True)
    return connected
