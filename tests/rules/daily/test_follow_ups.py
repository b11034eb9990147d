"""When follow-ups come: in the morning, inside hours, on three days at most."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from models.enums import FollowUpKind
from rules.circle.hours import HoursWindow
from rules.daily.follow_ups import next_follow_up

HELPER, UNANSWERED = FollowUpKind.HELPER, FollowUpKind.UNANSWERED
EVENINGS = [{"day": day, "from": "18:00", "to": "22:00"} for day in range(7)]
MONDAYS = [{"day": 0, "from": "08:00", "to": "12:00"}]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def all_of(
    kind: FollowUpKind, closed: str, hours: Sequence[HoursWindow] | None = None, zone: str = "UTC"
) -> list[datetime]:
    times, now, number = [], at(closed), 0
    while (due := next_follow_up(kind, at(closed), number, hours, zone, now)) is not None:
        times.append(due.at)
        number, now = due.round + 1, due.at
    return times


def test_a_helper_on_three_mornings() -> None:
    expected = [at("2026-03-11T10:00"), at("2026-03-13T10:00"), at("2026-03-17T10:00")]
    assert all_of(HELPER, "2026-03-10T20:00") == expected


def test_in_the_helpers_own_zone_over_a_clock_change() -> None:
    # In Berlin it is already the 28th; summer time begins on the 29th.
    expected = [at("2026-03-29T08:00"), at("2026-03-31T08:00"), at("2026-04-04T08:00")]
    assert all_of(HELPER, "2026-03-27T23:30", zone="Europe/Berlin") == expected


def test_inside_hours() -> None:
    assert all_of(HELPER, "2026-03-10T20:00", EVENINGS)[0] == at("2026-03-11T18:00")


def test_hours_that_begin_too_late_leave_it_out() -> None:
    assert all_of(HELPER, "2026-03-10T20:00", MONDAYS) == [], "a Monday is too far from each of the three days"
    assert all_of(HELPER, "2026-03-08T20:00", MONDAYS) == [at("2026-03-09T10:00"), at("2026-03-16T08:00")]


def test_without_hours_never_at_night() -> None:
    late = next_follow_up(HELPER, at("2026-03-10T20:00"), 0, None, "UTC", at("2026-03-11T23:00"))
    assert late is not None
    assert (late.round, late.at) == (0, at("2026-03-12T07:00"))


def test_after_an_outage_one_at_most() -> None:
    back = next_follow_up(HELPER, at("2026-03-10T20:00"), 0, None, "UTC", at("2026-03-13T11:00"))
    assert back is not None
    assert (back.round, back.at) == (1, at("2026-03-13T11:00"))
    assert next_follow_up(HELPER, at("2026-03-10T20:00"), 0, None, "UTC", at("2026-03-20T11:00")) is None


def test_whom_nobody_answered_has_one_in_the_morning() -> None:
    assert all_of(UNANSWERED, "2026-03-10T23:00") == [at("2026-03-11T10:00")]
    assert all_of(UNANSWERED, "2026-03-11T03:00") == [at("2026-03-11T10:00")]
    assert all_of(UNANSWERED, "2026-03-11T09:00") == [at("2026-03-12T10:00")], "not an hour later"


def test_never_before_it_ended() -> None:
    for hour in range(24):
        closed = at("2026-03-10T00:00") + timedelta(hours=hour)
        for kind in (HELPER, UNANSWERED):
            due = next_follow_up(kind, closed, 0, None, "Pacific/Kiritimati", closed)
            assert due is not None
            assert due.at > closed
