"""Bookends as a phone app meets them: what is refused and why, who may see what, pages, retries, export."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world.person import Person
from tests.world.world import World


def body(maya: Person, companion: Person, hours: float = 1, **said: Any) -> dict[str, Any]:
    due = maya.world.now() + timedelta(hours=hours)
    return {"due_at": due.isoformat(), "companion": companion.places[maya.id], **said}


def places(problem: dict[str, Any]) -> list[str]:
    return [error["at"] for error in problem["errors"]]


@pytest.mark.parametrize("hours", [-24, -0.001, 7 * 24 + 0.01, 24 * 365 * 100])
async def test_a_due_time_in_the_past_or_too_far_ahead(world: World, hours: float) -> None:
    maya, sponsor = await world.circle("sponsor")
    problem = await maya.post("/v1/bookends", body(maya, sponsor, hours), expect=422)
    assert problem["type"] == "/problems/invalid"
    assert places(problem) == ["body.due_at"]
    assert "7 days" in problem["errors"][0]["says"]
    made = await maya.post("/v1/bookends", body(maya, sponsor), expect=201)
    due = (world.now() + timedelta(hours=hours)).isoformat()
    problem = await maya.post(f"/v1/bookends/{made['id']}/extend", {"due_at": due}, expect=422)
    assert places(problem) == ["body.due_at"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"due_at": "2026-03-10T23:00:00"},  # without a zone
        {"due_at": "tonight"},
        {"due_at": "0001-01-01T00:00:00+14:00"},  # before the first year, in UTC
        {"due_at": "9999-12-31T23:00:00-14:00"},
        {"due_at": None},
        {"companion": "Ben"},
        {"companion": None},
        {"what": "x" * 501},
        {"what": 5},
        {"minutes": 30},
    ],
)
async def test_what_cannot_be_used(world: World, wrong: dict[str, Any]) -> None:
    maya, sponsor = await world.circle("sponsor")
    problem = await maya.post("/v1/bookends", body(maya, sponsor) | wrong, expect=422)
    assert problem["type"] == "/problems/invalid"
    assert places(problem) == [f"body.{next(iter(wrong))}"]


async def test_a_companion_outside_the_circle(world: World) -> None:
    """Of another circle, not confirmed yet, gone, or made up: the same problem, which says nothing of which it is."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    other = await world.person("Other")
    await other.welcomes(sponsor)
    invited = await maya.invites()
    await other.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    unconfirmed = next(row["id"] for row in await maya.circle() if row["state"] == "accepted")
    gone = friend.places[maya.id]
    await maya.delete(f"/v1/circle/{gone}")
    mine = sponsor.places[maya.id]
    problems = []
    for caller, companion in (
        (maya, sponsor.places[other.id]),
        (maya, unconfirmed),
        (maya, gone),
        (maya, sponsor.id),
        (maya, maya.id),
        (sponsor, mine),
    ):
        said = body(maya, sponsor) | {"companion": companion}
        problem = await caller.post("/v1/bookends", said, expect=422)
        assert problem["type"] == "/problems/companion-unknown"
        problem.pop("request_id")
        problems.append(problem)
    assert all(problem == problems[0] for problem in problems)


