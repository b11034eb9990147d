"""A calm ask becomes a press, at every moment of its life: then everything of a press holds."""

from typing import Any

import pytest
from sqlalchemy import select

from models import Delivery, Notice
from tests.world.person import Person, alarm_rounds, alarms
from tests.world.race import race
from tests.world.world import World

HOUR = 3600


async def reach_out_now(maya: Person, how: str) -> dict[str, Any]:
    """Raise it, by its own address, by a nudge or by a press; all three do the same."""
    if how == "press":
        return await maya.press(expect=200)
    raised: dict[str, Any] = await maya.does(how, expect=200)
    return raised


@pytest.mark.parametrize("how", ["raise", "nudge", "press"])
async def test_the_same_reach_out_becomes_a_press_from_rung_1(world: World, how: str) -> None:
    maya, ana, ben, cleo = await world.circle("sponsor", "friend", "fellow", steps=[1, 2, 2])
    asked = await maya.press(calm=True, to=[ben.places[maya.id]])
    await world.settle()
    await world.forward(5)
    raised = await reach_out_now(maya, how)
    assert (raised["id"], raised["calm"], raised["state"]) == (asked["id"], False, "waiting")
    assert raised["raised_at"] == raised["pushed_at"]
    # Ana by rung 1, and Ben who was asked before; Cleo at rung 2.
    assert (await ana.pushed(), await ben.pushed(), await cleo.pushed()) == (["reach_out"], ["calm", "reach_out"], [])
    alarm = (await ben.pushes("reach_out"))[0].push
    assert (alarm.urgent, alarm.tag) == (True, asked["id"])
    assert await ben.kinds() == ["calm", "reach_out"]
    assert [notice["kind"] for notice in await ben.inbox(unread=True)] == ["reach_out"], (
        "one of them is to be looked at"
    )
    assert (await world.row()).rung == 1
    await world.passes(90)
    assert await cleo.pushed() == ["reach_out"]
    await world.passes(90)
    assert [await alarm_rounds(one) for one in (ana, ben, cleo)] == [2, 2, 2], "rung 3"
    await world.passes(120)
    assert (await maya.reach_out())["unanswered_at"] is not None
    await ben.answer("calling")
    await maya.close()
    assert "all_clear" in await cleo.kinds()


@pytest.mark.parametrize("kind", ["soon", "here", "cannot"])
@pytest.mark.parametrize("after", [1, 45, 6 * HOUR])
async def test_what_was_said_stands_and_holds_nothing(
    world: World, people: list[Person], kind: str, after: float
) -> None:
    maya, ana, ben = people
    minutes = 720 if kind == "soon" else None
    await maya.press(calm=True)
    await ben.answer("soon", minutes=600)
    await ana.answer(kind, minutes=minutes)
    await world.settle()
    await world.passes(after)
    await maya.press(expect=200)
    assert (await alarms(ana), await alarms(ben)) == (1, 1), "the 30 seconds of pressing again never hold it back"
    seen = await maya.sees(ana)
    assert seen is not None
    assert (seen["answer"], seen["minutes"], seen["state"]) == (kind, minutes, "handed")
    assert await ben.sees(ana) is None, "to the others nobody is there yet"
    assert (await maya.reach_out())["state"] == "waiting"
    await world.passes(200)
    assert await alarm_rounds(ana) == 2, "rung 3 waits for no answer to a calm ask"
    await ana.answer("calling")
    seen = await maya.sees(ana)
    assert seen is not None
    assert (seen["answer"], seen["minutes"], seen["state"]) == ("calling", None, "answered")
    assert (await maya.reach_out())["state"] == "answered"
    assert "answered" in await ben.kinds()


