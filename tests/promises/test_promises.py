"""The promises of the design's section 3 that the core of the server keeps; each test is named after its promise."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import select

from models import Delivery, Notice, ReachOut
from notifications.transports.protocol import DeadAddress
from tests.world.faults import no_commit_goes_through
from tests.world.person import Person
from tests.world.world import World

LEASE_SECONDS = 10.1


@pytest.mark.promise(1)
async def test_promise_1_201_means_saved(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await friend.device("webpush")

    pressed = await maya.press()
    # Another process, which shares only the database, sees all of it.
    await world.another_process()
    assert len(await world.rows(select(ReachOut.id))) == 1
    notices = await world.rows(select(Notice.recipient_id, Notice.id).where(Notice.kind == "reach_out"))
    assert {str(row.recipient_id) for row in notices} == {sponsor.id, friend.id}
    deliveries = await world.rows(select(Delivery.device_id).join(Notice).where(Notice.kind == "reach_out"))
    assert {str(row.device_id) for row in deliveries} == {*sponsor.devices, *friend.devices}
    assert len(deliveries) == 3
    assert pressed["state"] == "waiting"


@pytest.mark.promise(1)
async def test_promise_1_without_a_commit_there_is_no_201_and_no_push(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    async with no_commit_goes_through(world):
        problem = await maya.press(expect=503)
    assert problem["type"] == "/problems/unavailable"
    assert "call someone" in problem["detail"]
    assert await sponsor.pushed() == []
    assert await sponsor.inbox() == []
    assert [await world.count(table) for table in ("reach_outs", "recipients", "idempotency_keys")] == [0, 0, 0]
    await maya.press()
    assert await sponsor.pushed() == ["reach_out"]


@pytest.mark.promise(2)
async def test_promise_2_every_live_device_is_pushed_and_the_inbox_holds_one_notice(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    for kind in ("webpush", "fcm"):
        await friend.device(kind)
    await maya.press()
    assert [sending.where for sending in await sponsor.pushes()] == list(sponsor.devices.values())
    pushes = await friend.pushes()
    assert Counter(sending.where for sending in pushes) == dict.fromkeys(friend.devices.values(), 1)
    assert {sending.push.tag for sending in pushes} == {world.reach_out}, "one tag, so that the phone shows it once"
    assert len(await friend.inbox("reach_out")) == 1


@pytest.mark.promise(2)
async def test_promise_2_a_push_lost_in_a_crash_is_sent_within_15_seconds(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    other = await world.another_process()
    await other.work()
    assert await sponsor.pushed() == [], "the dead process still holds the lease"
    await world.forward(LEASE_SECONDS)
    await other.work()
    assert await sponsor.pushed() == ["reach_out"]
    assert len(await sponsor.inbox("reach_out")) == 1


@pytest.mark.promise(2)
async def test_promise_2_two_workers_never_send_one_delivery_twice(world: World) -> None:
    maya, *circle = await world.circle(*["friend"] * 4)
    for member in circle:
        for _ in range(5):
            await member.device()
    world.here.forget_pushes()
    await maya.press()
    await world.forward(LEASE_SECONDS)
    first, second = await world.another_process(), await world.another_process()
    await asyncio.gather(*(process.work() for process in (first, second, first, second)))
    sent = Counter(sending.push.delivery_id for sending in world.transport.handed if sending.kind == "reach_out")
    assert len(sent) == 24
    assert set(sent.values()) == {1}
    assert [len(await member.inbox("reach_out")) for member in circle] == [1] * 4


@pytest.mark.slow
@pytest.mark.timeout(720)
@pytest.mark.promise(3)
async def test_promise_3_a_thousand_presses_with_one_key_are_one_reach_out(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    concurrency = asyncio.Semaphore(50)

    async def press() -> tuple[int, str]:
        async with concurrency:
            while True:
                reply = await maya.send("POST", "/v1/reach-outs", {"note": "One night"}, key="the same")
                if reply.status_code != 503:  # not saved: when the server is too busy, a phone retries
                    return reply.status_code, reply.json().get("id", reply.text)

    replies = await asyncio.gather(*(press() for _ in range(1000)))
    assert Counter(status for status, _ in replies) == {201: 1000}
    assert len({reach_out_id for _, reach_out_id in replies}) == 1
    assert await world.count("reach_outs") == 1
    assert await sponsor.pushed() == ["reach_out"]
    assert len(await sponsor.inbox("reach_out")) == 1


@pytest.mark.promise(3)
async def test_promise_3_another_body_is_refused_and_pressing_again_creates_no_second_reach_out(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    first = await maya.press(key="k", note="One")
    assert (await maya.press(key="k", note="One"))["id"] == first["id"]
    assert (await maya.press(key="k", note="Two", expect=422))["type"] == "/problems/key-reused"
    await world.settle()
    await world.forward(31)
    pressed = await asyncio.gather(*(maya.press(expect=200) for _ in range(20)))
    assert {again["id"] for again in pressed} == {first["id"]}
    assert await world.count("reach_outs") == 1
    assert await sponsor.pushed() == ["reach_out", "reach_out"], "twenty presses at once are one further push"


@pytest.mark.promise(4)
@pytest.mark.parametrize("how", ["removed", "left", "blocked", "blocks"])
async def test_promise_4_somebody_outside_the_circle_sees_nothing_from_the_next_request_on(
    world: World, how: str
) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    stranger, accepted = await world.person(), await world.person()
    await accepted.device()
    invited = await maya.invites("friend")
    await accepted.post("/v1/invitations/accept", {"token": invited["token"]})
    # The push is still queued: it is rechecked at the moment of sending.
    world.here.forget_pushes()
    await maya.press(note="Please come.")
    before = await friend.reach_out()
    assert before["note"] == "Please come."

    await leave_circle(maya, friend, how)
    await world.forward(LEASE_SECONDS)
    await world.work()
    assert await sponsor.pushed() == ["reach_out"]
    missing = await stranger.get("/v1/reach-outs/0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e", expect=404)
    for outsider in (friend, stranger, accepted):
        assert await outsider.pushed() == []
        assert await outsider.inbox() == []
        assert (await outsider.get("/v1/reach-outs"))["items"] == []
        seen = await outsider.reach_out(expect=404)
        refused = await outsider.answer("calling", expect=404)
        for problem in (seen, refused):
            assert {**problem, "request_id": ""} == {**missing, "request_id": ""}
    assert [row["person"]["display_name"] for row in (await maya.reach_out())["recipients"]] == [sponsor.name]


@pytest.mark.promise(5)
async def test_promise_5_nobody_is_told_unless_both_have_agreed(world: World) -> None:
    maya, _sponsor = await world.circle("sponsor")
    friend = await world.person()
    await friend.device()
    invited = await maya.invites("friend")
    await maya.press()
    await maya.close()
    accepted = await friend.post("/v1/invitations/accept", {"token": invited["token"]})
    await maya.press()
    await maya.close()
    assert await friend.pushed() == []
    assert await friend.kinds() == []
    await maya.post(f"/v1/circle/{accepted['id']}/confirm")
    await maya.press()
    assert await friend.pushed() == ["reach_out"]


@pytest.mark.promise(5)
@pytest.mark.parametrize("how", ["removed", "left", "blocked", "blocks"])
async def test_promise_5_leaving_a_circle_takes_effect_at_once_and_is_announced_to_nobody(
    world: World, how: str
) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    async with maya.listens() as hers, friend.listens() as theirs, sponsor.listens() as others:
        await leave_circle(maya, friend, how)
        assert await hers.quiet()
        assert await theirs.quiet()
        assert await others.quiet()
    await maya.press()
    assert await friend.pushed() == []
    assert await friend.kinds() == []
    assert await sponsor.pushed() == ["reach_out"]
    assert not {"left", "removed", "blocked"} & {*await maya.kinds(), *await sponsor.kinds()}


@pytest.mark.promise(6)
async def test_promise_6_silence_is_never_hidden(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", devices=False)
    assert [member["reachable"] for member in await maya.circle()] == [False, False]
    phone = await sponsor.device()
    assert [member["reachable"] for member in await maya.circle()] == [True, False]
    world.transport.answer(sponsor.devices[phone["id"]], DeadAddress("unregistered"))
    pressed = await maya.press()
    assert {row["person"]["display_name"]: row["state"] for row in pressed["recipients"]}[friend.name] == "unreachable"
    assert pressed["helplines"]["lines"]
    await world.settle()
    assert [await maya.sees_state(member) for member in (sponsor, friend)] == ["unreachable", "unreachable"]
    assert [member["reachable"] for member in await maya.circle()] == [False, False]
    assert [device["disabled_reason"] for device in (await sponsor.get("/v1/devices"))["items"]] == ["dead"]


@pytest.mark.promise(9)
async def test_promise_9_any_worker_continues_what_another_began(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.transport.flowing.clear()
    await maya.press()
    await world.transport.begun.wait()
    # The first process hangs in the middle of its send. The rows hold everything that another process needs.
    await world.forward(LEASE_SECONDS)
    other = await world.another_process()
    assert await other.worker.tick()
    world.transport.flowing.set()
    await world.settle()
    assert await sponsor.pushed() == ["reach_out", "reach_out"], "sent twice rather than never; the tag merges them"
    assert len(await sponsor.inbox("reach_out")) == 1
    [row] = await world.rows(select(Delivery.state, Delivery.fence).join(Notice).where(Notice.kind == "reach_out"))
    assert (row.state, row.fence) == ("sent", 2), "taken over once"
    [timers] = await world.rows(select(ReachOut.ladder, ReachOut.rung, ReachOut.round, ReachOut.pushed_at))
    assert (list(timers.ladder), timers.round) == ([0, 90, 180, 300], 1)


@pytest.mark.promise(10)
async def test_promise_10_distress_is_never_refused(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    for _ in range(20):
        await maya.press()
        await sponsor.answer("calling")
        await maya.close("ok_now")
    assert await world.count("reach_outs") == 20


@pytest.mark.promise(10)
async def test_promise_10_no_all_clear_is_sent_unless_the_person_gave_it(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await world.settle()
    await maya.delete("/v1/me")
    assert await sponsor.pushed() == ["reach_out", "ended"]
    assert (await sponsor.kinds())[-1] == "ended"
    assert "all_clear" not in await sponsor.kinds()
    [outcome] = [*await world.rows(select(Notice.kind).where(Notice.kind != "reach_out"))]
    assert outcome.kind == "ended"


async def leave_circle(owner: Person, member: Person, how: str) -> None:
    """End a membership, in one of the four ways."""
    match how:
        case "removed":
            await owner.delete(f"/v1/circle/{member.places[owner.id]}")
        case "left":
            await member.delete(f"/v1/supporting/{member.places[owner.id]}")
        case "blocked":
            await owner.post("/v1/blocks", {"person_id": member.id}, expect=201)
        case "blocks":
            await member.post("/v1/blocks", {"person_id": owner.id}, expect=201)
