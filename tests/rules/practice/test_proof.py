"""What counts as proved, when somebody counts as untried, and when a practice is offered."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rules.practice.offer_rule import is_offered, next_look
from rules.practice.proof import UNPROVED_AFTER, as_day, proved_at, unproved_at

NOW = datetime(2026, 3, 10, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("shown", "ways", "proved"),
    [
        (None, [40], None),
        (12, [40], 12),
        # A new phone has shown nothing; an old one beside it still counts.
        (12, [3], None),
        (12, [3, 40], 12),
        (12, [12], 12),
        (12, [], None),
    ],
)
def test_a_proof_holds_for_what_was_there(shown: int | None, ways: list[int], proved: int | None) -> None:
    """All in days before now."""
    since = [NOW - days * DAY for days in ways]
    moment = None if shown is None else NOW - shown * DAY
    assert proved_at(moment, since) == (None if proved is None else NOW - proved * DAY)


@pytest.mark.parametrize(
    ("shown", "ways", "member", "untried_since"),
    [
        # Shown 12 days ago: untried in 23 days.
        (12, [40], 100, -23),
        (40, [60], 100, 5),
        # Never shown: from when both the phone and the membership were there.
        (None, [60], 50, 15),
        (None, [50], 60, 15),
        (None, [50, 3], 60, 15),
        (None, [], 60, None),
    ],
)
def test_untried(shown: int | None, ways: list[int], member: int, untried_since: int | None) -> None:
    """All in days before now."""
    at = unproved_at(
        None if shown is None else NOW - shown * DAY, [NOW - days * DAY for days in ways], NOW - member * DAY
    )
    assert at == (None if untried_since is None else NOW - untried_since * DAY)


@pytest.mark.parametrize(
    ("untried", "offered", "expected"),
    [
        ([], None, False),
        ([-1], None, False),
        ([0], None, True),
        ([5, -10], None, True),
        # Once for each: who was untried when it was offered last is not offered again, however long it lasts.
        ([200], 150, False),
        ([150], 150, False),
        # One who became untried later is, after 35 days.
        ([40], 50, True),
        ([10], 20, False),
        ([10], 35, True),
    ],
)
def test_offered_once(untried: list[int], offered: int | None, expected: bool) -> None:
    """All in days before now."""
    moments = [NOW - days * DAY for days in untried]
    assert is_offered(moments, None if offered is None else NOW - offered * DAY, NOW) is expected


def test_a_circle_is_looked_at_by_day() -> None:
    assert next_look(ZoneInfo("Europe/Berlin"), NOW) == datetime(2026, 3, 11, 9, tzinfo=UTC)
    assert UNPROVED_AFTER == 35 * DAY


def test_only_the_day_is_shown() -> None:
    # 20:00 UTC on the 10th is the 11th in Tokyo, and the 10th in Los Angeles.
    assert as_day(NOW, ZoneInfo("Asia/Tokyo")) == datetime(2026, 3, 10, 15, tzinfo=UTC)
    assert as_day(NOW, ZoneInfo("America/Los_Angeles")) == datetime(2026, 3, 10, 7, tzinfo=UTC)
