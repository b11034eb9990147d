"""The whole ladder: a press that nobody answers at first, and what the design's section 5 says of it, through HTTP."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from models import Delivery, Notice
from tests.world.person import alarms
from tests.world.world import World


async def test_an_unanswered_press_climbs_the_whole_ladder(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    number = await world.gives_channel(sponsor)
    await maya.press()
    assert (await alarms(sponsor), await alarms(friend)) == (1, 0)
    assert await maya.sees_state(sponsor) == "handed"
    assert (await friend.reach_out(expect=404))["type"] == "/problems/not-found"

    await world.passes(89)
    assert await alarms(friend) == 0
    await world.passes(1)
    assert (await alarms(sponsor), await alarms(friend)) == (1, 1), "rung 2: the rest of the circle"
    assert world.gateway.handed == [number], "and a channel where no receipt came"

    await world.passes(90)
    assert (await alarms(sponsor), await alarms(friend)) == (3, 2), "rung 3 (and the push that is repeated)"
    assert world.gateway.handed == [number] * 2
    assert (await maya.reach_out())["unanswered_at"] is None

    await world.passes(120)
    seen = await maya.reach_out()
    assert seen["state"] == "waiting"
    assert seen["unanswered_at"] is not None
    assert seen["helplines"]["lines"]
    assert (await maya.kinds())[-1] == "unanswered"

    before = await alarms(friend)
    for _ in range(5):
        await world.passes(600)
    repeats = {
        row.round for row in await world.rows(select(Delivery.round).join(Notice).where(Notice.kind == "reach_out"))
    }
    assert max(repeats) == 6, "1, the channel of rung 2, rung 3, and three repetitions"
    assert await alarms(friend) >= before + 3
    quiet = await alarms(friend)
    await world.passes(3600)
    assert await alarms(friend) == quiet
    assert (await maya.reach_out())["state"] == "waiting"
    assert [kind for kind in await maya.kinds() if kind == "unanswered"] == ["unanswered"], "told once"

    await world.forward(24 * 3600 - 300)
    await world.work()
    ended = await maya.reach_out()
    assert (ended["state"], ended["outcome"]) == ("closed", "expired")
    assert (await friend.kinds())[-1] == "ended"
    assert "all_clear" not in await sponsor.kinds()
    assert (await sponsor.answer("calling", expect=409))["type"] == "/problems/closed"


async def test_a_decline_brings_the_next_rung_at_once(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await world.passes(10)
    await sponsor.answer("cannot")
    assert await alarms(friend) == 1
    row = await world.row()
    assert row.next_rung_at is not None
    assert round((row.next_rung_at - world.now()).total_seconds()) == 90
    await friend.answer("cannot")
    assert (await maya.kinds())[-1] == "unanswered", "nobody left at all: unanswered at once"
    assert (await maya.reach_out())["unanswered_at"] is not None


async def test_a_lost_phone_brings_the_next_rung_at_once(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    for device in list(sponsor.devices):
        await sponsor.delete(f"/v1/devices/{device}")
    assert await maya.sees_state(sponsor) in {"unreachable", "handed"}
    assert await alarms(friend) == 1


async def test_pressing_again(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await world.gives_channel(sponsor)
    await maya.press()
    await world.settle()
    await world.forward(29)
    await maya.press(expect=200)
    await maya.does("nudge")
    assert await alarms(sponsor) == 1, "within 30 s it changes nothing"
    row = await world.row()
    assert (row.round, row.rung) == (1, 1)

    await world.forward(5)
    await maya.does("nudge")
    assert (await alarms(sponsor), await alarms(friend)) == (2, 0), "everyone told so far"
    assert (await world.row()).round == 2

    await sponsor.answer("calling")
    await world.forward(31)
    await maya.press(expect=200, note="He does not pick up.")
    assert (await maya.reach_out())["state"] == "waiting", "a paused ladder resumes"
    assert await maya.messages() == ["He does not pick up."]
    assert (await alarms(sponsor), await alarms(friend)) == (2, 1), (
        "the next rung at once, without the member who answered"
    )
    await world.passes(90)
    assert (await alarms(sponsor), await alarms(friend)) == (2, 2), "rung 3"
    await world.passes(120)
    assert (await maya.reach_out())["unanswered_at"] is None, "his answer still holds"
    await world.passes(600 - 31 - 90 - 120)
    assert (await maya.reach_out())["unanswered_at"] is not None
    assert (await world.row()).rung == 4
    called = len(world.gateway.handed)
    await world.forward(31)
    await maya.press(expect=200)
    row = await world.row()
    assert row.rung == 2, "after rung 4 it starts again at rung 2"
    assert row.next_rung_at is not None
    assert round((row.next_rung_at - world.now()).total_seconds()) == 90
    assert (await maya.reach_out())["unanswered_at"] is None
    await world.settle()
    assert len(world.gateway.handed) == called, "the sponsor has seen it: no channel is needed"


async def test_pressing_again_after_unanswered_tries_the_channels_of_rung_2(world: World) -> None:
    maya, sponsor, _friend = await world.circle("sponsor", "friend", steps=[1, 2])
    number = await world.gives_channel(sponsor)
    await maya.press()
    for seconds in (90, 90, 120):
        await world.passes(seconds)
    assert world.gateway.handed == [number] * 2
    await world.forward(31)
    await maya.press(expect=200)
    await world.settle()
    assert world.gateway.handed == [number] * 3


async def test_a_member_with_a_channel_alone_is_called_in_every_round(world: World) -> None:
    """Two rungs that try one channel need two rounds, even with no phone to push."""
    maya, sponsor = await world.circle("sponsor", devices=False)
    number = await world.gives_channel(sponsor)
    await maya.press()
    await world.settle()
    assert world.gateway.handed == [number], "no phone: the channel at once"
    await world.passes(90)
    assert world.gateway.handed == [number] * 2, "rung 3"
    await world.passes(120)
    assert (await maya.reach_out())["unanswered_at"] is not None
    await world.passes(600)
    assert world.gateway.handed == [number] * 3, "and its repetition"


async def test_with_nobody_reachable_the_person_is_told_at_once(world: World) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    reach_out = await maya.press()
    assert reach_out["unanswered_at"] is not None
    assert (await maya.kinds())[-1] == "unanswered"
    assert [notice["kind"] for notice in await sponsor.inbox("reach_out")] == ["reach_out"]


async def test_a_press_after_24_hours_is_a_reach_out_of_its_own(world: World) -> None:
    """Even before a worker has ended the old one: a press never joins an expired reach-out."""
    maya, sponsor = await world.circle("sponsor")
    first = await maya.press()
    await world.forward(24 * 3600 + 1)
    second = await maya.press()
    assert second["id"] != first["id"]
    assert (await maya.get(f"/v1/reach-outs/{first['id']}"))["outcome"] == "expired"
    await world.work()
    assert "ended" in await sponsor.kinds()
    assert (await maya.reach_out())["state"] == "waiting"


async def test_a_row_of_the_previous_release_continues(world: World) -> None:
    """That release told everyone at once (rung 2) and had no timers."""
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await world.set(rung=2, next_rung_at=None, due_at=None)
    await world.passes(1)
    assert await alarms(sponsor) == 1
    row = await world.row()
    assert row.next_rung_at == row.pushed_at + timedelta(seconds=90)
    await world.passes(90)
    assert await alarms(sponsor) == 2, "rung 3"
    # An old server writes an answer, without its timers, while the new worker runs.
    await world.set(state="answered", paused_until=world.now() + timedelta(seconds=600), next_rung_at=None, ask_at=None)
    await world.passes(121)
    assert (await world.row()).state == "answered"
    assert not await world.here.worker.tick(), "and it is not due over and over"
    await world.passes(600)
    assert (await maya.reach_out())["state"] == "waiting"
    assert (await maya.reach_out())["unanswered_at"] is not None


async def test_two_workers_never_advance_a_rung_twice(world: World) -> None:
    owners = [await world.circle("sponsor", "friend", steps=[1, 2]) for _ in range(6)]
    for maya, *_ in owners:
        await maya.press()
    # A push in flight when the clock jumps past its lease may rightly go out twice; not the subject here.
    await world.settle()
    others = [await world.another_process(), await world.another_process()]
    for seconds in (90, 90, 120, 600):
        await world.forward(seconds)
        await asyncio.gather(*(process.work() for process in (*others, *others)))
    notices = await world.rows(
        select(Notice.recipient_id, Notice.kind, Notice.reach_out_id).where(Notice.reach_out_id.is_not(None))
    )
    assert set(Counter(notices).values()) == {1}
    kinds = Counter(row.kind for row in notices)
    assert kinds == {"reach_out": 12, "unanswered": 6}
    sent = Counter(push.push.delivery_id for push in world.transport.handed)
    resent = {delivery for delivery, count in sent.items() if count > 1}
    assert all(sent[delivery] == 2 for delivery in resent), "repeated once without a receipt, never a third time"
    for maya, *_ in owners:
        seen = await maya.get("/v1/reach-outs?open=true")
        assert len(seen["items"]) == 1


async def test_an_own_ladder_is_kept_and_a_running_reach_out_keeps_its_own(world: World) -> None:
    maya, _sponsor, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    default = [0, 90, 180, 300]
    assert await maya.get("/v1/circle/ladder") == {"ladder": default, "own": False, "default": default}
    mine = [0, 30, 60, 600]
    assert await maya.put("/v1/circle/ladder", {"ladder": mine}) == {"ladder": mine, "own": True, "default": default}
    assert (await maya.get("/v1/me/export"))["person"]["ladder"] == mine
    assert (await friend.get("/v1/circle/ladder"))["own"] is False, "nobody else's"
    await maya.press()
    assert await maya.put("/v1/circle/ladder", {"ladder": None}) == {
        "ladder": default,
        "own": False,
        "default": default,
    }
    await world.passes(30)
    assert await alarms(friend) == 1, "the running reach-out keeps its snapshot"


@pytest.mark.parametrize(
    "ladder",
    [[], [0, 90, 180], [5, 90, 180, 300], [0, 10, 20, 30], [0, 90, 80, 300], [0, 90, 180, 7200], [0, 60.5, 180, 300]],
)
async def test_a_ladder_that_never_ends_or_floods_is_refused(world: World, ladder: list[float]) -> None:
    maya = await world.person("Maya")
    problem = await maya.put("/v1/circle/ladder", {"ladder": ladder}, expect=422)
    assert problem["type"] == "/problems/invalid"
    assert problem["errors"][0]["at"].startswith("body.ladder")
    assert "must" in problem["errors"][0]["says"] or "valid integer" in problem["errors"][0]["says"]
    assert (await maya.get("/v1/circle/ladder"))["own"] is False
    assert (await maya.put("/v1/circle/ladder", {}, expect=422))["errors"][0]["at"] == "body.ladder"


async def test_a_removal_a_decline_and_a_further_press_that_race_a_rung(world: World) -> None:
    """In every order: no deadlock, nobody is told twice, and a removed member sees nothing."""
    circles = [await world.circle("sponsor", "friend", "fellow", steps=[1, 2, 2]) for _ in range(4)]
    reach_outs = [(await maya.press())["id"] for maya, *_ in circles]
    await world.settle()
    other = await world.another_process()
    for seconds in (90, 90, 120):
        await world.forward(seconds)
        races = [world.here.worker.tick(), other.worker.tick()]
        for reach_out, (maya, sponsor, friend, fellow) in zip(reach_outs, circles, strict=True):
            match seconds:
                case 90 if friend.places:
                    races.append(maya.delete(f"/v1/circle/{friend.places.pop(maya.id)}"))
                    races.append(maya.post(f"/v1/reach-outs/{reach_out}/nudge"))
                case 90:
                    races.append(sponsor.post(f"/v1/reach-outs/{reach_out}/answers", {"kind": "cannot"}))
                    races.append(maya.post(f"/v1/reach-outs/{reach_out}/nudge"))
                case _:
                    races.append(fellow.post(f"/v1/reach-outs/{reach_out}/answers", {"kind": "here"}))
        await asyncio.gather(*races)
        await world.settle()
    await asyncio.gather(world.here.work(), other.work())
    for reach_out, (maya, sponsor, friend, fellow) in zip(reach_outs, circles, strict=True):
        assert (await maya.get(f"/v1/reach-outs/{reach_out}"))["state"] == "answered"
        await friend.get(f"/v1/reach-outs/{reach_out}", expect=404)
        assert await friend.inbox("reach_out") == []
        assert len(await sponsor.inbox("reach_out")) == len(await fellow.inbox("reach_out")) == 1
