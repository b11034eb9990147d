"""Several people wait for the same helper: the alarms on the helper's phone differ, without a name."""

from tests.world.person import Person
from tests.world.world import World

ONE = "Someone in your circle would like company."


async def alarms(person: Person) -> list[tuple[str, str]]:
    """Return the text and the reach-out of each alarm."""
    return [(push.push.body, push.push.tag) for push in await person.pushes("reach_out")]


async def test_the_second_alarm_counts_two_waiting_until_one_is_answered(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    noor, omar, pia = [await world.person(name) for name in ("Noor", "Omar", "Pia")]
    for owner in (noor, omar, pia):
        await owner.welcomes(sponsor)
    first = await maya.press()
    await world.settle()
    second = await noor.press()
    await world.settle()
    third = await omar.press()
    assert await alarms(sponsor) == [
        (ONE, first["id"]),
        ("Two people in your circle would like company.", second["id"]),
        ("Three people in your circle would like company.", third["id"]),
    ]
    # Answered, declined and closed reach-outs do not count as waiting for this helper.
    await sponsor.post(f"/v1/reach-outs/{first['id']}/answers", {"kind": "calling"})
    await sponsor.post(f"/v1/reach-outs/{second['id']}/answers", {"kind": "cannot"})
    await omar.post(f"/v1/reach-outs/{third['id']}/close", {"outcome": "ok_now"})
    await pia.press()
    assert (await alarms(sponsor))[-1][0] == ONE


async def test_only_pushed_and_current_reach_outs_count_as_waiting(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    noor = await world.person("Noor")
    await noor.welcomes(sponsor)
    await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": "2100-01-01T00:00:00Z"})
    await maya.press()
    await noor.press()
    assert [text for text, _ in await alarms(sponsor)] == [ONE]
    await noor.close()
    await sponsor.patch("/v1/me", {"language": "es"})
    await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
    await noor.press()
    assert (await alarms(sponsor))[-1][0] == "A alguien de tu círculo le gustaría tener compañía."