async def test_receipts_of_the_calm_push_say_nothing_of_the_alarm(world: World) -> None:
    """Channels are tried for whoever's alarm has no receipt, whatever they saw of the calm ask."""
    maya, ana, ben = await world.circle("friend", "friend", steps=[1, 2])
    await world.gives_channel(ana)
    await maya.press(calm=True)
    (push,) = await ana.pushes()
    receipt = {"delivery_id": push.push.data["delivery_id"], "event": "delivered"}
    await ana.post("/v1/receipts", receipt)
    assert await maya.sees_state(ana) == "delivered"
    (notice,) = await ana.inbox()
    await ana.post(f"/v1/inbox/{notice['id']}/read")
    assert await maya.sees_state(ana) == "seen"
    await maya.press(expect=200)
    await world.settle()
    assert await maya.sees_state(ana) == "handed"
    await ana.post("/v1/receipts", receipt | {"event": "opened"})
    await ana.post(f"/v1/inbox/{notice['id']}/read")
    assert await maya.sees_state(ana) == "handed", "a late word about the calm ask"
    assert world.gateway.handed == []
    await world.passes(90)
    assert len(world.gateway.handed) == 1
    assert await alarms(ben) == 1


async def test_whoever_was_not_free_is_told_by_the_press(world: World) -> None:
    maya, ana, ben, cleo = await world.circle("friend", "friend", "friend")
    await ben.patch("/v1/me", {"time_zone": "Asia/Tokyo"})  # five in the morning, reachable at any hour
    hours = [{"day": day, "from": "09:00", "to": "12:00"} for day in range(7)]
    await cleo.patch("/v1/me", {"hours": hours, "wake_me": True})
    await maya.press(calm=True)
    await maya.does("raise", expect=200)
    assert (await alarms(ana), await alarms(ben), await alarms(cleo)) == (1, 1, 1)


async def test_members_who_came_meanwhile_are_told_and_who_left_is_not(world: World) -> None:
    maya, ana, ben = await world.circle("friend", "friend")
    await maya.press(calm=True)
    await ben.delete(f"/v1/supporting/{ben.places[maya.id]}")
    dan = await world.person()
    await maya.welcomes(dan, "friend")
    await dan.device()
    await maya.does("raise", expect=200)
    assert (await alarms(ana), await alarms(ben), await alarms(dan)) == (1, 0, 1)


async def test_who_left_and_came_back_is_told_again(world: World) -> None:
    maya, ana, ben = await world.circle("friend", "friend")
    await maya.press(calm=True)
    await ben.answer("here")
    await maya.delete(f"/v1/circle/{ben.places[maya.id]}")
    await maya.welcomes(ben, "friend")
    await maya.does("raise", expect=200)
    assert (await alarms(ana), await alarms(ben)) == (1, 1)
    seen = await maya.sees(ben)
    assert seen is not None
    assert seen["answer"] is None


