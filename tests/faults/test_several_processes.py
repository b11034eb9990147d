"""Servers and workers on one PostgreSQL: they share the work, take over from one another, and never do it twice."""

import asyncio

import pytest

from tests.faults.installation import Installation
from tests.faults.processes import eventually
from tests.world.patience import patient


@pytest.mark.promise(9)
async def test_deliveries_released_by_a_stopping_server_are_pushed_at_once_and_once(
    postgres_installation: Installation,
) -> None:
    installation = postgres_installation
    server, *_ = await asyncio.gather(installation.serve("--no-worker"), installation.work(), installation.work())
    circle = await installation.circle(server, owners=2, members=4, phones=20)
    maya, noor = circle.owners

    # All is well: three processes look for work, each device is pushed once.
    healthy = await maya.press()
    await installation.pushed(circle.members)
    await asyncio.sleep(0.7)  # each worker has polled once more
    assert installation.phoned() == dict.fromkeys(circle.tokens, 1)
    await circle.each_has_once(healthy["id"])

    # FCM is slow, and the server sends 64 at once: it is stopped with 80 to send.
    installation.fcm.answer(200, times=80, delay=0.3)
    late = await noor.press()
    server.ask_to_stop()
    assert await server.end() == 0, server.tail
    # It has finished what it had begun, and the rest does not wait until a lease expires.
    assert not await installation.store.count(
        "deliveries", "state = 'pending' AND attempt = 0 AND lease_until IS NOT NULL"
    )
    await installation.pushed(circle.members, times=2, within=30)
    await eventually(lambda: sum(installation.phoned().values()) == 160, 1)
    await _recorded(installation, 160)
    assert installation.phoned() == dict.fromkeys(circle.tokens, 2)
    assert not await installation.store.count("deliveries", "attempt <> 1")  # nobody repeated what another had begun
    assert await installation.store.count("notices", "kind = 'reach_out'") == 8
    assert await installation.store.count("notices", f"CAST(reach_out_id AS text) = '{late['id']}'") == 4


@pytest.mark.promise(2)
async def test_a_process_frozen_past_its_lease_does_not_overwrite_the_record(
    postgres_installation: Installation,
) -> None:
    installation = postgres_installation
    sleeper, worker = await asyncio.gather(installation.serve(), installation.work())
    circle = await installation.circle(sleeper, members=1)
    [token] = circle.tokens

    # The server sends its push and is frozen; the reply that waits for it says: try again.
    installation.fcm.answer(503, token=token, delay=1.0)
    await circle.owner.press()
    await eventually(lambda: len(installation.fcm.attempts) == 1, 5, lambda: sleeper.tail)
    sleeper.freeze()
    await installation.store.end_leases()
    await installation.pushed(circle.members)
    await _recorded(installation, 1)
    [before] = await installation.store.rows("SELECT fence, attempt, handed_at FROM deliveries")

    sleeper.thaw()
    await sleeper.logs("push_not_sent")  # it has received the reply and has recorded it, or tried to
    await asyncio.sleep(1.5)  # a retry would have come by now
    [after] = await installation.store.rows("SELECT fence, attempt, handed_at FROM deliveries WHERE state = 'sent'")
    assert after == before
    assert [attempt.status for attempt in installation.fcm.attempts] == [503, 200]
    assert worker.running


@pytest.mark.promise(2)
@pytest.mark.promise(3)
async def test_a_worker_on_another_machine_takes_over_from_a_dead_server(postgres_installation: Installation) -> None:
    installation = postgres_installation
    crash_orders = installation.crash_orders("server")
    server, _ = await asyncio.gather(installation.serve("--no-worker", crash_orders=crash_orders), installation.work())
    circle = await installation.circle(server, members=2, phones=2, browsers=1)
    crash_orders.crash_at("committed")
    await circle.owner.is_left_without_an_answer("first", key="first")
    await server.end()
    assert crash_orders.carried_out
    # The dead server holds them, so the worker leaves them alone until its lease expires.
    assert await installation.store.count("deliveries", "state = 'pending' AND attempt = 0 AND fence = 1") == 6
    assert not installation.phoned()
    assert not installation.browsed()
    await installation.store.end_leases()
    await installation.pushed(circle.members)
    await _recorded(installation, 6)
    assert installation.phoned() == dict.fromkeys(circle.tokens, 1)
    assert installation.browsed() == dict.fromkeys(circle.browsers, 1)
    assert not await installation.store.count("deliveries", "fence <> 2")  # the worker's claim, and no other
    # The phone got no reply. It retries at another server, and gets one now.
    circle.owner.at = await installation.serve("--no-worker")
    reach_out = await circle.owner.presses_again("first", key="first")
    assert await installation.store.count("notices", f"CAST(reach_out_id AS text) = '{reach_out['id']}'") == 2
    assert await installation.store.count("reach_outs") == 1


async def _recorded(installation: Installation, count: int) -> None:
    """Wait until this many deliveries are recorded as sent."""
    async with asyncio.timeout(patient(5)):
        while await installation.store.count("deliveries", "state = 'sent'") < count:  # noqa: ASYNC110 (rows know no event)
            await asyncio.sleep(0.05)
