"""When a commitment is due, when it ends, and of which days one may still speak. Pure, by the person's own calendar."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID, uuid5

from rules.circle.hours import ONE_DAY
from rules.daily.local_time import end_of_day, local_date, moment_on, next_moment

COMMITMENT_DAYS = 28
"""How many days a commitment runs, from today, unless its owner chooses another end; and how many a renewal gives."""
MAX_COMMITMENT_DAYS = 365
"""How many days ahead a commitment may end."""
DAYS_BACK = 6
"""Until how many days later somebody may say how a day went."""
PUSH_GRACE = timedelta(hours=1)
"""How late a due moment may still be pushed; later on the same day the inbox alone has it."""
ENDED_PUSHED_AT = "09:00"
"""A commitment ends at midnight; the push that says so waits for the morning."""


@dataclass(frozen=True, slots=True)
class CommitmentTerms:
    """What somebody means to do when: on these weekdays (Monday is 0) at "HH:MM", the last time on `ends_on`."""

    days: Sequence[int]
    at: str
    ends_on: date


@dataclass(frozen=True, slots=True)
class CommitmentTurn:
    """What a due clock does. Notices of earlier moments go in any case.

    `due_day`: the day whose moment has come, today; `push`: it came just now; `ended`: it is over; `next_at`: the next clock.
    """

    due_day: date | None
    push: bool
    ended: bool
    next_at: datetime | None


def bounded(terms: CommitmentTerms, zone: tzinfo, now: datetime) -> CommitmentTerms:
    """Return the same terms, ending a year ahead at most."""
    return replace(terms, ends_on=min(terms.ends_on, local_date(now, zone) + MAX_COMMITMENT_DAYS * ONE_DAY))


def decide_turn(terms: CommitmentTerms, zone: tzinfo, now: datetime) -> CommitmentTurn:
    """Return what is to be done at `now`. A moment of an earlier day is never made up for."""
    if now >= end_moment(terms, zone):
        return CommitmentTurn(due_day=None, push=False, ended=True, next_at=None)
    come = [(day, moment) for day, moment in _moments_of_today(terms, zone, now) if moment <= now]
    day, moment = come[-1] if come else (None, None)
    push = moment is not None and now - moment <= PUSH_GRACE
    return CommitmentTurn(day, push=push, ended=False, next_at=next_clock(terms, zone, now))


def next_clock(terms: CommitmentTerms, zone: tzinfo, now: datetime) -> datetime:
    """Return when a worker has to look again: at the next due moment, at the end of a day that had one, or at the end."""
    clocks = [next_moment(terms.at, terms.days, zone, now), end_moment(terms, zone)]
    if any(moment <= now for _, moment in _moments_of_today(terms, zone, now)):
        clocks.append(end_of_day(now, zone))
    return min(clocks)


def next_due(terms: CommitmentTerms, zone: tzinfo, now: datetime) -> datetime | None:
    """Return the next due moment; None when it ends before. A time still to come today is due today."""
    moment = next_moment(terms.at, terms.days, zone, now)
    return moment if moment < end_moment(terms, zone) else None


def end_moment(terms: CommitmentTerms, zone: tzinfo) -> datetime:
    """Return the instant at which the day `ends_on` is over."""
    return moment_on(terms.ends_on + ONE_DAY, "00:00", zone)


def ended_push_at(zone: tzinfo, now: datetime) -> datetime:
    """Return when the end is pushed: at nine in the morning, or now when that has passed."""
    return max(now, moment_on(local_date(now, zone), ENDED_PUSHED_AT, zone))


def due_event(commitment_id: UUID, terms: CommitmentTerms, day: date) -> UUID:
    """Return the id of one due moment. It is the same for whoever computes it, so nothing is due twice."""
    return uuid5(commitment_id, f"{day.isoformat()} {terms.at}")


def is_speakable(terms: CommitmentTerms, day: date, today: date) -> bool:
    """Return whether one may say how this day went: today or one of the six days before, and not after the end."""
    return today - DAYS_BACK * ONE_DAY <= day <= min(today, terms.ends_on)


def recent_days(terms: CommitmentTerms, began: date, today: date) -> Sequence[date]:
    """Return the due days of which one may still speak, the latest first; `began`: the day on which it was made."""
    days = [today - back * ONE_DAY for back in range(DAYS_BACK + 1)]
    return [day for day in days if day.weekday() in terms.days and began <= day <= terms.ends_on]


def _moments_of_today(terms: CommitmentTerms, zone: tzinfo, now: datetime) -> Iterator[tuple[date, datetime]]:
    """Yield the due moments that lie on the local day of `now`, each with the day that it stands for.

    Where clocks jump over midnight, yesterday's moment may come with the first instant of today.
    """
    today = local_date(now, zone)
    for day in (today - ONE_DAY, today):
        if day.weekday() in terms.days:
            moment = moment_on(day, terms.at, zone)
            if local_date(moment, zone) == today:
                yield day, moment
