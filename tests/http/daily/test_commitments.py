"""Commitments as a phone app meets them: what is refused and why, who may see what, pages, retries."""

from typing import Any

import pytest

from tests.world.commitments import asked_and_accepted, at_moment, looks_at, means_to, says_of
from tests.world.threads import load_thread
from tests.world.world import World

NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"


def places(problem: dict[str, Any]) -> list[str]:
    return [error["at"] for error in problem["errors"]]


async def test_made_and_read(world: World) -> None:
    maya, ana = await world.circle("friend")
    made = await means_to(maya, ana, text=" Call\tAna ", days=[4, 1, 1])
    assert made == {
        "id": made["id"],
        "mine": True,
        "from": {"id": maya.id, "display_name": "Maya"},
        "text": "Call Ana",
        "days": [1, 4],
        "at": "21:00",
        "ends_on": "2026-04-07",
        "ended_at": None,
        "witness": {
            "membership_id": ana.places[maya.id],
            "person": {"id": ana.id, "display_name": ana.name},
            "accepted_at": None,
        },
        "next_at": "2026-03-10T21:00:00Z",
        "recent": [{"date": "2026-03-10", "done": None, "text": None}],
        "created_at": made["created_at"],
    }
    assert await looks_at(maya, made) == made
    assert await looks_at(ana, made) == made | {"mine": False, "recent": []}
    later = await means_to(maya, at="19:00")
    assert later["next_at"] == "2026-03-11T19:00:00Z", "today's has passed"
    listed = await maya.get("/v1/commitments?limit=1")
    assert [one["id"] for one in listed["items"]] == [later["id"]]
    listed = await maya.get(f"/v1/commitments?cursor={listed['next']}")
    assert [one["id"] for one in listed["items"]] == [made["id"]]
    assert (await ana.get("/v1/commitments?mine=true"))["items"] == []
    assert [one["id"] for one in (await ana.get("/v1/commitments?mine=false"))["items"]] == [made["id"]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "\u200b "},
        {"text": "x" * 201},
        {"text": None},
        {"days": []},
        {"days": [7]},
        {"days": [-1]},
        {"days": [True]},
        {"days": ["1"]},
        {"days": None},
        {"at": "24:00"},
        {"at": "9:00"},
        {"at": "21:60"},
        {"at": None},
        {"witness": "Ana"},
        {"ends_on": "soon"},
        {"ends_on": "2026-03-09"},  # yesterday
        {"ends_on": "2027-03-11"},  # more than a year
        {"ends_on": "9999-12-31"},
        {"streak": 3},
    ],
)
async def test_what_cannot_be_used_is_named(world: World, wrong: dict[str, Any]) -> None:
    maya = await world.person("Maya")
    problem = await means_to(maya, expect=422, **wrong)
    assert problem["type"] == "/problems/invalid"
    assert {place.rsplit(".", 1)[0] if place[-1].isdigit() else place for place in places(problem)} == {
        f"body.{next(iter(wrong))}"
    }
    assert (await maya.get("/v1/commitments"))["items"] == []


async def test_an_end_before_the_first_of_its_days(world: World) -> None:
    maya = await world.person("Maya")
    problem = await means_to(maya, days=[2], ends_on="2026-03-10", expect=422)
    assert places(problem) == ["body.ends_on"]
    await means_to(maya, days=[1], ends_on="2026-03-10")
    problem = await means_to(maya, days=[1], at="19:00", ends_on="2026-03-10", expect=422)
    assert places(problem) == ["body.ends_on"]


