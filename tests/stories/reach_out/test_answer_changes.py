"""Somebody who keeps changing their answer: each is kept and shown, the seventh change tells nobody until the minute is over."""

from tests.world.world import World


async def test_the_seventh_change_is_told_when_the_minute_is_over(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    for kind in ("calling", "cannot", "calling", "cannot", "calling", "cannot", "calling"):
        await sponsor.answer(kind)
    told = await maya.kinds(), await friend.kinds()
    pushed = await maya.pushed(), await friend.pushed()
    await sponsor.answer("cannot")
    await sponsor.answer("here")
    assert await maya.sees_state(sponsor) == "answered", "kept and shown"
    assert (await maya.reach_out())["state"] == "answered", "and it holds the ladder"
    assert (await maya.kinds(), await friend.kinds()) == told
    assert (await maya.pushed(), await friend.pushed()) == pushed
    await world.passes(61)
    assert [len(await person.kinds()) for person in (maya, friend)] == [len(told[0]) + 1, len(told[1]) + 1]
    await world.passes(61)
    assert len(await maya.kinds()) == len(told[0]) + 1, "once"


async def test_whoever_takes_it_back_is_not_announced(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    for kind in ("calling", "cannot") * 5:
        await sponsor.answer(kind)
    told = await maya.kinds()
    assert told.count("answered") == 4
    assert (await maya.sees(sponsor) or {})["answer"] == "cannot"
    await world.passes(61)
    assert (await maya.kinds()).count("answered") == 4