async def test_after_a_day_it_lives_for_another(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await maya.press(calm=True)
    for _ in range(2):
        await ana.answer("soon", minutes=720)
        await world.passes(13 * HOUR)
    await maya.does("raise", expect=200)
    await world.passes(23 * HOUR)
    assert (await maya.reach_out())["state"] == "waiting"
    await ben.answer("here")
    await world.passes(HOUR + 60)
    assert (await maya.reach_out())["outcome"] == "expired"


async def test_raising_twice_is_a_nudge_and_after_the_end_there_is_nothing_to_raise(
    world: World, people: list[Person]
) -> None:
    maya, ana, ben = people
    await maya.press(calm=True)
    await ana.does("raise", expect=403)
    await (await world.person()).does("raise", expect=404)
    first = await maya.does("raise", expect=200, key="raise")
    again = await maya.does("raise", expect=200, key="raise")
    assert first["raised_at"] == again["raised_at"]
    await maya.does("raise", expect=200)
    assert await alarms(ben) == 1, "within 30 seconds it is the same press"
    await world.forward(40)
    await maya.does("raise", expect=200)
    assert (await alarms(ana), await alarms(ben)) == (2, 2)
    await maya.close("ok_now")
    await maya.does("raise", expect=409)
    assert await ana.kinds() == ["calm", "reach_out", "all_clear"]


async def test_a_press_after_the_quiet_end_is_a_new_one(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    asked = await maya.press(calm=True)
    await world.forward(2 * HOUR + 600)
    # No worker has looked yet, so the same one may still be raised; afterwards there is a new one.
    raised = await maya.press(expect=200)
    assert raised["id"] == asked["id"]
    await maya.close("ok_now")
    asked = await maya.press(calm=True, expect=409)
    assert asked["type"].endswith("/nobody-free"), "it is ten in the evening by now"
    assert (await maya.press())["calm"] is False
    assert (await alarms(ana), await alarms(ben)) == (2, 2)


async def test_the_thread_of_a_raised_one_is_everybodys(world: World, people: list[Person]) -> None:
    maya, _ana, ben = people
    await maya.press(calm=True)
    await maya.does("raise", expect=200)
    await maya.close("ok_now")
    assert [item["kind"] for item in (await ben.get(f"/v1/threads/{maya.id}"))["items"]] == ["reach_out"]


async def test_a_calm_push_that_hangs_is_called_off_by_the_press(world: World) -> None:
    """The first process dies before it sends; the press goes out, and nothing calm comes after it."""
    maya, ana = await world.circle("friend")
    world.transport.flowing.clear()
    await maya.press(calm=True)
    await maya.does("raise", expect=200)
    pending = await world.rows(
        select(Notice.kind).join(Delivery, Delivery.notice_id == Notice.id).where(Delivery.state == "pending")
    )
    assert [row.kind for row in pending] == ["reach_out"]
    world.transport.flowing.set()
    await world.settle()
    assert await alarms(ana) == 1


@pytest.mark.parametrize("other", ["answer", "close", "end", "leave"])
@pytest.mark.parametrize("raise_first", [True, False])
async def test_raised_in_the_same_moment(world: World, people: list[Person], other: str, raise_first: bool) -> None:
    """Whoever is first, the press is heard: by this reach-out, or by a new one."""
    maya, ana, ben = people
    await maya.press(calm=True)
    if other == "end":
        await world.forward(2 * HOUR)
    place = f"/v1/reach-outs/{world.reach_out}"
    doing = {
        "answer": lambda: ana.send("POST", f"{place}/answers", {"kind": "here"}),
        "close": lambda: maya.send("POST", f"{place}/close", {"outcome": "ok_now"}),
        "end": world.work,
        "leave": lambda: ana.send("DELETE", f"/v1/supporting/{ana.places[maya.id]}"),
    }[other]()
    press = maya.send("POST", "/v1/reach-outs", {"need": "urge"})
    doings = [press, doing] if raise_first else [doing, press]
    results = await race(world, "reach_outs IN SHARE", *doings)
    reply = results[doings.index(press)]
    assert reply.status_code in {200, 201}
    await world.settle()
    assert await alarms(ben) == 1
    seen = await maya.get(f"/v1/reach-outs/{reply.json()['id']}")
    assert seen["calm"] is False
    if other in {"end", "leave"}:
        assert seen["state"] == "waiting"


async def test_two_presses_at_once_raise_it_once(world: World, people: list[Person]) -> None:
    maya, ana, _ben = people
    await maya.press(calm=True)
    presses = [maya.send("POST", "/v1/reach-outs", {}, key=f"press-{number}") for number in range(2)]
    replies = await race(world, "reach_outs IN SHARE", *presses)
    assert [reply.status_code for reply in replies] == [200, 200]
    await world.settle()
    assert await alarms(ana) == 1


async def test_a_calm_ask_and_a_press_at_once_are_a_press(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    asks = [maya.send("POST", "/v1/reach-outs", {"calm": True}), maya.send("POST", "/v1/reach-outs", {})]
    replies = await race(world, "reach_outs IN SHARE", *asks)
    assert sorted(reply.status_code for reply in replies) == [200, 201]
    assert len({reply.json()["id"] for reply in replies}) == 1
    await world.settle()
    assert (await alarms(ana), await alarms(ben)) == (1, 1)
