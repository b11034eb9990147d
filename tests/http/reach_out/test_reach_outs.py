"""Pressing: once, again, with a key, a note or chosen members; and the reply when nobody can be reached."""

import asyncio
from datetime import timedelta
from typing import Any

from api.routes.reach_out.reach_outs import Press
from tests.world.world import World

LATER = "2026-03-10T23:00:00Z"


async def test_a_press_needs_no_body(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=(1, 2))
    await sponsor.patch("/v1/me", {"contact": "+1 555 0101"})
    pressed = await maya.post("/v1/reach-outs", expect=201)
    assert (pressed["state"], pressed["note"], pressed["need"], pressed["outcome"], pressed["closed_at"]) == (
        "waiting",
        None,
        None,
        None,
        None,
    )
    assert pressed["from"] == {"id": maya.id, "display_name": "Maya"}
    assert [(row["person"]["id"], row["role"], row["state"], row["contact"]) for row in pressed["recipients"]] == [
        (sponsor.id, "sponsor", "queued", "+15550101"),
        (friend.id, "friend", "queued", None),
    ]
    assert pressed["helplines"]["lines"]
    await world.settle()
    seen = await maya.get(f"/v1/reach-outs/{pressed['id']}")
    assert [row["state"] for row in seen["recipients"]] == ["handed", "queued"], "step 2 has not been told yet"
    assert seen | {"recipients": []} == pressed | {"recipients": []}, "the reply is what a later GET returns"


