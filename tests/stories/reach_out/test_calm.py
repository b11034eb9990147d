"""The calm ask, told with a moving clock: who is asked, what a yes does, how it ends."""

import pytest

from tests.world.person import Person, alarm_rounds, alarms
from tests.world.race import race
from tests.world.world import World

HOUR = 3600


async def over(person: Person) -> tuple[str, str | None]:
    seen = await person.reach_out()
    return seen["state"], seen["outcome"]


async def test_somebody_says_yes_they_talk_and_it_is_closed(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    asked = await maya.press(calm=True, need="talk", note="Only if you have a minute.")
    assert (asked["calm"], asked["state"], asked["next_rung_at"], asked["paused_until"]) == (
        True,
        "waiting",
        None,
        None,
    )
    assert asked["ends_at"] == (await maya.reach_out())["ends_at"] > asked["created_at"]
    assert (await ana.reach_out())["ends_at"] is None
    assert [await one.pushed() for one in (ana, ben)] == [["calm"], ["calm"]]
    (push,) = await ana.pushes()
    assert (push.push.urgent, push.push.tag) == (False, f"{asked['id']}-c")
    assert (await ana.reach_out())["note"] == "Only if you have a minute."
    await ana.answer("soon", minutes=90)
    assert (await maya.reach_out())["state"] == "answered"
    assert await maya.pushed() == ["answered"]
    await ana.does("together")
    await maya.does("together")
    seen = await maya.reach_out()
    assert (seen["state"], seen["together_with"]) == ("together", ana.id)
    await maya.close("connected")
    await world.passes(3 * HOUR)
    assert await ana.kinds() == ["calm", "all_clear"]
    assert await ben.kinds() == ["calm"]
    assert await ben.inbox(unread=True) == []
    assert await ben.pushed() == ["calm"]
    assert await over(ben) == ("closed", "connected")
    assert "are_you_talking" not in (await maya.kinds()) + await ana.kinds()


async def test_without_a_yes_it_ends_in_quiet_after_two_hours(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await maya.press(calm=True)
    await ben.answer("cannot")
    await world.passes(2 * HOUR - 60)
    assert await over(maya) == ("waiting", None)
    await world.passes(60)
    assert await over(maya) == ("closed", "quiet")
    assert await over(ana) == ("closed", "quiet")
    for one in (ana, ben):
        assert await one.pushed() == ["calm"]
        assert await one.kinds() == ["calm"]
        assert await one.inbox(unread=True) == [], "it reads as over"
    assert await maya.pushed() == []
    assert (await maya.reach_out())["unanswered_at"] is None
    await ana.answer("here", expect=409)
    before = world.reach_out
    assert (await maya.press())["id"] != before, "the next one is a new one"


async def test_with_a_yes_it_ends_two_hours_after_the_promised_time(world: World, people: list[Person]) -> None:
    maya, ana, _ben = people
    await maya.press(calm=True)
    await ana.answer("soon", minutes=720)
    await world.passes(14 * HOUR - 60)
    assert await over(maya) == ("answered", None)
    await world.passes(120)
    assert await over(maya) == ("closed", "quiet")
    assert await ana.pushed() == ["calm"]
    assert await ana.kinds() == ["calm"]
    assert await maya.pushed() == ["answered"]


async def test_a_yes_taken_back_leaves_the_others_two_hours(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await maya.press(calm=True)
    await ana.answer("soon", minutes=600)
    await world.passes(5 * HOUR)
    await ana.answer("cannot")
    assert (await maya.reach_out())["state"] == "waiting"
    await world.passes(2 * HOUR - 60)
    await ben.answer("here")
    await world.passes(2 * HOUR - 60)
    assert (await maya.reach_out())["state"] == "answered"
    await world.passes(120)
    assert await over(maya) == ("closed", "quiet")


async def test_only_who_is_free_is_asked(world: World) -> None:
    maya, free, asleep, muted, away, by_day = await world.circle(*["friend"] * 5)
    night = [{"day": day, "from": "22:00", "to": "24:00"} for day in range(7)]
    await asleep.patch("/v1/me", {"hours": night, "wake_me": True})
    await muted.patch(f"/v1/supporting/{muted.places[maya.id]}", {"muted_until": "2026-03-11T08:00:00Z"})
    await away.patch("/v1/me", {"away_until": "2026-03-12T08:00:00Z"})
    await by_day.patch("/v1/me", {"time_zone": "Asia/Tokyo", "wake_me": True})  # five in the morning
    circle = {row["person"]["id"]: row for row in await maya.circle()}
    assert {one.id for one in (free, asleep, muted, away, by_day) if circle[one.id]["calm_now"]} == {free.id}
    assert circle[by_day.id]["available_now"]
    await maya.press(calm=True)
    await world.passes(HOUR)
    assert await free.pushed() == ["calm"]
    for one in (asleep, muted, away, by_day):
        assert await one.kinds() == []
        assert await one.pushed() == []
        await one.reach_out(expect=404)
    # Nor when their hours begin.
    await world.passes(2 * HOUR)
    assert await asleep.kinds() == []


async def test_nothing_said_within_it_wakes_anybody(world: World) -> None:
    """A message too keeps to the hours of a calm ask, for whoever has not said yes."""
    maya, ana = await world.circle("friend")
    await ana.patch("/v1/me", {"wake_me": True})
    await world.forward(HOUR + 1800)  # half past nine
    await maya.press(calm=True)
    await world.forward(HOUR)  # half past ten
    await maya.says("Still here.")
    assert await ana.pushed() == ["calm"]
    assert await ana.kinds() == ["calm", "message"]


async def test_asking_calmly_again_asks_nobody_twice(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    asked = await maya.press(calm=True, to=[ana.places[maya.id]])
    await world.forward(60)
    again = await maya.press(calm=True, note="Anything is fine.", expect=200)
    assert again["id"] == asked["id"]
    assert await ana.pushed() == ["calm", "message"]
    assert await ben.kinds() == []
    await maya.press(calm=True, to=[ben.places[maya.id]], expect=200)
    assert await ben.pushed() == ["calm"]
    assert await ana.pushed() == ["calm", "message"]


async def test_a_calm_ask_lowers_no_press(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    pressed = await maya.press()
    await world.forward(60)
    again = await maya.press(calm=True, note="No hurry.", expect=200)
    assert (again["id"], again["calm"]) == (pressed["id"], False)
    assert (await alarms(ana), await alarms(ben)) == (1, 1)
    assert await maya.messages() == ["No hurry."]
    await world.passes(120)
    assert await alarm_rounds(ana) == 2, "its ladder goes on"


async def test_what_comes_before_the_push_calls_it_off(world: World, people: list[Person]) -> None:
    """A calm push that is late is looked at again like every other."""
    maya, ana, ben = people
    world.transport.flowing.clear()
    reply = maya.press(calm=True)
    await reply
    await ana.patch(f"/v1/supporting/{ana.places[maya.id]}", {"muted_until": "2026-03-11T08:00:00Z"})
    world.transport.flowing.set()
    await world.settle()
    assert await ben.pushed() == ["calm"]


async def test_somebody_who_leaves_sees_it_no_longer(world: World, people: list[Person]) -> None:
    maya, ana, _ben = people
    await maya.press(calm=True)
    await ana.answer("here")
    await ana.delete(f"/v1/supporting/{ana.places[maya.id]}")
    assert (await maya.reach_out())["state"] == "waiting"
    await ana.reach_out(expect=404)
    await world.passes(2 * HOUR)
    assert await over(maya) == ("closed", "quiet")


async def test_a_channel_is_never_tried(world: World) -> None:
    maya, ana = await world.circle("friend", devices=False)
    await world.gives_channel(ana)
    await maya.press(calm=True)
    await world.passes(600)
    assert world.gateway.handed == []
    assert await ana.kinds() == ["calm"]
    assert await maya.sees_state(ana) == "queued"


async def test_its_end_is_followed_up_in_the_morning_only_without_a_yes(world: World, people: list[Person]) -> None:
    maya, ana, _ben = people
    await maya.press(calm=True)
    await world.passes(2 * HOUR)
    await world.passes(13 * HOUR)
    assert (await maya.kinds()).count("follow_up") == 1
    await maya.press(calm=True)
    await ana.answer("here")
    await world.passes(2 * HOUR + 60)
    assert await over(maya) == ("closed", "quiet")
    await world.passes(48 * HOUR)
    assert "follow_up" not in await ana.kinds()
    assert (await maya.kinds()).count("follow_up") == 1


async def test_threads_and_the_middle_time_know_nothing_of_who_was_only_asked(
    world: World, people: list[Person]
) -> None:
    maya, ana, ben = people
    await maya.press(calm=True)
    await world.forward(HOUR)
    await ana.answer("here")
    await maya.close("connected")
    threads = [(await one.get(f"/v1/threads/{maya.id}"))["items"] for one in (ana, ben)]
    assert [[item["kind"] for item in items] for items in threads] == [["reach_out"], []]
    for _ in range(2):
        await maya.press(calm=True)
        await ana.answer("here")
        await maya.close("connected")
    assert (await maya.get("/v1/connections"))["median_seconds_to_answer"] is None


@pytest.mark.parametrize("first", ["answer", "end"])
async def test_an_answer_in_the_moment_of_its_end(world: World, people: list[Person], first: str) -> None:
    maya, ana, _ben = people
    await maya.press(calm=True)
    await world.forward(2 * HOUR)
    answer = ana.send("POST", f"/v1/reach-outs/{world.reach_out}/answers", {"kind": "here"})
    doings = [answer, world.work()] if first == "answer" else [world.work(), answer]
    results = await race(world, "reach_outs IN SHARE", *doings)
    reply = results[doings.index(answer)]
    assert reply.status_code in {201, 409}
    assert await over(maya) == (("answered", None) if reply.status_code == 201 else ("closed", "quiet"))
