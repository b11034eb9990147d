"""The worker's loop: a failure in one of its parts delays no other."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import select

from models import Delivery
from notifications import claim
from notifications.dispatcher import GATHER_SECONDS
from rules.reach_out import advance, machine
from rules.reach_out.change import Change
from rules.reach_out.state import Event, Snapshot
from tests.world.patience import patient
from tests.world.world import World

_GIVEN_BACK = select(Delivery.id).where(
    Delivery.state == "pending", Delivery.attempt == 0, Delivery.lease_until.is_(None)
)


async def test_a_failing_part_does_not_delay_pushes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    maya, sponsor = await world.circle("sponsor")
    world.here.forget_pushes()
    await maya.press()
    await world.forward(10.1)
    worker = world.here.worker

    async def broken(*_: object) -> int:
        raise LookupError

    for part in ("move", "_resend_unreceipted"):
        monkeypatch.setattr(worker, part, broken)
    with pytest.raises(LookupError):
        await worker.tick()
    assert await sponsor.pushed() == ["reach_out"]
    assert worker.last_turn is None, "a failed part is no sign of life"


async def test_a_failing_reach_out_does_not_block_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    circles = [await world.circle("sponsor", "friend", steps=[1, 2]) for _ in range(3)]
    reach_outs = [(await maya.press())["id"] for maya, *_ in circles]
    await world.settle()
    await world.forward(90)
    decide = machine.decide

    def poisoned(snapshot: Snapshot, event: Event, now: datetime) -> Change:
        if str(snapshot.id) == reach_outs[0]:
            raise ValueError
        return decide(snapshot, event, now)

    monkeypatch.setattr(advance, "decide", poisoned)
    await world.here.worker.tick()
    assert [await friend.pushed() for _, _, friend in circles] == [[], ["reach_out"], ["reach_out"]]


async def test_deliveries_without_a_slot_are_released_and_claimed_once_a_slot_is_free(world: World) -> None:
    world.transport.max_concurrent = 2
    narrow = await world.another_process()
    maya, *members = await world.circle("sponsor", "friend", "partner", "fellow")
    world.here.forget_pushes()
    await maya.press()
    await world.forward(10.1)
    world.transport.flowing.clear()
    # The slots of another transport make the claim larger than this one has room for.
    narrow.dispatcher._free_slots["webpush"] = 4
    assert await narrow.worker.tick()
    for _ in range(200):
        given_back = await world.rows(_GIVEN_BACK)
        if given_back:
            break
        await asyncio.sleep(0.01)
    assert len(given_back) == 2, "two are being sent, two were released as they were"
    assert not await narrow.worker.tick(), "and there is no free slot"
    waiting = asyncio.create_task(narrow.dispatcher.wait_for_slot())
    await asyncio.sleep(0)
    assert not waiting.done()
    world.transport.flowing.set()
    await asyncio.wait_for(waiting, patient(5))
    assert await narrow.worker.tick()
    await narrow.dispatcher.drain()
    assert [await member.pushed() for member in members] == [["reach_out"]] * 4


async def test_a_delivery_behind_a_long_queue_does_not_wait_for_all_of_it(world: World) -> None:
    world.transport.max_concurrent = world.gateway.max_concurrent = 2
    narrow = await world.another_process()
    await _flood(world, 20)
    maya, sponsor = await world.circle("sponsor")
    await sponsor.device(kind="webpush")
    await maya.press()
    await world.forward(10.1)
    # A transport that is fast enough always has a free slot.
    for _ in range(3):
        await narrow.worker.tick()
        await narrow.dispatcher.drain()
    assert [push.kind for push in await sponsor.pushes()] == ["reach_out"], "to the browser, past twenty phones"


async def test_a_transport_without_free_slots_is_not_queried_at_every_tick(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.transport.max_concurrent = 2
    narrow = await world.another_process()
    await _flood(world, 5)
    await world.forward(10.1)
    world.transport.flowing.clear()
    queries: list[frozenset[str]] = []
    due = claim.claim_due

    async def seen(unit: object, kinds: frozenset[str], *rest: object) -> object:
        queries.append(kinds)
        return await due(unit, kinds, *rest)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(claim, "claim_due", seen)
    for _ in range(5):
        await narrow.worker.tick()
    assert ["fcm" in kinds for kinds in queries] == [True, False], (
        "reading past a hundred thousand rows takes most of a second"
    )
    await world.forward(30)
    await narrow.worker.tick()
    assert len(queries) == 3
    world.transport.flowing.set()


async def test_a_freed_slot_of_a_transport_that_was_not_full_wakes_no_worker(world: World) -> None:
    narrow = await world.another_process()
    await _flood(world, 2)
    await world.forward(10.1)
    narrow.dispatcher._free_slots["webpush"] = 0
    await narrow.worker.tick()
    waiting = asyncio.create_task(narrow.dispatcher.wait_for_slot())
    await narrow.dispatcher.drain()
    await asyncio.sleep(2 * GATHER_SECONDS)
    assert not waiting.done(), "two phones were pushed, and browsers have no slot yet"
    waiting.cancel()


async def _flood(world: World, phones: int) -> None:
    """Leave so many due deliveries, as a process that died would."""
    world.here.forget_pushes()
    maya, sponsor = await world.circle("sponsor", devices=False)
    for _ in range(phones):
        await sponsor.device()
    await maya.press()
