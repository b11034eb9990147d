"""Connection, as it can be told from what is kept anyway: who was in touch with whom, week by week. Nothing is scored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from core.unit_of_work import UnitOfWork
from models import Answer, Person, ReachIn, ReachOut, Recipient
from models.enums import AnswerKind, Outcome, ReachOutState
from rules import access
from rules.access import Caller
from rules.circle import hours
from rules.reach_out.views import PersonView, person_view

MAX_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Moments:
    """What happened, moment by moment; the weeks are made of it."""

    reach_outs: Sequence[tuple[datetime, bool]] = ()
    """When the person reached out, and whether it came to a connection."""
    waits: Sequence[tuple[datetime, float]] = ()
    """When they reached out, and the seconds until somebody answered; only where somebody did."""
    answers_given: Sequence[datetime] = ()
    reach_ins: Sequence[datetime] = ()
    in_touch: Sequence[tuple[datetime, UUID]] = ()
    """When they were in touch, and with whom."""


@dataclass(slots=True)
class Week:
    """A week of the person's own calendar, Monday to Sunday. Seconds are the median of those reach-outs that were answered."""

    starts_on: date
    reach_outs: int = 0
    connected: int = 0
    median_seconds_to_answer: int | None = None
    answers_given: int = 0
    reach_ins: int = 0
    people: int = 0
    waits: list[float] = field(default_factory=list)
    met: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Somebody of the person's circle, or whom they support, with whom there was no touch in those weeks."""

    person: PersonView
    last_connected_at: datetime | None


def weeks_of(moments: Moments, zone: tzinfo, now: datetime, count: int) -> list[Week]:
    """The last `count` weeks in this time zone, the present one first."""
    weeks = [Week(monday(now, zone) - timedelta(weeks=back)) for back in range(count)]
    by_day = {week.starts_on: week for week in weeks}

    def at(moment: datetime) -> Week:
        # What is older than the first of them is asked for nowhere, and counted nowhere.
        return by_day.get(monday(moment, zone)) or Week(date.min)

    for moment, connected in moments.reach_outs:
        at(moment).reach_outs += 1
        at(moment).connected += connected
    for moment, seconds in moments.waits:
        at(moment).waits.append(seconds)
    for moment in moments.answers_given:
        at(moment).answers_given += 1
    for moment in moments.reach_ins:
        at(moment).reach_ins += 1
    for moment, person_id in moments.in_touch:
        at(moment).met.add(person_id)
    for week in weeks:
        week.median_seconds_to_answer = round(median(week.waits)) if week.waits else None
        week.people = len(week.met)
    return weeks


def monday(moment: datetime, zone: tzinfo) -> date:
    """The first day of the week in which this moment lies, by the calendar of this time zone (ISO 8601)."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


async def connections(unit: UnitOfWork, who: Caller, count: int) -> tuple[list[Week], list[Quiet]]:
    """The caller's last `count` weeks, and with whom they were not in touch then, the longest ago first."""
    zone = hours.load_zone((await access.person(unit, who)).time_zone) or UTC
    first = monday(unit.now, zone) - timedelta(weeks=count - 1)
    since = datetime.combine(first, time(), zone).astimezone(UTC)
    weeks = weeks_of(await _moments(unit, who.person_id, since), zone, unit.now, count)
    people = await _people(unit, who.person_id)
    last = await last_connected(unit, who.person_id)
    quiet = [Quiet(view, last.get(view.id)) for view in people if view.id not in last or last[view.id] < since]
    longest_ago = datetime.min.replace(tzinfo=UTC)
    return weeks, sorted(quiet, key=lambda one: (one.last_connected_at or longest_ago, one.person.id))


async def last_connected(unit: UnitOfWork, person_id: UUID) -> dict[UUID, datetime]:
    """When this person was last in touch with each other one: an answer or a reach-in, either way round."""
    touches = _touches(person_id).subquery()
    found = await unit.session.execute(
        select(touches.c.other_id, func.max(touches.c.at).label("at")).group_by(touches.c.other_id)
    )
    return {row.other_id: row.at for row in found}


def _touches(person_id: UUID, since: datetime | None = None) -> Select[UUID, datetime]:
    """Each moment at which this person and somebody else were in touch. To pass a call on is not to be in touch."""
    answered = and_(
        access.told_recipients(),
        Recipient.answer != AnswerKind.CANNOT,
        _from(Recipient.answered_at, since),
    )
    to_me = (
        select(Recipient.person_id.label("other_id"), Recipient.answered_at.label("at"))
        .join(ReachOut, ReachOut.id == Recipient.reach_out_id)
        .where(access.owned_by(ReachOut, person_id), answered)
    )
    by_me = (
        select(ReachOut.person_id, Recipient.answered_at)
        .join(ReachOut, ReachOut.id == Recipient.reach_out_id)
        .where(access.owned_by(Recipient, person_id), answered)
    )
    standing = and_(ReachIn.membership_id.is_not(None), _from(ReachIn.created_at, since))
    sent = select(ReachIn.recipient_id, ReachIn.created_at).where(access.owned_by(ReachIn, person_id), standing)
    had = select(ReachIn.sender_id, ReachIn.created_at).where(access.reach_in_to(person_id), standing)
    touches = union_all(to_me, by_me, sent, had).subquery()
    return select(touches.c.other_id, touches.c.at)


async def _moments(unit: UnitOfWork, person_id: UUID, since: datetime) -> Moments:
    first_answer = (
        select(func.min(Answer.created_at))
        .where(Answer.reach_out_id == ReachOut.id, Answer.kind != AnswerKind.CANNOT)
        .scalar_subquery()
    )
    mine = (
        await unit.session.execute(
            select(ReachOut.created_at, ReachOut.state, ReachOut.outcome, first_answer.label("at")).where(
                access.owned_by(ReachOut, person_id), ReachOut.created_at >= since
            )
        )
    ).all()
    given = await unit.session.execute(
        select(func.min(Answer.created_at))
        .where(access.owned_by(Answer, person_id), Answer.kind != AnswerKind.CANNOT)
        .group_by(Answer.reach_out_id)
        .having(func.min(Answer.created_at) >= since)
    )
    sent = await unit.session.execute(
        select(ReachIn.created_at).where(access.owned_by(ReachIn, person_id), ReachIn.created_at >= since)
    )
    touches = await unit.session.execute(_touches(person_id, since))
    return Moments(
        reach_outs=[
            (row.created_at, row.outcome == Outcome.CONNECTED or row.state == ReachOutState.TOGETHER) for row in mine
        ],
        waits=[(row.created_at, (row.at - row.created_at).total_seconds()) for row in mine if row.at is not None],
        answers_given=given.scalars().all(),
        reach_ins=sent.scalars().all(),
        in_touch=[(row.at, row.other_id) for row in touches],
    )


def _from(moment: InstrumentedAttribute[Any], since: datetime | None) -> ColumnElement[bool]:
    return moment.is_not(None) if since is None else moment >= since


async def _people(unit: UnitOfWork, person_id: UUID) -> list[PersonView]:
    """Everybody in this person's circle, or whose circle they are in; each once."""
    found = await unit.session.execute(
        select(Person.id, Person.data_key, Person.display_name).where(access.in_touch_with(person_id, confirmed=True))
    )
    return [person_view(unit.keyring, row.id, row.data_key, row.display_name) for row in found]
