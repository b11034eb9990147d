"""A calm ask when something else happens to its people: a mute, a block, an erased account, a new phone, two raises at once."""

from uuid import uuid4

from tests.world.person import Person, alarms
from tests.world.race import race
from tests.world.world import World

HOUR = 3600


async def test_who_mutes_after_a_calm_ask_is_told_by_the_raise_and_not_pushed(
    world: World, people: list[Person]
) -> None:
    maya, ana, ben = people
    await maya.press(calm=True)
    await world.settle()
    await ana.patch(f"/v1/supporting/{ana.places[maya.id]}", {"muted_until": "2026-03-11T08:00:00Z"})
    await maya.does("raise", expect=200)
    await world.settle()
    assert (await ana.pushed(), await ana.kinds()) == (["calm"], ["calm", "reach_out"])
    assert await maya.sees_state(ana) == "inbox_only"
    assert await alarms(ben) == 1


async def test_a_block_takes_it_away_from_both(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await maya.press(calm=True)
    await ana.answer("here")
    await ana.post("/v1/blocks", {"person_id": maya.id}, expect=201)
    await ana.reach_out(expect=404)
    assert (await maya.reach_out())["state"] == "waiting"
    await maya.does("raise", expect=200)
    await world.settle()
    assert (await alarms(ana), await alarms(ben)) == (0, 1)
    assert await maya.sees(ana) is None


async def test_an_erased_account_is_said_to_whoever_said_yes_alone(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await maya.press(calm=True)
    await ana.answer("soon", minutes=120)
    assert (await maya.send("DELETE", "/v1/me")).status_code == 204
    await world.passes(3 * HOUR)
    assert (await ana.pushed(), await ben.pushed()) == (["calm", "ended"], ["calm"])
    assert "ended" not in await ben.kinds()
    assert await ben.inbox(unread=True) == []


async def test_an_erased_helper_leaves_the_others_their_time(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await maya.press(calm=True)
    await ana.answer("here")
    assert (await ana.send("DELETE", "/v1/me")).status_code == 204
    seen = await maya.reach_out()
    assert (seen["state"], [row["person"]["id"] for row in seen["recipients"]]) == ("waiting", [ben.id])
    await ben.answer("here")
    assert (await maya.reach_out())["state"] == "answered"


async def test_a_phone_that_comes_meanwhile_is_reached_by_the_raise(world: World) -> None:
    maya, ana = await world.circle("friend", devices=False)
    await maya.press(calm=True)
    await ana.device()
    await world.passes(60)
    assert await ana.pushed() == [], "nothing calm is urgent enough to be caught up on"
    await maya.does("raise", expect=200)
    await world.settle()
    assert await ana.pushed() == ["reach_out"]


async def test_what_does_not_exist_cannot_be_raised(world: World, people: list[Person]) -> None:
    maya, _ana, _ben = people
    await maya.post(f"/v1/reach-outs/{uuid4()}/raise", None, expect=404)
    await maya.post("/v1/reach-outs/nothing/raise", None, expect=422)
    await maya.press(calm=True)
    await world.forward(2 * HOUR)
    await world.work()
    problem = await maya.does("raise", expect=409)
    assert problem["type"].endswith("/closed")


async def test_two_raises_at_once_alarm_once(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await maya.press(calm=True)
    place = f"/v1/reach-outs/{world.reach_out}/raise"
    replies = await race(
        world, "reach_outs IN SHARE", *(maya.send("POST", place, None, key=f"raise-{n}") for n in range(2))
    )
    assert [reply.status_code for reply in replies] == [200, 200]
    await world.settle()
    assert (await alarms(ana), await alarms(ben)) == (1, 1)
    assert [await one.kinds() for one in (ana, ben)] == [["calm", "reach_out"]] * 2