async def test_a_press_with_unknown_fields_is_accepted(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    for need in ("a_hug", 5, ["talk"], {"talk": 1}, ""):
        pressed = await maya.press(note="Hi", mood="dark", location={"lat": 1}, need=need)
        assert (pressed["note"], pressed["need"]) == ("Hi", None), "a press never fails because of an optional field"
        await maya.close()


async def test_a_note_is_cleaned_and_never_refused_for_invisible_characters(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    pressed = await maya.press(note="\u202eCan\u200b you\x00 come? 👩‍👧\n", need="company")
    assert pressed["note"] == "Can you come? 👩‍👧"
    assert (await sponsor.reach_out())["need"] == "company"
    await maya.close()
    assert (await maya.press(note=" \u200b "))["note"] is None


async def test_a_body_that_is_no_object_is_refused_and_writes_nothing(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    bodies: tuple[object, ...] = ([], "x", 5)
    for body in bodies:
        problem = await maya.post("/v1/reach-outs", body, expect=422)
        assert problem["type"] == "/problems/invalid"
    assert await world.count("reach_outs") == 0
    assert await sponsor.pushed() == []


async def test_invalid_optional_fields_are_ignored(world: World) -> None:
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
        pressed = await maya.press(**body)
        assert (pressed["note"], len(pressed["recipients"])) == (None, 1)
        await maya.close()
    assert Press.model_validate({"note": "Half \ud83d"}).note == "Half", "a lone surrogate is removed"
    problem = await maya.post("/v1/reach-outs", {"to": ["x"]}, expect=409)
    assert problem["type"] == "/problems/empty-circle", "an invalid id names nobody"


async def test_an_id_that_is_spelt_oddly_does_not_get_a_press_refused(world: World) -> None:
    """Python's UUID takes these; what checks the list afterwards takes fewer spellings."""
    maya, sponsor = await world.circle("sponsor")
    place = sponsor.places[maya.id]
    for odd in (
        f"{{{{{place}}}}}",
        f"urn:uuid:uuid:{place}",
        f"0-{place[1:]}",
        f"{place[:-2]}_{place[-1]}",
        f" {place[1:]}",
    ):
        pressed = await maya.press(to=[odd, place])
        assert [row["person"]["id"] for row in pressed["recipients"]] == [sponsor.id]
        await maya.close()


async def test_a_note_that_is_too_long_is_cut(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    for typed, kept in (
        ("x" * 2001, "x" * 2000),
        ("y" * 20_000, "y" * 2000),
        # After normalization each of these is two characters.
        ("\u0958" * 1500, "\u0915\u093c" * 1000),
        ("\u200b" * 9000 + "Hi", "Hi"),
        ("z" * 1999 + " z", "z" * 1999),
        ("\u200d" * 2000 + "z", None),
    ):
        assert (await maya.press(note=typed))["note"] == kept
        await maya.close()
    first = await maya.press(key="a", note="x" * 2001)
    assert (await maya.press(key="a", note="x" * 2001))["id"] == first["id"]


async def test_a_press_is_read_as_json_whatever_its_content_type(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    for content_type in (
        "text/plain;charset=UTF-8",
        "text/plain",
        "application/octet-stream",
        "application/json; charset=utf-8",
    ):
        headers = {"Content-Type": content_type}
        pressed = await maya.ask("POST", "/v1/reach-outs", b'{"note": "Hi", "to": "all"}', 201, headers=headers)
        assert pressed["note"] == "Hi"
        world.reach_out = pressed["id"]
        await maya.close()
    for invalid in (b"Hi", b"[1]", b'{"note": ', b"[" * 5000):
        headers = {"Content-Type": "text/plain"}
        await maya.ask("POST", "/v1/reach-outs", invalid, 422, headers=headers)


async def test_a_press_from_an_offline_phone_keeps_its_time(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    early = (world.now() - timedelta(minutes=10)).isoformat()
    pressed = await maya.press(pressed_at=early)
    assert pressed["pressed_at"] < pressed["created_at"]
    await maya.close()
    pressed = await maya.press(pressed_at=LATER)
    assert pressed["pressed_at"] == pressed["created_at"], (
        "a press is never in the future, even if the phone's clock is ahead"
    )


async def test_a_retried_press_gives_the_same_reach_out_and_status(world: World) -> None:
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
    assert (closed["id"], closed["state"]) == (first["id"], "closed"), "a late retry opens no new reach-out"
    fresh = await maya.press(key="c")
    assert fresh["id"] != first["id"]


async def test_concurrent_presses_with_one_key_are_one_reach_out(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    replies = await asyncio.gather(*(maya.send("POST", "/v1/reach-outs", {}, key="a") for _ in range(8)))
    assert [reply.status_code for reply in replies] == [201] * 8
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert await sponsor.pushed() == ["reach_out"]


async def test_a_retry_is_answered_when_the_circle_is_empty(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    first = await maya.press(key="a")
    await maya.close()
    for member in await maya.circle():
        await maya.delete(f"/v1/circle/{member['id']}")
    await maya.press(key="b", expect=409)
    assert (await maya.press(key="a"))["id"] == first["id"]


async def test_a_key_expires_after_24_hours_even_without_a_purge(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    first = await maya.press(key="a", note="One")
    await maya.close()
    await world.forward(24 * 3600 + 1)
    second = await maya.press(key="a", note="Two")
    assert second["id"] != first["id"]
    assert (await maya.press(key="a", note="Two"))["id"] == second["id"]


async def test_concurrent_presses_without_a_key_are_one_reach_out(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    replies = await asyncio.gather(*(maya.send("POST", "/v1/reach-outs", {}) for _ in range(8)))
    assert sorted(reply.status_code for reply in replies) == [200] * 7 + [201]
    assert len({reply.json()["id"] for reply in replies}) == 1
    assert await sponsor.pushed() == ["reach_out"]


async def test_pressing_again_pushes_everybody_only_after_the_cooldown(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    pressed = await maya.press()
    await world.settle()
    await world.forward(20)
    assert (await maya.press(expect=200))["id"] == pressed["id"]
    assert await sponsor.pushed() == ["reach_out"]
    await friend.answer("cannot")
    await world.forward(31)
    await maya.press(expect=200)
    first, second = await sponsor.pushes()
    assert (first.push.data["round"], second.push.data["round"]) == ("1", "2")
    assert first.push.tag == second.push.tag
    assert await friend.pushed() == ["reach_out"], "a member who declined is not pushed again"
    assert len(await sponsor.inbox("reach_out")) == 1


async def test_the_note_of_a_further_press_becomes_one_message(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(note="One")
    await maya.press(note="One", expect=200)
    assert await sponsor.messages() == []
    await maya.press(note="Two", expect=200)
    await maya.press(note="Two", expect=200)
    assert await sponsor.messages() == ["Two"]
    assert (await maya.press(need="talk", expect=200))["need"] == "talk"


async def test_a_further_press_resumes_a_paused_reach_out(world: World) -> None:
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
    pressed = await maya.press(to=[sponsor.places[maya.id]])
    assert [row["person"]["id"] for row in pressed["recipients"]] == [sponsor.id]
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


async def test_an_empty_circle_gets_helplines(world: World) -> None:
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


async def test_a_press_works_without_any_device_in_the_circle(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", devices=False)
    pressed = await maya.press()
    assert [row["state"] for row in pressed["recipients"]] == ["unreachable", "unreachable"]
    assert pressed["helplines"]["lines"]
    assert [await member.kinds() for member in (sponsor, friend)] == [["reach_out"]] * 2
    await friend.answer("here")
    assert (await maya.reach_out())["state"] == "answered"


async def test_lists_of_own_and_received_reach_outs(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await sponsor.welcomes(maya)
    own_ids = []
    for _ in range(3):
        own_ids.append((await maya.press())["id"])
        await maya.close()
    own_ids.append((await maya.press())["id"])
    theirs = (await sponsor.press())["id"]

    async def ids(query: str) -> list[str]:
        return [row["id"] for row in (await maya.get(f"/v1/reach-outs?{query}"))["items"]]

    assert await ids("") == [theirs, *reversed(own_ids)]
    assert await ids("mine=true") == own_ids[::-1]
    assert await ids("mine=false") == [theirs]
    assert await ids("open=true") == [theirs, own_ids[3]]
    assert await ids("open=false&mine=true") == own_ids[2::-1]
    page = await maya.get("/v1/reach-outs?limit=3")
    assert await ids(f"limit=3&cursor={page['next']}") == own_ids[1::-1]
