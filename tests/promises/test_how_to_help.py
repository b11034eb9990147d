"""Promise 11 for the words "how to help me": whoever has answered reads them, where they have answered, and nobody else."""

from typing import Any

from tests.world.person import Person
from tests.world.world import World

HELP = "Ask what I had for lunch"
PLAN = {"signs": ["The old place"], "alone": ["Cold water"], "reasons": ["Pancakes"], "help_me": HELP}
ANSWERS = ("calling", "soon", "here", "cannot", None)


async def everything(person: Person) -> str:
    """Whatever this person can read anywhere, but for one look at the reach-out and their own plan."""
    paths = ("reach-outs", "circle", "supporting", "inbox", "check-ins", "reach-ins", "connections", "me/export")
    await person.proves()
    return str([await person.get(f"/v1/{path}") for path in paths])


async def answers(person: Person, kind: str | None) -> None:
    if kind is not None:
        said: dict[str, Any] = {"minutes": 10} if kind == "soon" else {}
        assert HELP not in str(await person.answer(kind, **said))


async def reads(person: Person) -> str | None:
    found: str | None = (await person.reach_out())["how_to_help"]
    return found


async def test_promise_11_only_whoever_has_answered_reads_how_to_help(world: World) -> None:
    roles = ("sponsor", "sponsor", "friend", "friend", "fellow")
    maya, *helpers = await world.circle(*roles)
    late, stranger, untold = await world.person(), await world.person(), await world.person()
    await maya.welcomes(untold)
    await maya.put("/v1/me/plan", PLAN, expect=200)
    pressed = await maya.press(to=[helper.places[maya.id] for helper in helpers])
    await maya.welcomes(late)
    assert pressed["how_to_help"] is None
    assert HELP not in str(pressed)
    await world.passes(600)
    assert [await reads(helper) for helper in helpers] == [None] * 5, "before an answer nobody reads it"
    for helper, kind in zip(helpers, ANSWERS, strict=True):
        await answers(helper, kind)
    for state in ("answered", "together", "closed"):
        if state == "together":
            await maya.does("together", {"person_id": helpers[0].id})
        if state == "closed":
            await maya.close()
        expected = [HELP] * 3 + [None] * 2 if state != "closed" else [None] * 5
        assert [await reads(helper) for helper in helpers] == expected, state
        assert await reads(maya) is None, "the person reads it in their plan"
        for outsider in (late, untold, stranger):
            await outsider.reach_out(expect=404)
        for person in (*helpers, late, untold, stranger):
            seen = await everything(person)
            assert HELP not in seen, "nowhere but in a look at the one reach-out"
            assert (await person.get("/v1/me/plan"))["help_me"] is None
            for secret in ("The old place", "Cold water", "Pancakes"):
                assert secret not in seen
    assert HELP not in str(await maya.press()), "a press says no more than before"


async def test_promise_11_taking_back_an_answer_a_membership_or_the_words_ends_it_at_once(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.put("/v1/me/plan", PLAN, expect=200)
    await maya.press()
    await world.settle()
    await sponsor.answer("calling")
    await friend.answer("here")
    await friend.answer("cannot")
    assert [await reads(sponsor), await reads(friend)] == [HELP, None]
    await friend.answer("here")
    assert await reads(friend) == HELP
    await maya.put("/v1/me/plan", PLAN | {"help_me": "Other words"}, expect=200)
    assert await reads(friend) == "Other words"
    await maya.delete(f"/v1/circle/{friend.places[maya.id]}")
    await friend.reach_out(expect=404)
    await maya.put("/v1/me/plan", {}, expect=200)
    assert await reads(sponsor) is None


async def test_promise_11_an_answer_to_one_person_opens_nobody_elses_words(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    jo = await world.person("Jo")
    await jo.welcomes(sponsor)
    await maya.put("/v1/me/plan", PLAN, expect=200)
    await jo.put("/v1/me/plan", {"help_me": "Jo's words"}, expect=200)
    await maya.press()
    await sponsor.answer("calling")
    hers = world.reach_out
    await jo.press()
    assert await reads(sponsor) is None
    await sponsor.answer("here")
    assert await reads(sponsor) == "Jo's words"
    world.reach_out = hers
    assert await reads(sponsor) == HELP
