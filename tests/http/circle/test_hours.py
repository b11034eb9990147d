"""Hours, mute and "wake me any time" through the API: the owner sees who is available, and neither where nor when."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world.person import Person
from tests.world.world import World

# The world begins on Tuesday, 10 March 2026, at 20:00 UTC: 16:00 in New York, Wednesday 05:00 in Tokyo.
MEMBER_FIELDS = {
    "calm_now",
    "id",
    "person",
    "role",
    "step",
    "state",
    "reachable",
    "standing_words",
    "available_now",
    "tonight",
    "proved_at",
    "phone",
    "contact",
    "words",
    "guest",
    "guest_notes",
    "words_quiet",
    "created_at",
}


def window(day: int, begin: str, end: str) -> dict[str, Any]:
    return {"day": day, "from": begin, "to": end}


async def available(owner: Person, member: Person) -> bool:
    return next(bool(row["available_now"]) for row in await owner.circle() if row["person"]["id"] == member.id)


@pytest.mark.parametrize(
    ("zone", "hours", "expected"),
    [
        ("UTC", [window(1, "19:00", "21:00")], True),
        ("UTC", [window(1, "08:00", "20:00")], False),
        ("UTC", [window(2, "19:00", "21:00")], False),
        ("UTC", [window(1, "08:00", "12:00"), window(1, "20:00", "24:00")], True),
        ("America/New_York", [window(1, "15:00", "17:00")], True),
        ("America/New_York", [window(1, "19:00", "21:00")], False),
        ("Asia/Tokyo", [window(2, "04:00", "06:00")], True),
        ("Asia/Tokyo", [window(1, "19:00", "21:00")], False),
        ("Asia/Kathmandu", [window(2, "01:40", "01:50")], True),
        ("UTC", None, True),
    ],
)
async def test_available_now_follows_hours_and_time_zone(
    world: World, zone: str, hours: list[dict[str, Any]] | None, expected: bool
) -> None:
    maya, sponsor = await world.circle("sponsor")
    profile = await sponsor.patch("/v1/me", {"time_zone": zone, "hours": hours})
    assert profile["hours"] == hours
    assert await available(maya, sponsor) is expected
    # `available_now` means that a press now pushes them.
    await maya.press()
    assert await sponsor.pushed() == (["reach_out"] if expected else [])
    assert await maya.sees_state(sponsor) == ("handed" if expected else "inbox_only")
    # The inbox has it either way.
    assert len(await sponsor.inbox("reach_out")) == 1


async def test_available_now_changes_with_time(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.patch("/v1/me", {"time_zone": "Europe/Berlin", "hours": [window(1, "22:00", "24:00")]})
    assert await available(maya, sponsor) is False
    await world.forward(3600)
    assert await available(maya, sponsor) is True
    await world.forward(2 * 3600)
    assert await available(maya, sponsor) is False


async def test_wake_me_overrides_hours(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.patch("/v1/me", {"time_zone": "UTC", "hours": [window(0, "08:00", "09:00")]})
    assert await available(maya, sponsor) is False
    await sponsor.patch("/v1/me", {"wake_me": True})
    assert await available(maya, sponsor) is True
    await maya.press()
    assert await sponsor.pushed() == ["reach_out"]


async def test_mute_applies_to_one_supported_person(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    other = await world.person("Other")
    await other.welcomes(sponsor)
    await sponsor.patch("/v1/me", {"wake_me": True})
    place = f"/v1/supporting/{sponsor.places[maya.id]}"
    until = world.now() + timedelta(hours=2)
    await sponsor.patch(place, {"muted_until": until.isoformat()})
    assert await available(maya, sponsor) is False
    assert await available(other, sponsor) is True
    await world.forward(2 * 3600)
    assert await available(maya, sponsor) is True
    await sponsor.patch(place, {"muted_until": (world.now() + timedelta(hours=2)).isoformat()})
    await sponsor.patch(place, {"muted_until": None})
    assert await available(maya, sponsor) is True
    # A mute far in the future is stored; beyond the year 9999 in UTC it is refused with a clear problem.
    await sponsor.patch(place, {"muted_until": "2199-12-31T00:00:00Z"})
    problem = await sponsor.patch(place, {"muted_until": "9999-12-31T23:59:59-14:00"}, expect=422)
    assert problem["errors"][0]["at"] == "body.muted_until"


async def test_the_owner_never_sees_hours_zone_or_mute(world: World) -> None:
    """Outside hours, muted and without a device, the owner sees booleans and no reason."""
    maya, sponsor = await world.circle("sponsor")
    hours = [window(day, "08:00", "09:00") for day in range(7)]
    await sponsor.patch("/v1/me", {"time_zone": "Pacific/Auckland", "region": "NZ", "hours": hours})
    await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": "2026-03-20T00:00:00Z"})
    page = await maya.get("/v1/circle")
    assert set(page) == {"items", "next", "anyone_available"}
    [row] = page["items"]
    assert set(row) == MEMBER_FIELDS
    pressed = await maya.press()
    await maya.proves()
    seen = f"{page} {pressed} {await maya.reach_out()} {await maya.get('/v1/me/export')}"
    for secret in ("Auckland", "NZ", "08:00", "muted_until': '2026"):
        assert secret not in seen


@pytest.mark.parametrize(
    ("hours", "says"),
    [
        ([], "at least 1 item"),
        ([window(1, "09:00", "12:00"), window(1, "11:59", "14:00")], "must not overlap"),
        ([window(1, "09:00", "12:00"), window(1, "09:00", "12:00")], "must not overlap"),
        ([window(1, "08:00", "24:00"), window(1, "12:00", "13:00")], "must not overlap"),
        ([window(1, "22:00", "06:00")], "next day"),
        ([window(1, "09:00", "09:00")], "must end after it begins"),
        ([window(1, "24:00", "24:00")], "must end after it begins"),
        ([window(7, "09:00", "10:00")], "less than or equal to 6"),
        ([window(-1, "09:00", "10:00")], "greater than or equal to 0"),
        ([window(1, "9:00", "10:00")], "pattern"),
        ([window(1, "09:00", "24:01")], "pattern"),
        ([window(1, "09:60", "10:00")], "pattern"),
        ([{"day": 1, "from": "09:00"}], "required"),
        ([window(1, "09:00", "10:00") | {"zone": "UTC"}], "Unknown field"),
        ([window(n % 7, f"{n // 7:02}:00", f"{n // 7:02}:30") for n in range(29)], "at most 28 items"),
        ("any time", "valid list"),
    ],
)
async def test_invalid_hours_are_refused(world: World, hours: Any, says: str) -> None:
    ben = await world.person("Ben")
    problem = await ben.patch("/v1/me", {"hours": hours}, expect=422)
    assert problem["type"] == "/problems/invalid"
    assert any(says in error["says"] for error in problem["errors"]), problem
    assert all(error["at"].startswith("body") for error in problem["errors"])
    assert (await ben.get("/v1/me"))["hours"] is None


async def test_adjacent_windows_leave_no_gap(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    hours = [window(1, "20:00", "24:00"), window(1, "12:00", "20:00"), window(2, "00:00", "06:00")]
    await sponsor.patch("/v1/me", {"time_zone": "UTC", "hours": hours})
    for _ in range(20):
        assert await available(maya, sponsor) is True
        await world.forward(1700)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "utc+2", "../../etc/passwd", "Europe", "Europe/Berlin "])
async def test_unknown_time_zones_are_refused(world: World, zone: str) -> None:
    ben = await world.person("Ben")
    problem = await ben.patch("/v1/me", {"time_zone": zone}, expect=422)
    assert problem["errors"][0]["at"] == "body.time_zone"
    assert "Europe/Berlin" in problem["errors"][0]["says"]
