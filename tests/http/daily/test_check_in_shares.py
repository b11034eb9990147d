"""Shares of check-ins: part by part, person by person, later, taken back everywhere, and answered with "I see you"."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, update

from models import CheckInShare, ReachIn
from tests.world.person import Person
from tests.world.world import World

NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"
WEEK = {"people": 0, "honest": 1, "care": 2, "sleep": 3, "urges": 3, "feelings": 0, "sure": 1}
SAID: dict[str, Any] = {"feeling": 1, "halt": ["tired"], "note": "Work was long.", "week": WEEK}
CONTENT = ("feeling", "halt", "note", "week")


async def writes(maya: Person, expect: int = 201, **body: Any) -> dict[str, Any]:
    made: dict[str, Any] = await maya.post("/v1/check-ins", body, expect=expect)
    return made


async def shares(
    maya: Person, check_in: dict[str, Any], member: Person, *parts: str, expect: int = 201, key: str | None = None
) -> dict[str, Any]:
    body: dict[str, Any] = {"membership_id": member.places[maya.id]} | ({"parts": list(parts)} if parts else {})
    made: dict[str, Any] = await maya.post(f"/v1/check-ins/{check_in['id']}/shares", body, expect=expect, key=key)
    return made


async def takes_back(maya: Person, check_in: dict[str, Any], member: Person, expect: int = 204) -> None:
    await maya.delete(f"/v1/check-ins/{check_in['id']}/shares/{member.places[maya.id]}", expect=expect)


async def reads(viewer: Person, check_in: dict[str, Any]) -> dict[str, Any]:
    """What this viewer may read of it; the list says the same."""
    one = await viewer.get(f"/v1/check-ins/{check_in['id']}")
    [listed] = [item for item in (await viewer.get("/v1/check-ins"))["items"] if item["id"] == check_in["id"]]
    assert listed == one
    return {name: one[name] for name in CONTENT if name in one}


async def test_parts_for_everybody_named(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    places = [sponsor.places[maya.id], friend.places[maya.id]]
    made = await writes(maya, **SAID, share_with=places, parts=["feeling", "week.people", "week.urges"])
    for member in (sponsor, friend):
        assert await reads(member, made) == {"feeling": 1, "week": {"people": 0, "urges": 3}}
    assert await reads(maya, made) == SAID
    [first, _] = made["shares"]
    assert first["parts"] == ["feeling", "week.people", "week.urges"]
    assert (first["membership_id"], first["person"]["id"], first["seen_at"]) == (places[0], sponsor.id, None)


async def test_to_each_their_own_parts_in_one_request(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    made = await writes(
        maya,
        **SAID,
        shares=[
            {"membership_id": sponsor.places[maya.id], "parts": ["note"]},
            {"membership_id": friend.places[maya.id], "parts": ["week"]},
        ],
    )
    assert await reads(sponsor, made) == {"note": "Work was long."}
    assert await reads(friend, made) == {"week": WEEK}
    assert [person["id"] for person in made["shared_with"]] == [sponsor.id, friend.id]


async def test_shared_later_and_changed_by_its_author(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    made = await writes(maya, **SAID)
    assert await sponsor.inbox() == []
    await world.forward(60)
    kept = await shares(maya, made, sponsor, "feeling", key="k")
    assert kept == await shares(maya, made, sponsor, "feeling", key="k")
    assert kept["shares"][0]["shared_at"] > made["created_at"]
    assert await reads(sponsor, made) == {"feeling": 1}
    await shares(maya, made, sponsor, "note", "halt")
    assert await reads(sponsor, made) == {"halt": ["tired"], "note": "Work was long."}
    await shares(maya, made, sponsor)
    assert await reads(sponsor, made) == SAID
    assert [notice["check_in_id"] for notice in await sponsor.inbox("check_in")] == [made["id"]]
    assert await sponsor.pushed() == ["check_in"], "other parts of the same are no news"


async def test_what_is_shared_within_20_seconds_is_one_push(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    both = [sponsor.places[maya.id], friend.places[maya.id]]
    await maya.post("/v1/reach-ins", {"to": friend.id}, expect=201)
    for feeling in range(3):
        await writes(maya, feeling=feeling, share_with=both)
    later = await writes(maya, feeling=3)
    await shares(maya, later, sponsor)
    await world.work()
    assert await sponsor.pushed() == ["check_in"]
    assert await friend.pushed() == ["reach_in"], "whatever it was that came first"
    await world.passes(21)
    await world.passes(60)
    assert await sponsor.pushed() == ["check_in"] * 2
    assert await friend.pushed() == ["reach_in", "check_in"]
    assert (len(await sponsor.inbox("check_in")), len(await friend.inbox("check_in"))) == (4, 3)


async def test_taken_back_from_one_and_shared_again(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    made = await writes(maya, **SAID, share_with=[sponsor.places[maya.id], friend.places[maya.id]])
    # The push is on its way before it is taken back, which would call it off.
    await world.settle()
    await sponsor.post(f"/v1/check-ins/{made['id']}/seen", {}, expect=201)
    await friend.post(f"/v1/check-ins/{made['id']}/seen", {}, expect=201)
    assert [notice["from"]["id"] for notice in await maya.inbox("check_in_seen")] == [friend.id, sponsor.id]
    await takes_back(maya, made, sponsor)
    await takes_back(maya, made, sponsor, expect=404)
    await sponsor.get(f"/v1/check-ins/{made['id']}", expect=404)
    await sponsor.post(f"/v1/check-ins/{made['id']}/seen", {}, expect=404)
    assert (await sponsor.get("/v1/check-ins"))["items"] == []
    assert (await sponsor.get(f"/v1/threads/{maya.id}"))["items"] == []
    assert await sponsor.inbox() == []
    assert [notice["from"]["id"] for notice in await maya.inbox("check_in_seen")] == [friend.id]
    assert await reads(friend, made) == SAID
    await shares(maya, made, sponsor, "feeling")
    assert await reads(sponsor, made) == {"feeling": 1}
    assert [notice["check_in_id"] for notice in await sponsor.inbox("check_in")] == [made["id"]]
    assert (await sponsor.pushed()).count("check_in") == 1, "to share, take back and share pushes once"


@pytest.mark.parametrize("how", ["from one", "for good"])
async def test_words_about_it_keep_nothing_of_what_was_taken_back(world: World, how: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    made = await writes(maya, **SAID, share_with=[sponsor.places[maya.id]])
    await sponsor.post(f"/v1/check-ins/{made['id']}/seen", {"text": "I see you."}, expect=201)
    assert (await sponsor.get(f"/v1/threads/{maya.id}"))["items"][0]["about"] == made["id"]
    if how == "from one":
        await takes_back(maya, made, sponsor)
    else:
        await maya.delete(f"/v1/check-ins/{made['id']}")
    for one, other in ((sponsor, maya), (maya, sponsor)):
        [words] = (await one.get(f"/v1/threads/{other.id}"))["items"]
        assert (words["text"], "about" in words) == ("I see you.", False)


async def test_taken_back_before_it_was_pushed(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    made = await writes(maya, **SAID, share_with=[sponsor.places[maya.id]])
    await takes_back(maya, made, sponsor)
    await world.forward(11)
    await world.work()
    assert await sponsor.pushed() == []


@pytest.mark.parametrize("words", [None, "I am here."])
async def test_i_see_you(world: World, words: str | None) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    made = await writes(maya, feeling=1, share_with=[sponsor.places[maya.id], friend.places[maya.id]])
    said = {"text": words} if words else {}
    path = f"/v1/check-ins/{made['id']}/seen"
    seen = await sponsor.post(path, said, expect=201, key="k")
    assert seen == await sponsor.post(path, said, expect=201, key="k")
    assert seen["seen_at"] is not None
    await sponsor.post(path, expect=201)
    [notice] = [item for item in await maya.inbox() if item["kind"] != "invitation_accepted"]
    assert (notice["kind"], notice["from"]["id"]) == ("check_in_seen", sponsor.id)
    mine = await maya.get(f"/v1/check-ins/{made['id']}")
    assert [share["seen_at"] is not None for share in mine["shares"]] == [True, False]
    assert (await friend.get(f"/v1/check-ins/{made['id']}"))["seen_at"] is None
    heard = (await maya.get("/v1/reach-ins"))["items"]
    assert [reach_in["text"] for reach_in in heard] == ([words] if words else [])
    await sponsor.post(path, {"text": "Once more."}, expect=201)
    later = (await maya.get("/v1/reach-ins"))["items"]
    assert later[0]["text"] == "Once more.", "words that come later are a reach-in"
    thread = (await maya.get(f"/v1/threads/{sponsor.id}"))["items"]
    [shown] = [item for item in thread if item["kind"] == "check_in"]
    assert (shown["check_in"], shown["done"]) == ({"feeling": 1}, True)
    if words:
        row, _ = await world.rows(select(ReachIn.about_id).order_by(ReachIn.id))
        assert str(row.about_id) == made["id"]


async def test_i_see_you_is_pushed_neutrally_within_hours_unless_muted(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.device()
    await friend.welcomes(maya)
    await maya.patch(f"/v1/supporting/{maya.places[friend.id]}", {"muted_until": "2026-03-11T20:00:00Z"})
    made = await writes(maya, feeling=1, share_with=[sponsor.places[maya.id], friend.places[maya.id]])
    await friend.post(f"/v1/check-ins/{made['id']}/seen", {"text": "Hm."}, expect=201)
    assert await maya.pushed() == []
    await sponsor.post(f"/v1/check-ins/{made['id']}/seen", {"text": "Lentil soup."}, expect=201)
    [push] = await maya.pushes()
    assert (push.kind, push.push.urgent) == ("check_in_seen", False)
    assert "entil" not in str(push.push)
    assert sponsor.name not in str(push.push)


async def test_parts_that_do_not_exist_there(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    place = sponsor.places[maya.id]
    problem = await writes(maya, 422, feeling=1, parts=["feeling", "note", "week.sleep"], share_with=[place])
    assert (problem["type"], problem["parts"]) == ("/problems/parts-not-given", ["note", "week.sleep"])
    problem = await writes(maya, 422, week={"sleep": 1}, shares=[{"membership_id": place, "parts": ["week", "halt"]}])
    assert problem["parts"] == ["halt"]
    assert (await writes(maya, 422, feeling=1, parts=["note"]))["parts"] == ["note"]
    assert await world.count("check_ins") == 0
    made = await writes(maya, feeling=1)
    problem = await shares(maya, made, sponsor, "week", expect=422)
    assert problem["parts"] == ["week"]
    problem = await shares(maya, made, sponsor, "mood", expect=422)
    assert problem["errors"][0]["at"] == "body.parts.0"
    assert await sponsor.inbox() == []


async def test_with_whom_and_what_one_cannot_share(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    made = await writes(maya, feeling=1)
    gone = friend.places[maya.id]
    await maya.delete(f"/v1/circle/{gone}")
    for wrong in (gone, sponsor.id, NOWHERE):
        problem = await maya.post(f"/v1/check-ins/{made['id']}/shares", {"membership_id": wrong}, expect=422)
        assert problem["type"] == "/problems/member-unknown"
    await sponsor.welcomes(maya)
    body = {"membership_id": maya.places[sponsor.id]}
    assert (await sponsor.post(f"/v1/check-ins/{made['id']}/shares", body, expect=404))["type"] == "/problems/not-found"
    await sponsor.delete(f"/v1/check-ins/{made['id']}/shares/{sponsor.places[maya.id]}", expect=404)
    await maya.delete(f"/v1/check-ins/{made['id']}/shares/{NOWHERE}", expect=404)
    await maya.post(f"/v1/check-ins/{made['id']}/seen", {}, expect=404)
    await sponsor.post(f"/v1/check-ins/{made['id']}/seen", {"text": "?"}, expect=404)
    assert await world.count("check_in_shares") == await world.count("reach_ins") == 0


async def test_only_ones_own_weeks_can_be_looked_for(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await writes(maya, feeling=2)
    with_week = await writes(maya, week={"care": 1}, share_with=[sponsor.places[maya.id]])
    assert [item["id"] for item in (await maya.get("/v1/check-ins?week=true"))["items"]] == [with_week["id"]]
    assert len((await maya.get("/v1/check-ins?week=false&mine=true"))["items"]) == 1
    assert (await sponsor.get("/v1/check-ins?week=true"))["items"] == []


async def test_a_share_of_an_older_release(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    made = await writes(maya, **SAID, share_with=[sponsor.places[maya.id]])
    async with world.database.write() as session:
        await session.execute(update(CheckInShare).values(parts=None))
        await session.commit()
    assert await reads(sponsor, made) == {name: SAID[name] for name in ("feeling", "halt", "note")}
    [share] = (await maya.get(f"/v1/check-ins/{made['id']}"))["shares"]
    assert share["parts"] == ["feeling", "halt", "note"]


async def test_the_week_is_sealed_exported_in_full_and_emptied_with_the_note(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    made = await writes(maya, week={"sleep": 3, "people": 0}, share_with=[sponsor.places[maya.id]])
    async with world.database.read() as session:
        connection = await session.connection()
        kept = (await connection.exec_driver_sql("SELECT week FROM check_ins")).scalar_one()
    assert b"sleep" not in bytes(kept)
    mine, theirs = await maya.get("/v1/me/export"), await sponsor.get("/v1/me/export")
    assert mine["check_ins"][0]["week"] == {"people": 0, "sleep": 3}
    assert mine["check_ins_i_share"][0]["parts"] == ["week.people", "week.sleep"]
    assert "sleep" not in str(theirs)
    await world.forward(90.1 * 24 * 3600)
    assert (await world.purge().run())["check_ins"] == 1
    assert (await maya.get(f"/v1/check-ins/{made['id']}"))["week"] is None
    assert await reads(sponsor, made) == {}


async def test_shared_taken_back_seen_and_removed_at_once(world: World) -> None:
    """Whatever comes first: nothing half-written, no deadlock, and who sees nothing has nothing in the inbox."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    for _ in range(4):
        made = await writes(maya, **SAID, share_with=[sponsor.places[maya.id]])
        path = f"/v1/check-ins/{made['id']}"
        body = {"membership_id": friend.places[maya.id], "parts": ["note"]}
        replies = await asyncio.gather(
            sponsor.send("POST", f"{path}/seen", {"text": "Here."}),
            maya.send("DELETE", f"{path}/shares/{sponsor.places[maya.id]}"),
            maya.send("POST", f"{path}/shares", body),
            maya.send("DELETE", path),
        )
        assert {reply.status_code for reply in replies} <= {201, 204, 404}
        assert await sponsor.inbox("check_in") == await friend.inbox("check_in") == []
        assert await maya.inbox("check_in_seen") == []
    assert await world.count("check_in_shares") == 0


async def test_a_member_removed_in_the_same_moment(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    made = await writes(maya, **SAID)
    place = sponsor.places[maya.id]
    replies = await asyncio.gather(
        maya.send("POST", f"/v1/check-ins/{made['id']}/shares", {"membership_id": place}),
        maya.send("DELETE", f"/v1/circle/{place}"),
    )
    assert replies[0].status_code in {201, 404, 422}
    assert replies[1].status_code == 204
    assert await sponsor.inbox() == []
    assert await world.count("check_in_shares") == 0