async def test_a_witness_outside_the_circle(world: World) -> None:
    """Of another circle, not confirmed yet, gone, or made up: the same problem, which says nothing of which it is."""
    maya, ana, ben = await world.circle("friend", "friend")
    invited = await maya.invites()
    other = await world.person()
    await other.post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    unconfirmed = next(row["id"] for row in await maya.circle() if row["state"] == "accepted")
    await maya.delete(f"/v1/circle/{ben.places[maya.id]}")
    made = await means_to(maya)
    for witness in (unconfirmed, ben.places[maya.id], ana.id, NOWHERE):
        problem = await means_to(maya, witness=witness, expect=422)
        assert problem["type"] == "/problems/member-unknown"
        assert places(problem) == ["body.witness"]
        problem = await maya.patch(f"/v1/commitments/{made['id']}", {"witness": witness}, 422)
        assert places(problem) == ["body.witness"]
    problem = await means_to(ana, witness=ana.places[maya.id], expect=422)
    assert problem["type"] == "/problems/member-unknown"
    assert await world.count("commitments") == 1


async def test_ten_are_the_most(world: World) -> None:
    maya = await world.person("Maya")
    made = [await means_to(maya) for _ in range(10)]
    problem = await means_to(maya, expect=409)
    assert problem["type"] == "/problems/too-many-commitments"
    await maya.delete(f"/v1/commitments/{made[0]['id']}")
    await means_to(maya)


async def test_the_same_person_is_asked_ten_times_a_day_at_most(world: World) -> None:
    maya, ana = await world.circle("friend")
    for _ in range(10):
        made = await means_to(maya, ana)
        await maya.delete(f"/v1/commitments/{made['id']}")
    problem = await means_to(maya, ana, expect=429)
    assert problem["type"] == "/problems/too-many-tries"
    await means_to(maya)


async def test_a_retry_gives_the_same(world: World) -> None:
    maya, ana = await world.circle("friend")
    body = {"text": "Ten pages", "days": [0], "at": "22:00", "witness": ana.places[maya.id]}
    first = await maya.post("/v1/commitments", body, 201, key="one")
    assert await maya.post("/v1/commitments", body, 201, key="one") == first
    problem = await maya.post("/v1/commitments", body | {"at": "22:30"}, 422, key="one")
    assert problem["type"] == "/problems/key-reused"
    assert len(await ana.inbox("commitment_asked")) == 1


async def test_who_may_do_what(world: World) -> None:
    """A witness looks, says yes or not for now, and nothing else; for anybody else it does not exist."""
    maya, ana, ben = await world.circle("friend", "friend")
    made = await means_to(maya, ana)
    path = f"/v1/commitments/{made['id']}"
    for accepted in (False, True):
        if accepted:
            await ana.post(f"{path}/accept", expect=200)
        for person, expect in ((ana, 403), (ben, 404)):
            await person.get(path, 200 if person is ana else 404)
            await person.patch(path, {"text": "Other"}, expect)
            await person.post(f"{path}/renew", expect=expect)
            await person.put(f"{path}/days/2026-03-10", {"done": True}, expect)
            await person.delete(path, expect)
        await ben.post(f"{path}/accept", expect=404)
        await ben.post(f"{path}/decline", expect=404)
        await ben.post(f"{path}/decline", {"all": True}, expect=404)
        await maya.post(f"{path}/accept", expect=403)
        await maya.post(f"{path}/decline", expect=403)
    assert (await ben.get("/v1/commitments"))["items"] == []
    assert (await world.here.http.get(path)).status_code == 401
    await ana.post(f"{path}/decline", expect=204)
    await looks_at(ana, made, 404)
    await ana.post(f"{path}/accept", expect=404)


async def test_a_witness_reads_of_no_day_that_nothing_was_said_where_something_was(world: World) -> None:
    maya, ana = await world.circle("friend")
    made = await means_to(maya, ana)
    await says_of(maya, made, "2026-03-10", text="Before anybody knew")
    await at_moment(world, "2026-03-12T12:00")
    await says_of(maya, made, "2026-03-12", done=False)
    await ana.post(f"/v1/commitments/{made['id']}/accept", expect=200)
    assert (await looks_at(ana, made))["recent"] == []
    assert [day["done"] for day in (await looks_at(maya, made))["recent"]] == [False, None, True]
    await at_moment(world, "2026-03-13T12:00")
    assert (await looks_at(ana, made))["recent"] == [{"date": "2026-03-13", "done": None, "text": None}]
    # What is said anew is said to somebody who knows of it.
    await says_of(maya, made, "2026-03-12", text="After all")
    assert [(day["date"], day["text"]) for day in (await looks_at(ana, made))["recent"]] == [
        ("2026-03-13", None),
        ("2026-03-12", "After all"),
    ]
    assert [item["text"] for item in await load_thread(ana, maya)] == ["After all"]
    assert [item["text"] for item in await load_thread(maya, ana)] == ["After all"]


