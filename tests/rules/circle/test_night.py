"""Tonight, and what somebody would be woken by."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from models.enums import DeviceKind, Platform
from rules.circle.night import KnownWays, next_deep_night, platform_of

A = Platform


@pytest.mark.parametrize(
    ("zone", "now", "night"),
    [
        ("UTC", "2026-03-10T20:00", "2026-03-11T03:00"),
        ("UTC", "2026-03-10T02:59", "2026-03-10T03:00"),
        ("UTC", "2026-03-10T03:00", "2026-03-10T03:00"),
        ("UTC", "2026-03-10T03:01", "2026-03-11T03:00"),
        ("America/New_York", "2026-03-10T20:00", "2026-03-11T07:00"),
        ("Asia/Tokyo", "2026-03-10T20:00", "2026-03-11T18:00"),
        # In Berlin summer time begins at 2:00 on 29 March: 3:00 comes an hour earlier than the day before.
        ("Europe/Berlin", "2026-03-28T22:00", "2026-03-29T01:00"),
        # Casablanca's clocks go back at 3:00 on 15 February 2026, which shows 2:00 to 3:00 twice.
        ("Africa/Casablanca", "2026-02-14T22:00", "2026-02-15T03:00"),
        # Where clocks once skipped 3:00 (Troll, 29 March), the night is the first instant after the gap.
        ("Antarctica/Troll", "2026-03-28T22:00", "2026-03-29T01:00"),
    ],
)
def test_the_next_three_in_the_morning(zone: str, now: str, night: str) -> None:
    moments = [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in (now, night)]
    assert next_deep_night(moments[0], ZoneInfo(zone)) == moments[1]


ON_ANDROID = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"
)
ON_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
)
ON_A_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15"


@pytest.mark.parametrize(
    ("kind", "user_agent", "platform"),
    [
        (DeviceKind.WEBPUSH, ON_ANDROID, A.ANDROID),
        (DeviceKind.WEBPUSH, ON_IPHONE, A.IPHONE),
        (DeviceKind.WEBPUSH, ON_A_MAC, A.COMPUTER),
        (DeviceKind.WEBPUSH, None, None),
        (DeviceKind.WEBPUSH, "", None),
        (DeviceKind.FCM, ON_ANDROID, A.APP),
        (DeviceKind.FCM, None, A.APP),
    ],
)
def test_what_a_device_is(kind: DeviceKind, user_agent: str | None, platform: Platform | None) -> None:
    assert platform_of(kind, user_agent) is platform


@pytest.mark.parametrize(
    ("platforms", "phone"),
    [
        ([], None),
        ([A.COMPUTER], A.COMPUTER),
        ([A.COMPUTER, A.ANDROID], A.ANDROID),
        ([A.IPHONE, A.ANDROID], A.IPHONE),
    ],
)
def test_a_phone_goes_before_a_computer_and_the_latest_first(platforms: list[Platform], phone: Platform | None) -> None:
    assert KnownWays(platforms=platforms).phone is phone
