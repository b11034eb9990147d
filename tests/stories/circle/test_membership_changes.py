"""Members join, leave, decline and mute during an open reach-out: what each of them sees, and does not."""

from tests.world.world import World


async def test_a_decline_is_known_to_the_person_alone(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await world.settle()
    await sponsor.answer("cannot", text="On a night shift. Thinking of you.")
    assert await maya.sees_state(sponsor) == "declined"
    assert await maya.messages() == ["On a night shift. Thinking of you."]
    assert await friend.messages() == []
    assert sponsor.id not in str(await friend.reach_out())
    assert await friend.pushed() == ["reach_out"]
    await friend.answer("calling")
    await world.settle()
    await maya.close("connected")
    assert await sponsor.pushed() == ["reach_out", "answered", "all_clear"], (
        "a member who declined gets the all-clear too"
    )


async def test_a_member_is_removed_during_a_reach_out(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press(note="Please come.")
    await world.settle()
    await friend.answer("calling", text="Coming")
    await world.settle()
    assert (await maya.reach_out())["state"] == "answered"
    await maya.delete(f"/v1/circle/{friend.places[maya.id]}")
    assert (await maya.reach_out())["state"] == "waiting"
    await world.settle()
    assert await sponsor.pushed() == ["reach_out", "answered", "reach_out"], "whoever is left is asked again at once"
    await maya.says("Is anybody there?")
    await world.settle()
    await maya.close("ok_now")
    assert await friend.pushed() == ["reach_out"]
    assert await friend.inbox() == []
    assert await sponsor.pushed() == ["reach_out", "answered", "reach_out", "message", "all_clear"]
    # Back in the circle, they still do not see the old reach-out.
    await maya.welcomes(friend)
    await friend.reach_out(expect=404)
    await maya.press()
    assert await friend.pushed() == ["reach_out", "reach_out"]


async def test_a_member_who_left_and_came_back_can_be_named_in_a_press(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await world.settle()
    await friend.delete(f"/v1/supporting/{friend.places[maya.id]}")
    await maya.welcomes(friend)
    await world.forward(31)
    await maya.does("nudge")
    assert await friend.pushed() == ["reach_out"], "a member who joins meanwhile is not told"
    await friend.reach_out(expect=404)
    await maya.press(to=[friend.places[maya.id]], expect=200)
    assert await friend.pushed() == ["reach_out", "reach_out"]
    assert len(await friend.inbox("reach_out")) == 1
    assert await maya.sees_state(friend) == "handed"
    assert await sponsor.pushed() == ["reach_out", "reach_out"]


async def test_a_member_who_left_and_came_back_twice_can_be_named_in_a_press(world: World) -> None:
    """Each time leaves a notice behind: that of the first time must not keep a press from telling them a third time."""
    maya, sponsor, _ = await world.circle("sponsor", "friend")
    await maya.press()
    for _ in range(2):
        await world.passes(31)
        await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
        place = await maya.welcomes(sponsor, "sponsor")
        again = await maya.press(expect=200, to=[place])
        assert sponsor.id in [row["person"]["id"] for row in again["recipients"]]
    assert await sponsor.pushed() == ["reach_out"] * 3
    assert len(await sponsor.inbox("reach_out")) == 1


async def test_muting_during_a_reach_out_keeps_the_inbox(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await world.settle()
    await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": "2026-04-01T00:00:00Z"})
    await world.forward(31)
    await maya.does("nudge")
    assert await sponsor.pushed() == ["reach_out"]
    assert (await maya.press(need="talk", expect=200))["need"] == "talk"
    assert len(await sponsor.inbox("reach_out")) == 1
    await sponsor.answer("here")
    assert (await maya.reach_out())["state"] == "answered"


async def test_a_mute_takes_effect_at_once(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await world.settle()
    await sponsor.patch(f"/v1/supporting/{sponsor.places[maya.id]}", {"muted_until": "2026-04-01T00:00:00Z"})
    await maya.says("Are you there?")
    await friend.answer("calling")
    await maya.close()
    assert await sponsor.pushed() == ["reach_out"]
    assert await sponsor.kinds() == ["reach_out", "message", "answered", "all_clear"]


async def test_two_people_in_each_others_circle(world: World) -> None:
    """Membership is mutual only when both have confirmed it, and two reach-outs at once stay separate."""
    maya, sponsor = await world.circle("sponsor")
    await sponsor.welcomes(maya, "fellow")
    await maya.device()
    first = await maya.press(note="Mine")
    second = await sponsor.press(note="Yours")
    assert first["id"] != second["id"]
    await maya.answer("calling")
    await world.settle()
    await sponsor.close()
    seen = await maya.get(f"/v1/reach-outs/{first['id']}")
    assert (seen["state"], seen["note"]) == ("waiting", "Mine")
    assert await maya.pushed() == ["reach_out", "all_clear"]
    assert await sponsor.pushed() == ["invitation_accepted", "reach_out", "answered"]


async def test_a_push_is_in_the_readers_language_and_gives_nothing_away(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await sponsor.patch("/v1/me", {"language": "es-MX"})
    await maya.press(note="Please come.", need="urge")
    [theirs], [his] = await sponsor.pushes(), await friend.pushes()
    assert theirs.push.body == "A alguien de tu círculo le gustaría tener compañía."
    assert his.push.body == "Someone in your circle would like company."
    [notice] = await friend.inbox()
    assert dict(his.push.data) == {
        "v": "1",
        "kind": "reach_out",
        "notice_id": notice["id"],
        "delivery_id": str(his.push.delivery_id),
        "reach_out_id": world.reach_out,
        "tag": world.reach_out,
        "round": "1",
        "url": f"/#/reach-outs/{world.reach_out}",
        "urgent": "true",
        "closes": "false",
    }
    assert (his.push.title, his.push.urgent, his.push.renotify) == ("Porchlight", True, True)
    await sponsor.answer("here")
    await world.settle()
    await maya.close()
    assert [push.push.urgent for push in await friend.pushes()] == [True, False, False]
    # Only the values of the data: its keys are the contract's, and "urgent" contains "urge".
    everything = str([(*push.push.data.values(), push.push.title, push.push.body) for push in world.transport.handed])
    for content in ("Please", "Maya", sponsor.name, "urge"):
        assert content not in everything
