"""A person's rhythm: when they want a moment for a check-in or a week, what else may remind them, and the pause of it all."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Final
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Notice, Person, Rhythm
from models.enums import NoticeKind
from rules import access
from rules.access import Caller
from rules.circle.hours import ONE_DAY
from rules.daily.local_time import end_of_day, local_date, moment_on, next_moment, zone_of
from rules.inbox.notices import dismiss_notices
from rules.outbox.cancellation import cancel_deliveries
from rules.practice.offer_rule import next_look

MOMENT_PUSH_GRACE: Final = timedelta(hours=1)
"""How late a moment may still be pushed; later on the same day the inbox alone has it."""
SWITCHES: Final = ("commitments", "follow_ups", "practice_offers", "paused_until")
"""What a row and a choice have in common besides the times."""
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class MomentTime:
    """At "HH:MM" in the person's time zone, on these weekdays (Monday is 0)."""

    at: str
    days: Sequence[int]


@dataclass(frozen=True, slots=True)
class RhythmChoice:
    """What somebody has chosen. The defaults are what holds for those who have chosen nothing, and have no row."""

    check_in: MomentTime | None = None
    week: MomentTime | None = None
    commitments: bool = True
    follow_ups: bool = True
    practice_offers: bool = False
    paused_until: datetime | None = None

    @property
    def times(self) -> Sequence[MomentTime]:
        return [time for time in (self.check_in, self.week) if time is not None]

    def paused(self, now: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now


@dataclass(frozen=True, slots=True)
class CalendarMoment:
    """A moment of one date of the person's calendar, and the instant at which it comes in the zone they are in."""

    day: date
    at: str
    instant: datetime


@dataclass(frozen=True, slots=True)
class MomentStep:
    """What a due row does. `moment`: the one that comes now; `notice_goes`: the notice of the one before is dismissed."""

    moment: CalendarMoment | None
    notice_goes: bool
    next_at: datetime | None


def moment_step(
    choice: RhythmChoice, zone: tzinfo, moment: CalendarMoment | None, notice_at: datetime | None, now: datetime
) -> MomentStep:
    """Return what to do with a due row at `now`, when this moment comes. `notice_at`: when the standing notice was written."""
    ends_at = end_of_day(notice_at, zone) if notice_at is not None else None
    goes = ends_at is not None and (moment is not None or ends_at <= now)
    if moment is not None:
        ends_at = end_of_day(now, zone)
    elif goes:
        ends_at = None
    return MomentStep(moment, goes, _earliest(next_moment_after(choice, zone, now), ends_at))


def next_moment_after(choice: RhythmChoice, zone: tzinfo, after: datetime) -> datetime | None:
    """Return the first moment later than `after` and not within the pause; None when no time is chosen."""
    return _earliest(*(_next_of(time, choice, zone, after) for time in choice.times))


def next_turn_at(choice: RhythmChoice, zone: tzinfo, notice_at: datetime | None, now: datetime) -> datetime | None:
    """Return when a worker has to look again: at the next moment, or when the standing notice goes with its day.

    One that has come on its date already, in another zone, is found then to have come.
    """
    ends_at = max(end_of_day(notice_at, zone), now) if notice_at is not None else None
    return _earliest(next_moment_after(choice, zone, now), ends_at)


def _next_of(time: MomentTime, choice: RhythmChoice, zone: tzinfo, after: datetime) -> datetime:
    # A moment at the very end of the pause comes.
    begin = after if choice.paused_until is None else max(after, choice.paused_until - _INSTANT)
    return next_moment(time.at, time.days, zone, begin)


def moments_of_today(choice: RhythmChoice, zone: tzinfo, since: datetime, now: datetime) -> Sequence[CalendarMoment]:
    """Return the moments from `since` to `now` that belong to today by this zone's calendar, the latest first.

    What passed on an earlier day, or within a pause, is never made up for.
    """
    today = local_date(now, zone)
    begin = since if choice.paused_until is None else max(since, choice.paused_until)
    # A moment in a day that the zone skips comes with the day after.
    moments = (
        CalendarMoment(day, time.at, moment_on(day, time.at, zone))
        for time in choice.times
        for day in (today - ONE_DAY, today)
        if day.weekday() in time.days
    )
    come = (row for row in moments if begin <= row.instant <= now and local_date(row.instant, zone) == today)
    return sorted(come, key=lambda row: row.instant, reverse=True)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def choice_of(row: Rhythm | None) -> RhythmChoice:
    """Return the choice that a row holds; None is somebody who has chosen nothing."""
    if row is None:
        return RhythmChoice()
    return RhythmChoice(
        check_in=MomentTime(row.check_in_at, row.check_in_days) if row.check_in_at and row.check_in_days else None,
        week=MomentTime(row.week_at, [row.week_day]) if row.week_at and row.week_day is not None else None,
        commitments=row.commitments,
        follow_ups=row.follow_ups,
        practice_offers=row.practice_offers,
        paused_until=row.paused_until,
    )


async def load_rhythm(unit: UnitOfWork, who: Caller) -> RhythmChoice:
    """Return what the caller has chosen; a pause that is over is none."""
    choice = choice_of(await unit.session.get(Rhythm, who.person_id))
    return choice if choice.paused(unit.now) else replace(choice, paused_until=None)


async def save_rhythm(unit: UnitOfWork, who: Caller, choice: RhythmChoice) -> RhythmChoice:
    """Store the caller's choice in place of the earlier one, and find its next moment. Returns what is stored."""
    await access.lock_person(unit, who)
    zone = zone_of((await access.load_person(unit, who)).time_zone)
    row, notice_at = await _lock_row(unit, who.person_id)
    if row is None:
        row = Rhythm(person_id=who.person_id)
    chosen = choice if choice.paused(unit.now) else replace(choice, paused_until=None)
    row.check_in_at = chosen.check_in.at if chosen.check_in else None
    row.check_in_days = list(chosen.check_in.days) if chosen.check_in else None
    row.week_at = chosen.week.at if chosen.week else None
    row.week_day = chosen.week.days[0] if chosen.week else None
    for name in SWITCHES:
        setattr(row, name, getattr(chosen, name))
    if row.moment_notice_id is not None and (chosen.paused(unit.now) or not chosen.times):
        await dismiss_notices(unit, Notice.id == row.moment_notice_id)
        row.moment_notice_id = notice_at = None
    await _call_off_reminders(unit, who.person_id, chosen)
    if row.next_at is None or row.next_at > unit.now:
        # One that is due already is the worker's, who finds the moment after it.
        row.next_at = next_turn_at(chosen, zone, notice_at, unit.now)
    row.offer_at = (row.offer_at or next_look(zone, unit.now)) if chosen.practice_offers else None
    unit.session.add(row)
    await unit.session.flush()
    return chosen


async def reschedule_rhythm(unit: UnitOfWork, person: Person) -> None:
    """Find the next moment, and the next look at the circle, of somebody in another zone; their row is locked by the caller."""
    row, notice_at = await _lock_row(unit, person.id)
    if row is None:
        return
    zone = zone_of(person.time_zone)
    if row.next_at is None or row.next_at > unit.now:
        row.next_at = next_turn_at(choice_of(row), zone, notice_at, unit.now)
    if row.offer_at is not None and row.offer_at > unit.now:
        row.offer_at = next_look(zone, unit.now)
    await unit.session.flush()


async def lock_rhythm(unit: UnitOfWork, person_id: UUID) -> None:
    """Lock this person's rhythm before an erasure deletes it: a worker may be writing the notice of a moment."""
    await _lock_row(unit, person_id)


async def _call_off_reminders(unit: UnitOfWork, person_id: UUID, chosen: RhythmChoice) -> None:
    """Take back what the person no longer wants to be reminded of: what stands in the inbox, and what is still to be pushed."""
    paused, own = chosen.paused(unit.now), access.owned_by(Notice, person_id)
    if paused or not chosen.follow_ups:
        await dismiss_notices(unit, own, Notice.kind == NoticeKind.FOLLOW_UP, Notice.dismissed_at.is_(None))
    if paused or not chosen.commitments:
        await dismiss_notices(unit, own, Notice.kind == NoticeKind.COMMITMENT_DUE, Notice.dismissed_at.is_(None))
        # The inbox keeps an end, from where it is renewed with one tap; its push waits for the morning.
        await cancel_deliveries(unit, select(Notice.id).where(own, Notice.kind == NoticeKind.COMMITMENT_ENDED))


async def _lock_row(unit: UnitOfWork, person_id: UUID) -> tuple[Rhythm | None, datetime | None]:
    """Return this person's row, locked, and when the standing notice of its last moment was written."""
    rows = await unit.session.execute(
        select(Rhythm, Notice.created_at)
        .outerjoin(Notice, Notice.id == Rhythm.moment_notice_id)
        .where(access.owned_by(Rhythm, person_id))
        .with_for_update(of=Rhythm)
        .execution_options(populate_existing=True)
    )
    row = rows.one_or_none()
    return (row[0], row[1]) if row is not None else (None, None)
