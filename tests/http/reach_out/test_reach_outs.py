"""Pressing: once, again, with a key, with words, to a few; and what stands in the reply when nobody can be reached."""

import asyncio
from datetime import timedelta
from typing import Any

from api.routes.reach_out.reach_outs import Press
from tests.world.world import World

LATER = "2026-03-10T23:00:00Z"


async def test_everything_may_be_left_out(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=(1, 2))
    await sponsor.patch("/v1/me", {"contact": "+1 555 0101"})
    made = await maya.post("/v1/reach-outs", expect=201)
    assert (made["state"], made["note"], made["need"], made["outcome"], made["closed_at"]) == (
        "waiting",
        None,
        None,
        None,
        None,
    )
    assert made["from"] == {"id": maya.id, "display_name": "Maya"}
    assert [(row["person"]["id"], row["role"], row["state"], row["contact"]) for row in made["recipients"]] == [
        (sponsor.id, "sponsor", "queued", "+15550101"),
        (friend.id, "friend", "queued", None),
    ]
    assert made["helplines"]["lines"]
    await world.settle()
    seen = await maya.get(f"/v1/reach-outs/{made['id']}")
    assert [row["state"] for row in seen["recipients"]] == ["handed", "queued"], "step 2 has not been told yet"
    assert seen | {"recipients": []} == made | {"recipients": []}, "a reply says what a later look says"


