"""Bookends through the API: refusals, visibility, pages, retries, export."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world.person import Person
from tests.world.world import World


def body(maya: Person, companion: Person, hours: float = 1, **fields: Any) -> dict[str, Any]:
    due = maya.world.now() + timedelta(hours=hours)
    return {"due_at": due.isoformat(), "companion": companion.places[maya.id], **fields}


def invalid_fields(problem: dict[str, Any]) -> list[str]:
    return [error["at"] for error in problem["errors"]]


@pytest.mark.parametrize("hours", [-24, -0.001, 7 * 24 + 0.01, 24 * 365 * 100])
async def test_a_due_time_in_the_past_or_too_far_ahead_is_refused(world: World, hours: float) -> None:
    maya, sponsor = await world.circle("sponsor")
    problem = await maya.post("/v1/bookends", body(maya, sponsor, hours), expect=422)
    assert problem["type"] == "/problems/invalid"
    assert invalid_fields(problem) == ["body.due_at"]
    assert "7 days" in problem["errors"][0]["says"]
    bookend = await maya.post("/v1/bookends", body(maya, sponsor), expect=201)
    due = (world.now() + timedelta(hours=hours)).isoformat()
    problem = await maya.post(f"/v1/bookends/{bookend['id']}/extend", {"due_at": due}, expect=422)
    assert invalid_fields(problem) == ["body.due_at"]


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
async def test_invalid_fields_are_named(world: World, wrong: dict[str, Any]) -> None:
    maya, sponsor = await world.circle("sponsor")
    problem = await maya.post("/v1/bookends", body(maya, sponsor) | wrong, expect=422)
    assert problem["type"] == "/problems/invalid"
    assert invalid_fields(problem) == [f"body.{next(iter(wrong))}"]


async def test_a_companion_must_be_a_member_of_the_circle(world: World) -> None:
    """A companion of another circle, unconfirmed, removed or unknown: the same problem, which does not say which."""
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
        bookend = body(maya, sponsor) | {"companion": companion}
        problem = await caller.post("/v1/bookends", bookend, expect=422)
        assert problem["type"] == "/problems/companion-unknown"
        problem.pop("request_id")
        problems.append(problem)
    assert all(problem == problems[0] for problem in problems)


async def test_a_person_has_at_most_twenty_open_bookends(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    for _ in range(20):
        bookend = await maya.post("/v1/bookends", body(maya, sponsor), expect=201)
    problem = await maya.post("/v1/bookends", body(maya, sponsor), expect=409)
    assert problem["type"] == "/problems/too-many-bookends"
    await maya.post(f"/v1/bookends/{bookend['id']}/check-in", expect=200)
    await maya.post("/v1/bookends", body(maya, sponsor), expect=201)


async def test_a_retry_with_the_same_key_gives_the_same_bookend(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    bookend = body(maya, sponsor, what="Back by ten.")
    first = await maya.post("/v1/bookends", bookend, expect=201, key="one")
    again = await maya.post("/v1/bookends", bookend, expect=201, key="one")
    assert again == first
    await world.forward(2 * 3600)
    late = await maya.post("/v1/bookends", bookend, expect=201, key="one")
    assert late["id"] == first["id"]
    problem = await maya.post("/v1/bookends", bookend | {"what": "Other."}, expect=422, key="one")
    assert problem["type"] == "/problems/key-reused"
    assert await world.count("bookends") == 1


async def test_only_the_owner_may_change_a_bookend(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    bookend = await maya.post("/v1/bookends", body(maya, sponsor), expect=201)
    path = f"/v1/bookends/{bookend['id']}"
    extension = {"due_at": (world.now() + timedelta(hours=3)).isoformat()}
    # The companion may read it, and nothing else; for anybody else it does not exist.
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


async def test_owner_and_companion_see_each_others_number_when_needed(world: World) -> None:
    """Owner and companion see each other's number when they need it, and no other fields than these."""
    maya, sponsor = await world.circle("sponsor")
    await maya.patch("/v1/me", {"contact": "+1 555 0100"})
    await sponsor.patch("/v1/me", {"contact": "+1 555 0101"})
    bookend = await maya.post("/v1/bookends", body(maya, sponsor), expect=201)
    assert bookend["companion"]["contact"] == "+15550101"
    assert bookend["contact"] == "+15550100"
    await world.settle()
    await world.forward(90 * 60)
    await world.work()
    seen = await sponsor.get(f"/v1/bookends/{bookend['id']}")
    assert seen["contact"] == "+15550100"
    assert seen["companion"]["contact"] is None
    assert set(seen) == {
        *("id", "mine", "from", "contact", "what", "due_at", "companion", "state"),
        *("created_at", "checked_in_at", "companion_told_at"),
    }


async def test_bookends_are_listed_in_pages_and_filtered(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.welcomes(maya)
    own_ids = [(await maya.post("/v1/bookends", body(maya, sponsor), expect=201))["id"] for _ in range(3)]
    theirs = await sponsor.post("/v1/bookends", body(sponsor, maya), expect=201)
    await maya.post(f"/v1/bookends/{own_ids[0]}/check-in", expect=200)
    first = await maya.get("/v1/bookends?mine=true&limit=2")
    rest = await maya.get(f"/v1/bookends?mine=true&limit=2&cursor={first['next']}")
    assert [bookend["id"] for bookend in first["items"] + rest["items"]] == own_ids[::-1]
    assert rest["next"] is None
    assert [bookend["id"] for bookend in (await maya.get("/v1/bookends?mine=true&open=true"))["items"]] == [
        own_ids[2],
        own_ids[1],
    ]
    assert [bookend["id"] for bookend in (await maya.get("/v1/bookends?mine=true&open=false"))["items"]] == [own_ids[0]]
    await world.settle()
    await world.forward(90 * 60)
    await world.work()
    assert [bookend["id"] for bookend in (await maya.get("/v1/bookends?mine=false"))["items"]] == [theirs["id"]]
    assert [bookend["mine"] for bookend in (await maya.get("/v1/bookends"))["items"]] == [False, True, True, True]
    assert [bookend["id"] for bookend in (await sponsor.get("/v1/bookends?mine=false"))["items"]] == own_ids[::-1]


async def test_the_text_is_encrypted_and_exported(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    text = "\u200bBack by ten. \U0001f3ee"
    bookend = await maya.post("/v1/bookends", body(maya, sponsor, what=text), expect=201)
    assert bookend["what"] == "Back by ten. \U0001f3ee"
    async with world.database.read() as session:
        connection = await session.connection()
        kept = (await connection.exec_driver_sql("SELECT what FROM bookends")).scalar_one()
    assert b"Back" not in bytes(kept)
    await world.settle()
    await world.forward(90 * 60)
    await world.work()
    await maya.proves()
    await sponsor.proves()
    mine = await maya.get("/v1/me/export")
    [row] = mine["bookends"]
    assert (row["id"], row["what"], row["companion_id"]) == (bookend["id"], bookend["what"], sponsor.id)
    assert mine["told_of_bookends"] == []
    theirs = await sponsor.get("/v1/me/export")
    assert theirs["bookends"] == []
    [row] = theirs["told_of_bookends"]
    assert (row["id"], row["person_id"]) == (bookend["id"], maya.id)
    assert "what" not in row
    assert {notice["bookend_id"] for notice in theirs["notices"]} == {bookend["id"]}


async def test_blank_text_is_no_text(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    bookend = await maya.post("/v1/bookends", body(maya, sponsor, what=" \u200b "), expect=201)
    assert bookend["what"] is None
