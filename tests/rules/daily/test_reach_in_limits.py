"""When one more reach-in may be sent: so many within a window, whichever of them were sent together."""

from datetime import UTC, datetime, timedelta

import pytest

from rules.daily.thread.reach_in_limits import next_allowed_at

NOW = datetime(2026, 3, 10, 20, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ago(*minutes: float) -> list[datetime]:
    """Moments before now, as many minutes ago."""
    return [NOW - timedelta(minutes=each) for each in minutes]


@pytest.mark.parametrize(
    ("sent", "in_minutes"),
    [
        ([], None),
        ([1, 2], None),
        ([1, 2, 3], 57),
        ([0, 0, 0], 60),
        ([1, 2, 59.5], 0.5),
        ([1, 2, 60], None),
        ([1, 2, 61], None),
        ([1, 2, 3, 4], 57),
        ([61, 62, 63], None),
    ],
)
def test_when_the_next_may_be_sent(sent: list[float], in_minutes: float | None) -> None:
    expected = None if in_minutes is None else NOW + timedelta(minutes=in_minutes)
    assert next_allowed_at(ago(*sent), 3, HOUR, NOW) == expected
