"""Connections: who was in touch with whom, week by week. People are counted; nothing is scored."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.dependencies import Reading, ReadingCaller
from api.schemas.common import PersonOut, person_out
from rules.daily import connections
from rules.daily.connection_weeks import FeltWeek, Week
from rules.daily.connections import MAX_CONNECTION_WEEKS, ConnectedPerson

router = APIRouter(tags=["connections"])


class WeekOut(BaseModel):
    """A week of the person's own time zone (ISO 8601), from Monday on.

    `connected`: those of `reach_outs` that were closed as connected, or in which two are talking now.
    `median_seconds_to_answer`: from the press to the first answer other than `cannot`, of those reach-outs that had one.
    `answers_given`: other people's reach-outs that I answered, other than with `cannot`. `reach_ins`: those I sent.
    `talked`: marks that we talked, mine and others', those of one day and person once. `people`: how many different people
    I was in touch with, by an answer, a reach-in or a talk, either way round.
    """

    week: str
    starts_on: date
    reach_outs: int
    connected: int
    median_seconds_to_answer: int | None
    answers_given: int
    reach_ins: int
    talked: int
    people: int


class QuietOut(BaseModel):
    """Somebody in my circle, or whom I support. `last_connected_at` is null where we were never in touch here."""

    person: PersonOut
    last_connected_at: datetime | None


class ConnectedOut(BaseModel):
    """Somebody in my circle, or whom I support. `weeks`: how often we were in touch in each, the present one first."""

    person: PersonOut
    last_connected_at: datetime | None
    weeks: list[int]


class FeltOut(BaseModel):
    """The medians of my reflections on the reach-outs of one week, 0 to 3; null where none of them said it."""

    starts_on: date
    seen: float | None
    safe: float | None
    soothed: float | None


class ConnectionsOut(BaseModel):
    """`weeks`: the present one first. `not_in_touch`: with whom I was not in touch in all of them, the longest first.

    `people`: everybody, the last in touch first. `felt`: the present week first; weeks without reflections are left out.
    `median_seconds_to_answer`: of all these weeks together, null until three reach-outs were answered.
    """

    weeks: list[WeekOut]
    median_seconds_to_answer: int | None
    people: list[ConnectedOut]
    not_in_touch: list[QuietOut]
    felt: list[FeltOut]


@router.get("/v1/connections", summary="See how connected I was", operation_id="read_connections")
async def read_connections(
    unit: Reading,
    who: ReadingCaller,
    weeks: Annotated[
        int, Query(ge=1, le=MAX_CONNECTION_WEEKS, description="How many weeks, with the present one.")
    ] = 8,
) -> ConnectionsOut:
    """How connected I was, and with whom I was not in touch. For my eyes only."""
    seen = await connections.load_connections(unit, who, weeks)
    return ConnectionsOut(
        weeks=[_week_out(week) for week in seen.weeks],
        median_seconds_to_answer=seen.median_seconds_to_answer,
        people=[_connected_out(connected) for connected in seen.people],
        not_in_touch=[_quiet_out(connected) for connected in seen.quiet],
        felt=[_felt_out(felt) for felt in seen.felt],
    )


def _week_out(week: Week) -> WeekOut:
    return WeekOut(
        week=f"{week.starts_on:%G-W%V}",
        starts_on=week.starts_on,
        reach_outs=week.reach_outs,
        connected=week.connected,
        median_seconds_to_answer=week.median_seconds_to_answer,
        answers_given=week.answers_given,
        reach_ins=week.reach_ins,
        talked=week.talked,
        people=week.people,
    )


def _connected_out(connected: ConnectedPerson) -> ConnectedOut:
    return ConnectedOut(
        person=person_out(connected.person),
        last_connected_at=connected.last_connected_at,
        weeks=list(connected.weeks),
    )


def _quiet_out(connected: ConnectedPerson) -> QuietOut:
    return QuietOut(person=person_out(connected.person), last_connected_at=connected.last_connected_at)


def _felt_out(felt: FeltWeek) -> FeltOut:
    return FeltOut(starts_on=felt.starts_on, seen=felt.seen, safe=felt.safe, soothed=felt.soothed)
