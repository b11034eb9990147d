"""One person presses, closes and presses again: every push is sent, and a phone rings for them at most once in 30 seconds."""

import pytest

from models.enums import NoticeKind
from notifications.transports.protocol import RetryAt, Sent
from tests.world.person import Person
from tests.world.world import World


async def rings(person: Person) -> list[bool]:
    """Return of each alarm that was pushed to this person's phones, oldest first, whether it made a sound."""
    pushes = await person.pushes(NoticeKind.REACH_OUT)
    assert all(("silent" in push.push.data) == push.push.silent for push in pushes)
    return [not push.push.silent for push in pushes]


async def presses_and_closes(person: Person, times: int, *, every: float = 1) -> None:
    for _ in range(times):
        await person.press()
        await person.world.settle()
        await person.close()
        await person.world.forward(every)


async def test_the_third_press_in_a_row_is_pushed_and_makes_no_sound(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await presses_and_closes(maya, 2)
    assert await rings(sponsor) == [True, True]
    await maya.press()
    [*_, third] = await sponsor.pushes(NoticeKind.REACH_OUT)
    assert (third.push.silent, third.push.urgent, third.push.renotify) == (True, True, False)
    assert third.push.data["silent"] == "true"
    assert len(await sponsor.inbox("reach_out")) == 3


async def test_twenty_presses_in_a_minute_ring_every_thirty_seconds(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await presses_and_closes(maya, 20, every=3)
    heard = await rings(sponsor)
    assert len(heard) == 20, "each is sent"
    # The first two always; then whenever the phone has been silent for 30 seconds.
    assert [number for number, rang in enumerate(heard) if rang] == [0, 1, 11]


async def test_a_first_push_that_no_close_has_just_preceded_rings(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await presses_and_closes(maya, 3)
    await world.forward(30)
    await maya.press()
    assert await rings(sponsor) == [True, True, False, True]


async def test_after_five_quiet_minutes_two_presses_ring_again(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await presses_and_closes(maya, 3)
    await world.forward(300)
    await presses_and_closes(maya, 3)
    assert await rings(sponsor) == [True, True, False, True, True, False]


async def test_one_persons_haste_silences_nobody_elses_alarm(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    noor = await world.person()
    await noor.welcomes(sponsor)
    await presses_and_closes(maya, 3)
    await noor.press()
    assert await rings(sponsor) == [True, True, False, True]


async def test_a_phone_that_has_not_rung_rings(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    only_sponsor = [sponsor.places[maya.id]]
    for _ in range(3):
        await maya.press(to=only_sponsor)
        await world.settle()
        await maya.close()
        await world.forward(1)
    await maya.press()
    assert await rings(sponsor) == [True, True, False, False]
    assert await rings(friend) == [True], "nobody has rung it yet"
    new = await sponsor.device()
    [*_, late] = await sponsor.pushes(NoticeKind.REACH_OUT)
    assert late.where == sponsor.devices[new["id"]]
    assert not late.push.silent


async def test_what_was_called_off_before_it_was_sent_has_not_rung(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    [phone] = sponsor.devices.values()
    world.transport.answer(phone, RetryAt("unavailable"))
    await presses_and_closes(maya, 2)
    world.transport.answer(phone, Sent())
    before = len(await sponsor.pushes(NoticeKind.REACH_OUT))
    await maya.press()
    assert (await rings(sponsor))[before:] == [True]


async def test_pressing_again_as_the_third_press_spares_those_a_rung_has_just_told(world: World) -> None:
    maya, _sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await world.passes(29)
    await maya.press(expect=200)
    await world.passes(100)
    heard = await rings(friend)
    assert heard == [True], "a rung has told the friend"
    await world.forward(5)
    await maya.press(expect=200)
    assert await rings(friend) == [True, False]


async def test_a_raise_always_rings(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await presses_and_closes(maya, 3)
    calm = await maya.press(calm=True)
    await maya.post(f"/v1/reach-outs/{calm['id']}/raise", expect=200)
    assert await rings(sponsor) == [True, True, False, True]


@pytest.mark.parametrize("what", ["a rung", "the second sending"])
async def test_what_comes_later_by_itself_rings(world: World, what: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    await presses_and_closes(maya, 2)
    await maya.press()
    assert await rings(sponsor) == [True, True, False]
    await world.passes(130)
    assert (await rings(sponsor))[3:], "a later rung, or the same push without a receipt"
    assert all((await rings(sponsor))[3:]), what
