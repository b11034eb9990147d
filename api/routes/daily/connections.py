"""Connections: who was in touch with whom, week by week. People are counted; nothing is scored."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.dependencies import Reading, ReadingCaller
from api.schemas.common import PersonOut, person_out
from rules.daily import connections
from rules.daily.connections import MAX_CONNECTION_WEEKS, QuietPerson, Week

router = APIRouter(tags=["connections"])


class WeekOut(BaseModel):
    """A week of the person's own time zone (ISO 8601), from Monday on.

    `connected`: those of `reach_outs` that were closed as connected, or in which two are talking now.
    `median_seconds_to_answer`: from the press to the first answer other than `cannot`, of those reach-outs that had one.
    `answers_given`: other people's reach-outs that I answered, other than with `cannot`. `reach_ins`: those I sent.
    `people`: how many different people I was in touch with, by an answer or a reach-in, either way round.
    """

    week: str
    starts_on: date
    reach_outs: int
    connected: int
    median_seconds_to_answer: int | None
    answers_given: int
    reach_ins: int
    people: int


class QuietOut(BaseModel):
    """Somebody in my circle, or whom I support. `last_connected_at` is null where we were never in touch here."""

    person: PersonOut
    last_connected_at: datetime | None


class ConnectionsOut(BaseModel):
    """`weeks`: the present one first. `not_in_touch`: with whom I was not in touch in all of them, the longest first."""

    weeks: list[WeekOut]
    not_in_touch: list[QuietOut]


@router.get("/v1/connections", summary="See how connected I was", operation_id="connections_seen")
async def read_connections(
    unit: Reading,
    who: ReadingCaller,
    weeks: Annotated[
        int, Query(ge=1, le=MAX_CONNECTION_WEEKS, description="How many weeks, with the present one.")
    ] = 8,
) -> ConnectionsOut:
    """How connected I was, and with whom I was not in touch. For my eyes only."""
    counted_weeks, quiet = await connections.load_connections(unit, who, weeks)
    return ConnectionsOut(
        weeks=[_week_out(week) for week in counted_weeks],
        not_in_touch=[_quiet_out(quiet_person) for quiet_person in quiet],
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
        people=week.people,
    )


def _quiet_out(quiet_person: QuietPerson) -> QuietOut:
    return QuietOut(person=person_out(quiet_person.person), last_connected_at=quiet_person.last_connected_at)