async def test_days_that_one_may_speak_of(world: World) -> None:
    maya = await world.person("Maya", time_zone="Pacific/Auckland")  # already Wednesday there
    made = await means_to(maya)
    for day in ("2026-03-11", "2026-03-05"):
        await says_of(maya, made, day, done=False)
    for day in ("2026-03-12", "2026-03-04", "2020-01-01", "9999-12-31"):
        problem = await says_of(maya, made, day, 422)
        assert places(problem) == ["path.date"]
    problem = await says_of(maya, made, "yesterday", 422)
    assert places(problem) == ["path.date"]
    refused: list[dict[str, Any]] = [{"done": None}, {"done": 1}, {"text": "x" * 501}]
    for wrong in refused:
        problem = await says_of(maya, made, "2026-03-11", 422, **wrong)
        assert places(problem) == [f"body.{next(iter(wrong))}"]
    said = await says_of(maya, made, "2026-03-11", text="It did me good.")
    assert said["recent"][0] == {"date": "2026-03-11", "done": True, "text": "It did me good."}
    said = await says_of(maya, made, "2026-03-11", done=False)
    assert said["recent"][0] == {"date": "2026-03-11", "done": False, "text": None}
    assert await world.count("commitment_days") == 2


async def test_changed(world: World) -> None:
    maya, ana, ben = await world.circle("friend", "friend")
    made = await asked_and_accepted(maya, ana)
    path = f"/v1/commitments/{made['id']}"
    changed = await maya.patch(path, {"at": "22:15", "text": "Call Ben"})
    assert (changed["text"], changed["next_at"], changed["days"]) == ("Call Ben", "2026-03-10T22:15:00Z", made["days"])
    changed = await maya.patch(path, {"days": [0]})
    assert changed["next_at"] == "2026-03-16T22:15:00Z"
    assert changed["witness"]["accepted_at"] is not None
    refused: list[dict[str, Any]] = [{"text": None}, {"days": []}, {"at": "25:00"}, {"ends_on": "2026-03-20"}]
    for wrong in refused:
        assert places(await maya.patch(path, wrong, 422)) == [f"body.{next(iter(wrong))}"]
    changed = await maya.patch(path, {"witness": ben.places[maya.id]})
    assert (changed["witness"]["person"]["id"], changed["witness"]["accepted_at"]) == (ben.id, None)
    await looks_at(ana, made, 404)
    assert len(await ben.inbox("commitment_asked")) == 1
    await maya.patch(path, {"witness": ben.places[maya.id]})
    assert len(await ben.inbox("commitment_asked")) == 1, "who is asked already is not asked again"
    assert (await maya.patch(path, {"witness": None}))["witness"] is None
    assert await ben.inbox() == []


async def test_it_is_in_the_export_and_sealed_in_the_database(world: World) -> None:
    maya, ana = await world.circle("friend")
    made = await asked_and_accepted(maya, ana, text="Phone in the kitchen")
    await says_of(maya, made, "2026-03-10", text="A quiet night")
    export = await maya.get("/v1/me/export")
    assert [one["text"] for one in export["commitments"]] == ["Phone in the kitchen"]
    assert [one["text"] for one in export["commitment_days"]] == ["A quiet night"]
    assert "Phone in the kitchen" not in str(await ana.get("/v1/me/export"))
