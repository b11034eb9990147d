"""A break from everybody: whoever is away is pushed nothing as a helper, and finds it in the inbox."""

from tests.world.commitments import at_moment, means_to
from tests.world.person import Person, alarms
from tests.world.world import World

TONIGHT = "2026-03-11T05:00:00Z"


async def goes_away(person: Person, until: str | None = TONIGHT) -> None:
    assert (await person.patch("/v1/me", {"away_until": until}))["away_until"] == until


async def test_a_press_reaches_the_others_and_the_inbox(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await goes_away(ana)
    seen = {member["person"]["id"]: member for member in await maya.circle()}
    assert (seen[ana.id]["available_now"], seen[ben.id]["available_now"]) == (False, True)
    assert "away_until" not in seen[ana.id], "nothing more is said"
    await maya.press()
    assert [await alarms(ana), await alarms(ben)] == [0, 1]
    assert await maya.sees_state(ana) == "inbox_only"
    assert await ana.kinds() == ["reach_out"]


async def test_the_end_of_the_break_wakes_whoever_slept(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await goes_away(ana, "2026-03-10T20:10:00Z")
    await maya.press()
    await at_moment(world, "2026-03-10T20:10")
    assert await alarms(ana) == 1


async def test_back_early_is_pushed_at_once(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await goes_away(ana)
    await maya.press()
    await goes_away(ana, None)
    await world.work()
    assert await alarms(ana) == 1


async def test_going_away_calls_off_what_is_still_to_be_sent(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    world.here.forget_pushes()
    await maya.post("/v1/check-ins", {"feeling": 2, "share_with": [ana.places[maya.id]]}, expect=201)
    await maya.press()
    await goes_away(ana)
    await world.forward(11)
    await world.work()
    assert await ana.pushed() == []
    assert set(await ana.kinds()) == {"check_in", "reach_out"}


async def test_the_days_between_respect_it(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await goes_away(ana)
    await maya.post("/v1/check-ins", {"feeling": 2, "share_with": [ana.places[maya.id]]}, expect=201)
    await maya.post("/v1/reach-ins", {"to": ana.id}, expect=201)
    await means_to(maya, ana)
    await maya.post("/v1/bookends", {"due_at": "2026-03-10T22:00:00Z", "companion": ana.places[maya.id]}, expect=201)
    await world.settle()
    assert await ana.pushed() == []
    assert len(await ana.inbox()) == 4


async def test_it_is_a_break_from_helping_and_from_nothing_else(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await goes_away(maya)
    await maya.press()
    await ana.answer("calling")
    await ana.post("/v1/reach-ins", {"to": maya.id}, expect=201)
    assert await maya.pushed() == ["answered", "reach_in"]


async def test_it_ends_by_itself(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await goes_away(ana)
    await at_moment(world, "2026-03-11T05:01")
    assert (await ana.get("/v1/me"))["away_until"] is None
    await maya.press()
    assert await alarms(ana) == 1
