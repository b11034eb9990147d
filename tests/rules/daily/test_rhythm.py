"""When a moment comes and when its notice goes, by the person's own calendar; over clock changes, pauses and outages."""

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from rules.daily.local_time import local_date, zone_of
from rules.daily.rhythm import (
    MomentStep,
    MomentTime,
    RhythmChoice,
    moment_step,
    moments_of_today,
    next_moment_after,
    next_turn_at,
)

EVERY_DAY = range(7)
ODD_ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Santiago",  # the clocks change at midnight
    "Africa/Casablanca",  # and for Ramadan
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "America/Nuuk",
    "Antarctica/Troll",  # two hours of summer time
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(time: str, days: range | list[int] = EVERY_DAY) -> RhythmChoice:
    return RhythmChoice(check_in=MomentTime(time, list(days)))


def turn(choice: RhythmChoice, zone: tzinfo, due: datetime, notice_at: datetime | None, now: datetime) -> MomentStep:
    """What a row that was due at `due` does at `now`, when none of its moments has come before."""
    come = moments_of_today(choice, zone, due, now)
    return moment_step(choice, zone, come[0] if come else None, notice_at, now)


def moment_of(step: MomentStep) -> datetime | None:
    return step.moment.instant if step.moment is not None else None


@pytest.mark.parametrize("zone_name", ODD_ZONES)
@pytest.mark.parametrize("time", ["00:00", "00:30", "02:30", "21:00"])
def test_one_moment_on_every_day_for_two_years(zone_name: str, time: str) -> None:
    zone, choice = zone_of(zone_name), daily(time)
    begin = at("2026-01-01T12:00")
    due = next_moment_after(choice, zone, begin)
    notice_at, days = None, []
    while due is not None and due < begin + timedelta(days=730):
        now = due + timedelta(seconds=1)
        step = turn(choice, zone, due, notice_at, now)
        if step.moment is not None:
            assert local_date(step.moment.instant, zone) == step.moment.day
            days.append(step.moment.day)
            notice_at = now
        elif step.notice_goes:
            notice_at = None
        assert step.next_at is not None
        assert step.next_at > now
        due = step.next_at
    assert len(days) == len(set(days)), "never two on one day"
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))], "none is missing"


def test_together_they_are_one_moment() -> None:
    choice = RhythmChoice(check_in=MomentTime("18:00", list(EVERY_DAY)), week=MomentTime("18:00", [1]))
    step = turn(choice, UTC, at("2026-03-10T18:00"), None, at("2026-03-10T18:00:05"))
    assert moment_of(step) == at("2026-03-10T18:00")
    assert step.next_at == at("2026-03-11T00:00"), "then its notice goes"


def test_of_two_that_an_outage_has_held_back_the_later_comes() -> None:
    choice = RhythmChoice(check_in=MomentTime("09:00", list(EVERY_DAY)), week=MomentTime("18:00", [1]))
    step = turn(choice, UTC, at("2026-03-10T09:00"), None, at("2026-03-10T20:00"))
    assert moment_of(step) == at("2026-03-10T18:00")


def test_yesterdays_is_never_made_up_for() -> None:
    step = turn(daily("21:00"), UTC, at("2026-03-10T21:00"), None, at("2026-03-11T08:00"))
    assert (moment_of(step), step.next_at) == (None, at("2026-03-11T21:00"))


def test_todays_is_even_if_yesterdays_was_due_first() -> None:
    step = turn(daily("07:00"), UTC, at("2026-03-10T07:00"), None, at("2026-03-11T08:00"))
    assert moment_of(step) == at("2026-03-11T07:00")


def test_a_notice_goes_with_its_day_or_with_the_next_moment() -> None:
    choice = RhythmChoice(check_in=MomentTime("09:00", [1]), week=MomentTime("18:00", [1]))
    standing = at("2026-03-10T09:00")
    second = turn(choice, UTC, at("2026-03-10T18:00"), standing, at("2026-03-10T18:00"))
    assert (moment_of(second), second.notice_goes) == (at("2026-03-10T18:00"), True)
    over = turn(choice, UTC, at("2026-03-11T00:00"), at("2026-03-10T18:00"), at("2026-03-11T00:00"))
    assert (over.moment, over.notice_goes, over.next_at) == (None, True, at("2026-03-17T09:00"))


def test_a_pause_leaves_out_what_lies_within_it() -> None:
    choice = RhythmChoice(check_in=MomentTime("21:00", list(EVERY_DAY)), paused_until=at("2026-03-12T21:00"))
    assert next_moment_after(choice, UTC, at("2026-03-10T20:00")) == at("2026-03-12T21:00"), "at its very end one comes"
    assert turn(choice, UTC, at("2026-03-10T21:00"), None, at("2026-03-10T21:00")).moment is None


def test_nothing_chosen_is_never_due() -> None:
    assert next_moment_after(RhythmChoice(), UTC, at("2026-03-10T20:00")) is None


def test_a_moment_is_the_same_one_in_every_zone() -> None:
    """What has come on a date is known by the date and the time, so it does not come again further west."""
    choice = daily("21:00")
    [berlin] = moments_of_today(choice, zone_of("Europe/Berlin"), at("2026-03-10T20:00"), at("2026-03-10T20:00"))
    [new_york] = moments_of_today(choice, zone_of("America/New_York"), at("2026-03-11T01:00"), at("2026-03-11T01:00"))
    assert (berlin.day, berlin.at) == (new_york.day, new_york.at)
    assert berlin.instant < new_york.instant


def test_one_still_to_come_follows_the_person() -> None:
    new_york = zone_of("America/New_York")
    assert next_turn_at(daily("21:00"), new_york, None, at("2026-03-10T15:00")) == at("2026-03-11T01:00")


def test_a_standing_notice_goes_with_its_day_in_the_new_zone() -> None:
    auckland, noticed = zone_of("Pacific/Auckland"), at("2026-03-10T20:00")
    assert next_turn_at(daily("21:00"), auckland, noticed, at("2026-03-11T07:30")) == at("2026-03-11T08:00")
    assert next_turn_at(daily("21:00", [0]), auckland, noticed, at("2026-03-11T07:30")) == at("2026-03-11T11:00")
