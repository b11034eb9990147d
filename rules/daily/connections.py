"""Connections: who was in touch with whom, week by week, derived from what is stored anyway. Nothing is scored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from core.unit_of_work import UnitOfWork
from models import Answer, Person, ReachIn, ReachOut, Recipient, Talk
from models.enums import AnswerKind, Outcome, ReachOutState
from rules import access
from rules.access import Caller
from rules.accounts.person_view import PersonView, person_view
from rules.circle import hours

MAX_CONNECTION_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments within the weeks that are shown, from which the weeks are counted."""

    reach_outs: Sequence[tuple[datetime, bool]] = ()
    """When the person reached out, and whether it led to a connection."""
    waits: Sequence[tuple[datetime, float]] = ()
    """When they reached out, and the seconds until the first answer; only where there was one."""
    answers_given: Sequence[datetime] = ()
    reach_ins: Sequence[datetime] = ()
    in_touch: Sequence[tuple[datetime, UUID]] = ()
    """When they were in touch, and with whom."""


@dataclass(slots=True)
class Week:
    """A week in the person's time zone, Monday to Sunday. The median counts reach-outs that were answered."""

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
class QuietPerson:
    """Somebody in the person's circle, or whose circle they are in, with whom they were not in touch in those weeks."""

    person: PersonView
    last_connected_at: datetime | None


def count_weeks(moments: Moments, zone: tzinfo, now: datetime, count: int) -> list[Week]:
    """Return the last `count` weeks in this time zone, the present one first."""
    weeks = [Week(monday_of(now, zone) - timedelta(weeks=back)) for back in range(count)]
    by_day = {week.starts_on: week for week in weeks}

    def at(moment: datetime) -> Week:
        # A moment outside these weeks goes into a week that is discarded.
        return by_day.get(monday_of(moment, zone)) or Week(date.min)

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


def monday_of(moment: datetime, zone: tzinfo) -> date:
    """Return the Monday of the ISO 8601 week of this moment in this time zone."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


async def load_connections(unit: UnitOfWork, who: Caller, count: int) -> tuple[list[Week], list[QuietPerson]]:
    """Return the caller's last `count` weeks, and whom they were not in touch with then, the longest ago first."""
    zone = hours.load_zone((await access.load_person(unit, who)).time_zone) or UTC
    first_monday = monday_of(unit.now, zone) - timedelta(weeks=count - 1)
    since = datetime.combine(first_monday, time(), zone).astimezone(UTC)
    weeks = count_weeks(await _load_moments(unit, who.person_id, since), zone, unit.now, count)
    people = await _load_people(unit, who.person_id)
    last_connected_at = await load_last_connected(unit, who.person_id)
    quiet = [
        QuietPerson(view, last_connected_at.get(view.id))
        for view in people
        if view.id not in last_connected_at or last_connected_at[view.id] < since
    ]
    longest_ago = datetime.min.replace(tzinfo=UTC)
    return weeks, sorted(
        quiet, key=lambda quiet_person: (quiet_person.last_connected_at or longest_ago, quiet_person.person.id)
    )


async def load_last_connected(unit: UnitOfWork, person_id: UUID) -> dict[UUID, datetime]:
    """Return when this person was last in touch with each other person, by an answer, a reach-in or a talk, of either."""
    touches = _select_touches(person_id).subquery()
    rows = await unit.session.execute(
        select(touches.c.other_id, func.max(touches.c.at).label("at")).group_by(touches.c.other_id)
    )
    return {row.other_id: row.at for row in rows}


def _select_touches(person_id: UUID, since: datetime | None = None) -> Select[UUID, datetime]:
    """Select the moments at which this person and another were in touch. Declining a reach-out does not count."""
    answered = and_(
        access.told_recipients(),
        Recipient.answer != AnswerKind.CANNOT,
        _since(Recipient.answered_at, since),
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
    joined = and_(ReachIn.membership_id.is_not(None), _since(ReachIn.created_at, since))
    sent = select(ReachIn.recipient_id, ReachIn.created_at).where(access.owned_by(ReachIn, person_id), joined)
    received = select(ReachIn.sender_id, ReachIn.created_at).where(access.reach_in_to(person_id), joined)
    # Either's mark that they have talked counts for both.
    talked = [
        select(Talk.other_id if mine else Talk.person_id, Talk.created_at).where(
            access.owned_by(Talk, person_id) if mine else access.talk_to(person_id),
            Talk.membership_id.is_not(None),
            _since(Talk.created_at, since),
        )
        for mine in (True, False)
    ]
    touches = union_all(to_me, by_me, sent, received, *talked).subquery()
    return select(touches.c.other_id, touches.c.at)


async def _load_moments(unit: UnitOfWork, person_id: UUID, since: datetime) -> Moments:
    first_answer = (
        select(func.min(Answer.created_at))
        .where(Answer.reach_out_id == ReachOut.id, Answer.kind != AnswerKind.CANNOT)
        .scalar_subquery()
    )
    own_reach_outs = (
        await unit.session.execute(
            select(ReachOut.created_at, ReachOut.state, ReachOut.outcome, first_answer.label("at")).where(
                access.owned_by(ReachOut, person_id), ReachOut.created_at >= since
            )
        )
    ).all()
    answers_given = await unit.session.execute(
        select(func.min(Answer.created_at))
        .where(access.owned_by(Answer, person_id), Answer.kind != AnswerKind.CANNOT)
        .group_by(Answer.reach_out_id)
        .having(func.min(Answer.created_at) >= since)
    )
    reach_ins_sent = await unit.session.execute(
        select(ReachIn.created_at).where(access.owned_by(ReachIn, person_id), ReachIn.created_at >= since)
    )
    touches = await unit.session.execute(_select_touches(person_id, since))
    return Moments(
        reach_outs=[
            (row.created_at, row.outcome == Outcome.CONNECTED or row.state == ReachOutState.TOGETHER)
            for row in own_reach_outs
        ],
        waits=[
            (row.created_at, (row.at - row.created_at).total_seconds()) for row in own_reach_outs if row.at is not None
        ],
        answers_given=answers_given.scalars().all(),
        reach_ins=reach_ins_sent.scalars().all(),
        in_touch=[(row.at, row.other_id) for row in touches],
    )


def _since(moment: InstrumentedAttribute[Any], since: datetime | None) -> ColumnElement[bool]:
    return moment.is_not(None) if since is None else moment >= since


async def _load_people(unit: UnitOfWork, person_id: UUID) -> list[PersonView]:
    """Return everybody in this person's circle, or whose circle they are in; each once."""
    rows = await unit.session.execute(
        select(Person.id, Person.data_key, Person.display_name).where(access.in_touch_with(person_id, confirmed=True))
    )
    return [person_view(unit.keyring, row.id, row.data_key, row.display_name) for row in rows]
