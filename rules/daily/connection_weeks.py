"""The weeks by which connections are counted: when each begins in a person's time zone, and the middle of what it holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from statistics import median
from typing import NamedTuple

from rules.daily.local_time import local_date, moment_on

MIN_WAITS = 3
"""From how many answered reach-outs on the middle time to an answer says something."""


class WeekStart(NamedTuple):
    """A Monday of the person's own calendar, and the moment at which it begins."""

    day: date
    at: datetime


@dataclass(slots=True)
class Week:
    """A week in the person's time zone, Monday to Sunday. The median counts reach-outs that were answered."""

    starts_on: date
    reach_outs: int = 0
    connected: int = 0
    median_seconds_to_answer: int | None = None
    answers_given: int = 0
    reach_ins: int = 0
    talked: int = 0
    people: int = 0


@dataclass(slots=True)
class FeltWeek:
    """The medians (0 to 3) of the reflections on one week's reach-outs; None where none of them said it."""

    starts_on: date
    seen: float | None = None
    safe: float | None = None
    soothed: float | None = None


class Feelings:
    """The values that were given in one week's reflections."""

    def __init__(self) -> None:
        self._given: dict[str, list[int]] = {"seen": [], "safe": [], "soothed": []}

    def add(self, **values: int | None) -> None:
        """Add one reflection; None is what it left out."""
        for name, value in values.items():
            if value is not None:
                self._given[name].append(value)

    def any(self) -> bool:
        """Return whether any of them said anything."""
        return any(self._given.values())

    def middle(self, starts_on: date) -> FeltWeek:
        """Return the medians, as those of the week that begins on this day."""
        return FeltWeek(starts_on, **{name: float(median(given)) for name, given in self._given.items() if given})


def monday_of(moment: datetime, zone: tzinfo) -> date:
    """Return the Monday of the ISO 8601 week of this moment in this time zone."""
    day = local_date(moment, zone)
    return day - timedelta(days=day.weekday())


def week_starts(zone: tzinfo, now: datetime, count: int) -> list[WeekStart]:
    """Return the last `count` Mondays in this time zone, the present week's first.

    A Monday whose midnight the clocks skip begins when they do; one whose midnight comes twice, at the first.
    """
    present = monday_of(now, zone)
    mondays = [present - timedelta(weeks=back) for back in range(count)]
    return [WeekStart(day, moment_on(day, "00:00", zone)) for day in mondays]


def middle_seconds(waits: Sequence[float], least: int = 1) -> int | None:
    """Return the median of these waits in whole seconds; None where there are fewer than `least`."""
    return round(median(waits)) if len(waits) >= least else None