async def test_twenty_ahead_are_the_most(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    for _ in range(20):
        made = await maya.post("/v1/bookends", body(maya, sponsor), expect=201)
    problem = await maya.post("/v1/bookends", body(maya, sponsor), expect=409)
    assert problem["type"] == "/problems/too-many-bookends"
    await maya.post(f"/v1/bookends/{made['id']}/check-in", expect=200)
    await maya.post("/v1/bookends", body(maya, sponsor), expect=201)


async def test_a_retry_gives_the_same_bookend(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    said = body(maya, sponsor, what="Back by ten.")
    first = await maya.post("/v1/bookends", said, expect=201, key="one")
    again = await maya.post("/v1/bookends", said, expect=201, key="one")
    assert again == first
    await world.forward(2 * 3600)
    late = await maya.post("/v1/bookends", said, expect=201, key="one")
    assert late["id"] == first["id"]
    problem = await maya.post("/v1/bookends", said | {"what": "Other."}, expect=422, key="one")
    assert problem["type"] == "/problems/key-reused"
    assert await world.count("bookends") == 1


async def test_who_may_do_what(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    made = await maya.post("/v1/bookends", body(maya, sponsor), expect=201)
    path = f"/v1/bookends/{made['id']}"
    extension = {"due_at": (world.now() + timedelta(hours=3)).isoformat()}
    # The companion may look, and only look; for anybody else it does not exist.
    for person, expect in ((sponsor, 403), (friend, 404)):
        await person.get(path, 200 if person is sponsor else 404)
        await person.post(f"{path}/check-in", expect=expect)
        await person.post(f"{path}/extend", extension, expect=expect)
        await person.delete(path, expect=expect)
    await world.settle()
    await world.forward(90 * 60)
    await world.work()
    for person, expect in ((sponsor, 403), (friend, 404)):
        await person.get(path, 200 if person is sponsor else 404)
        await person.post(f"{path}/check-in", expect=expect)
        await person.post(f"{path}/extend", extension, expect=expect)
        await person.delete(path, expect=expect)
    nobody = await world.here.http.get(path)
    assert nobody.status_code == 401


async def test_numbers_to_call(world: World) -> None:
    """Each sees the other's number when they need it; what is shown to nobody else is not shown here."""
    maya, sponsor = await world.circle("sponsor")
    await maya.patch("/v1/me", {"contact": "+1 555 0100"})
    await sponsor.patch("/v1/me", {"contact": "+1 555 0101"})
    made = await maya.post("/v1/bookends", body(maya, sponsor), expect=201)
    assert made["companion"]["contact"] == "+15550101"
    assert made["contact"] == "+15550100"
    await world.settle()
    await world.forward(90 * 60)
    await world.work()
    seen = await sponsor.get(f"/v1/bookends/{made['id']}")
    assert seen["contact"] == "+15550100"
    assert seen["companion"]["contact"] is None
    assert set(seen) == {
        *("id", "mine", "from", "contact", "what", "due_at", "companion", "state"),
        *("created_at", "checked_in_at", "companion_told_at"),
    }


async def test_pages_and_filters(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.welcomes(maya)
    made = [(await maya.post("/v1/bookends", body(maya, sponsor), expect=201))["id"] for _ in range(3)]
    theirs = await sponsor.post("/v1/bookends", body(sponsor, maya), expect=201)
    await maya.post(f"/v1/bookends/{made[0]}/check-in", expect=200)
    first = await maya.get("/v1/bookends?mine=true&limit=2")
    rest = await maya.get(f"/v1/bookends?mine=true&limit=2&cursor={first['next']}")
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    assert [one["id"] for one in (await maya.get("/v1/bookends?mine=true&open=true"))["items"]] == [made[2], made[1]]
    assert [one["id"] for one in (await maya.get("/v1/bookends?mine=true&open=false"))["items"]] == [made[0]]
    await world.settle()
    await world.forward(90 * 60)
    await world.work()
    assert [one["id"] for one in (await maya.get("/v1/bookends?mine=false"))["items"]] == [theirs["id"]]
    assert [one["mine"] for one in (await maya.get("/v1/bookends"))["items"]] == [False, True, True, True]
    assert [one["id"] for one in (await sponsor.get("/v1/bookends?mine=false"))["items"]] == made[::-1]


async def test_the_text_is_sealed_and_the_export_is_whole(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    said = "\u200bBack by ten. \U0001f3ee"
    made = await maya.post("/v1/bookends", body(maya, sponsor, what=said), expect=201)
    assert made["what"] == "Back by ten. \U0001f3ee"
    async with world.database.read() as session:
        connection = await session.connection()
        kept = (await connection.exec_driver_sql("SELECT what FROM bookends")).scalar_one()
    assert b"Back" not in bytes(kept)
    await world.settle()
    await world.forward(90 * 60)
    await world.work()
    mine = await maya.get("/v1/me/export")
    [row] = mine["bookends"]
    assert (row["id"], row["what"], row["companion_id"]) == (made["id"], made["what"], sponsor.id)
    assert mine["told_of_bookends"] == []
    theirs = await sponsor.get("/v1/me/export")
    assert theirs["bookends"] == []
    [row] = theirs["told_of_bookends"]
    assert (row["id"], row["person_id"]) == (made["id"], maya.id)
    assert "what" not in row
    assert {one["bookend_id"] for one in theirs["notices"]} == {made["id"]}


async def test_nothing_but_spaces_is_no_text(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    made = await maya.post("/v1/bookends", body(maya, sponsor, what=" \u200b "), expect=201)
    assert made["what"] is None
