"""My rhythm: when I would like a moment for a check-in or a week, and what else may remind me."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from api.dependencies import Reading, ReadingCaller, Writing, WritingCaller
from api.problems import invalid_at
from api.schemas.common import Body, Flag, Moment, TimeOfDay, Weekday, Weekdays
from rules.circle import hours
from rules.daily import rhythm
from rules.daily.rhythm import MomentTime, RhythmChoice

router = APIRouter(prefix="/v1/me/rhythm", tags=["rhythm"])


class CheckInTime(Body):
    """`at` is "HH:MM" in my time zone, `days` are weekdays (Monday is 0)."""

    at: TimeOfDay
    days: Weekdays


class WeekTime(Body):
    """`at` is "HH:MM" in my time zone, `day` is a weekday (Monday is 0)."""

    at: TimeOfDay
    day: Weekday


class RhythmIn(Body):
    """What is left out becomes what holds for somebody who has chosen nothing: no moments, the default for the others.

    `commitments`, `follow_ups`, `practice_offers`: whether those may remind me; with `follow_ups` off nobody is reminded of me
    either. `paused_until`: nothing of all this before then, a year ahead at most; null ends the pause.
    """

    check_in: CheckInTime | None = None
    week: WeekTime | None = None
    commitments: Flag = True
    follow_ups: Flag = True
    practice_offers: Flag = False
    paused_until: Moment | None = None


class RhythmOut(BaseModel):
    """`check_in` and `week` are null until they are chosen; `paused_until` is null once the pause is over."""

    check_in: CheckInTime | None
    week: WeekTime | None
    commitments: bool
    follow_ups: bool
    practice_offers: bool
    paused_until: datetime | None


@router.get("", summary="Read my rhythm", operation_id="read_rhythm")
async def read_rhythm(unit: Reading, who: ReadingCaller) -> RhythmOut:
    """When I would like a moment, and what else may remind me. Nobody else sees it."""
    return _rhythm_out(await rhythm.load_rhythm(unit, who))


@router.put("", summary="Choose my rhythm", operation_id="choose_rhythm")
async def choose_rhythm(body: RhythmIn, unit: Writing, who: WritingCaller) -> RhythmOut:
    """Choose when a moment comes: a notice `moment` and one push, in my own time zone. The notice goes with the day.

    A time that the clocks skip comes right after the change, one that they show twice comes once. Check-in and week at the same
    time are one moment. What has passed on an earlier day is not made up for.
    """
    paused_until = None
    if body.paused_until is not None:
        with invalid_at("body.paused_until"):
            paused_until = hours.silence_end(body.paused_until, unit.now)
    choice = RhythmChoice(
        check_in=MomentTime(body.check_in.at, body.check_in.days) if body.check_in else None,
        week=MomentTime(body.week.at, [body.week.day]) if body.week else None,
        commitments=body.commitments,
        follow_ups=body.follow_ups,
        practice_offers=body.practice_offers,
        paused_until=paused_until,
    )
    return _rhythm_out(await rhythm.save_rhythm(unit, who, choice))


def _rhythm_out(choice: RhythmChoice) -> RhythmOut:
    return RhythmOut(
        check_in=CheckInTime(at=choice.check_in.at, days=list(choice.check_in.days)) if choice.check_in else None,
        week=WeekTime(at=choice.week.at, day=choice.week.days[0]) if choice.week else None,
        commitments=choice.commitments,
        follow_ups=choice.follow_ups,
        practice_offers=choice.practice_offers,
        paused_until=choice.paused_until,
    )