async def test_a_newer_apps_press_is_taken(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    for need in ("a_hug", 5, ["talk"], {"talk": 1}, ""):
        made = await maya.press(note="Hi", mood="dark", location={"lat": 1}, need=need)
        assert (made["note"], made["need"]) == ("Hi", None), "a press never fails on a word"
        await maya.close()


async def test_what_is_typed_is_cleaned_and_never_refused_for_what_cannot_be_seen(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    made = await maya.press(note="\u202eCan\u200b you\x00 come? 👩‍👧\n", need="company")
    assert made["note"] == "Can you come? 👩‍👧"
    assert (await sponsor.reach_out())["need"] == "company"
    await maya.close()
    assert (await maya.press(note=" \u200b "))["note"] is None


async def test_a_press_that_is_none_writes_nothing(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    bodies: tuple[object, ...] = ([], "x", 5)
    for body in bodies:
        problem = await maya.post("/v1/reach-outs", body, expect=422)
        assert problem["type"] == "/problems/invalid"
    assert await world.count("reach_outs") == 0
    assert await sponsor.pushed() == []


async def test_a_press_forgives_what_it_can_do_without(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    bodies: tuple[dict[str, Any], ...] = (
        {"pressed_at": "now"},
        {"pressed_at": "2026-03-10T20:00:00"},
        {"pressed_at": "0001-01-01T00:00:00+14:00"},
        {"to": []},
        {"to": "all"},
        {"to": {"id": 1}},
        {"note": 5},
        {"note": ["Hi"]},
    )
    for body in bodies:
        made = await maya.press(**body)
        assert (made["note"], len(made["recipients"])) == (None, 1)
        await maya.close()
    assert Press.model_validate({"note": "Half \ud83d"}).note == "Half", "a text that a phone has cut in two"
    problem = await maya.post("/v1/reach-outs", {"to": ["x"]}, expect=409)
    assert problem["type"] == "/problems/empty-circle", "what is no id names nobody"


async def test_a_note_that_is_too_long_is_cut(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    for typed, kept in (
        ("x" * 2001, "x" * 2000),
        ("y" * 20_000, "y" * 2000),
        # In its composed form each of these is two.
        ("\u0958" * 1500, "\u0915\u093c" * 1000),
        ("\u200b" * 9000 + "Hi", "Hi"),
        ("z" * 1999 + " z", "z" * 1999),
        ("\u200d" * 2000 + "z", None),
    ):
        assert (await maya.press(note=typed))["note"] == kept
        await maya.close()
    first = await maya.press(key="a", note="x" * 2001)
    assert (await maya.press(key="a", note="x" * 2001))["id"] == first["id"]


async def test_a_press_is_read_as_json_whatever_it_is_called(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    for called in (
        "text/plain;charset=UTF-8",
        "text/plain",
        "application/octet-stream",
        "application/json; charset=utf-8",
    ):
        headers = {"Content-Type": called}
        made = await maya.ask("POST", "/v1/reach-outs", b'{"note": "Hi", "to": "all"}', 201, headers=headers)
        assert made["note"] == "Hi"
        world.reach_out = made["id"]
        await maya.close()
    for none in (b"Hi", b"[1]", b'{"note": "\xff"}', b"[" * 5000):
        headers = {"Content-Type": "text/plain"}
        await maya.ask("POST", "/v1/reach-outs", none, 422, headers=headers)


async def test_a_press_from_an_offline_phone_says_when_it_was_pressed(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    early = (world.now() - timedelta(minutes=10)).isoformat()
    made = await maya.press(pressed_at=early)
    assert made["pressed_at"] < made["created_at"]
    await maya.close()
    made = await maya.press(pressed_at=LATER)
    assert made["pressed_at"] == made["created_at"], "a phone whose clock is ahead has not pressed in the future"


async def test_a_retry_is_the_same_reach_out_with_the_same_status(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    first = await maya.press(key="a", note="One")
    again = await maya.press(key="a", note="One")
    assert again["id"] == first["id"]
    refused = await maya.press(key="a", note="Two", expect=422)
    assert refused["type"] == "/problems/key-reused"
    await world.forward(31)
    await maya.press(key="b", expect=200)
    await maya.press(key="b", expect=200)
    assert await sponsor.pushed() == ["reach_out"] * 2
    await maya.close()
    closed = await maya.press(key="a", note="One")
    assert (closed["id"], closed["state"]) == (first["id"], "closed"), "a late retry opens nothing"
    fresh = await maya.press(key="c")
    assert fresh["id"] != first["id"]


async def test_presses_with_one_key_at_the_same_moment_are_one_reach_out(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    replies = await asyncio.gather(*(maya.send("POST", "/v1/reach-outs", {}, key="a") for _ in range(8)))
    assert [reply.status_code for reply in replies] == [201] * 8
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert await sponsor.pushed() == ["reach_out"]


async def test_a_retry_is_answered_when_nobody_is_left_to_ask(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    first = await maya.press(key="a")
    await maya.close()
    for member in await maya.circle():
        await maya.delete(f"/v1/circle/{member['id']}")
    await maya.press(key="b", expect=409)
    assert (await maya.press(key="a"))["id"] == first["id"]


async def test_a_key_is_free_again_after_24_hours_though_nothing_has_purged_it(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    first = await maya.press(key="a", note="One")
    await maya.close()
    await world.forward(24 * 3600 + 1)
    second = await maya.press(key="a", note="Two")
    assert second["id"] != first["id"]
    assert (await maya.press(key="a", note="Two"))["id"] == second["id"]


async def test_presses_without_a_key_at_the_same_moment_are_one_reach_out(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    replies = await asyncio.gather(*(maya.send("POST", "/v1/reach-outs", {}) for _ in range(8)))
    assert sorted(reply.status_code for reply in replies) == [200] * 7 + [201]
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert await sponsor.pushed() == ["reach_out"]


async def test_pressing_again_soon_changes_nothing_and_later_pushes_everybody_again(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    made = await maya.press()
    await world.settle()
    await world.forward(20)
    assert (await maya.press(expect=200))["id"] == made["id"]
    assert await sponsor.pushed() == ["reach_out"]
    await friend.answer("cannot")
    await world.forward(31)
    await maya.press(expect=200)
    first, second = await sponsor.pushes()
    assert (first.push.data["round"], second.push.data["round"]) == ("1", "2")
    assert first.push.tag == second.push.tag
    assert await friend.pushed() == ["reach_out"], "who said that they can't is not asked again"
    assert len(await sponsor.inbox("reach_out")) == 1


async def test_a_note_with_a_further_press_becomes_a_message_once(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(note="One")
    await maya.press(note="One", expect=200)
    assert await sponsor.messages() == []
    await maya.press(note="Two", expect=200)
    await maya.press(note="Two", expect=200)
    assert await sponsor.messages() == ["Two"]
    assert (await maya.press(need="talk", expect=200))["need"] == "talk"


async def test_a_further_press_takes_up_a_paused_reach_out(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await sponsor.answer("calling")
    paused = await maya.reach_out()
    assert paused["paused_until"]
    await world.forward(31)
    taken_up = await maya.press(expect=200)
    assert (taken_up["state"], taken_up["paused_until"]) == ("waiting", None)
    assert (await friend.pushed())[-1] == "reach_out"


async def test_to_limits_who_is_told_and_adds_people_later(world: World) -> None:
    maya, sponsor, friend, fellow = await world.circle("sponsor", "friend", "fellow")
    made = await maya.press(to=[sponsor.places[maya.id]])
    assert [row["person"]["id"] for row in made["recipients"]] == [sponsor.id]
    await friend.reach_out(expect=404)
    await world.forward(31)
    await maya.does("nudge", expect=200)
    assert await friend.pushed() == []
    more = await maya.press(to=[friend.places[maya.id]], expect=200)
    assert {row["person"]["id"] for row in more["recipients"]} == {sponsor.id, friend.id}
    assert await friend.pushed() == ["reach_out"]
    assert await fellow.kinds() == []
    await maya.close()
    assert await fellow.kinds() == []


async def test_an_empty_circle_is_told_where_to_call(world: World) -> None:
    maya = await world.person("Maya", region="GB")
    stranger, *_ = await world.circle("friend")
    refused = await maya.press(expect=409)
    assert (refused["type"], refused["helplines"]["region"]) == ("/problems/empty-circle", "GB")
    assert refused["helplines"]["emergency"] == "999"
    assert refused["helplines"]["lines"][0]["verified_on"]
    foreign = (await stranger.circle())[0]["id"]
    assert (await stranger.press(to=[(await world.person()).id], expect=409))["type"] == "/problems/empty-circle"
    await maya.press(to=[foreign], expect=409)
    assert await world.count("reach_outs") == 0


async def test_a_circle_without_devices_is_pressed_all_the_same(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", devices=False)
    made = await maya.press()
    assert [row["state"] for row in made["recipients"]] == ["unreachable", "unreachable"]
    assert made["helplines"]["lines"]
    assert [await member.kinds() for member in (sponsor, friend)] == [["reach_out"]] * 2
    await friend.answer("here")
    assert (await maya.reach_out())["state"] == "answered"


async def test_lists_of_mine_and_of_those_i_was_told_of(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.welcomes(maya)
    made = []
    for _ in range(3):
        made.append((await maya.press())["id"])
        await maya.close()
    made.append((await maya.press())["id"])
    theirs = (await sponsor.press())["id"]

    async def ids(query: str) -> list[str]:
        return [row["id"] for row in (await maya.get(f"/v1/reach-outs?{query}"))["items"]]

    assert await ids("") == [theirs, *reversed(made)]
    assert await ids("mine=true") == made[::-1]
    assert await ids("mine=false") == [theirs]
    assert await ids("open=true") == [theirs, made[3]]
    assert await ids("open=false&mine=true") == made[2::-1]
    page = await maya.get("/v1/reach-outs?limit=3")
    assert await ids(f"limit=3&cursor={page['next']}") == made[1::-1]
