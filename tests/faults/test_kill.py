"""kill -9 of the server at critical moments, on both databases: nothing is lost, nothing is stored twice."""

import asyncio
import contextlib
import time

import httpx
import pytest

from tests.faults.crash_orders import CrashOrders
from tests.faults.installation import Installation
from tests.faults.night.checker import check
from tests.faults.night.history import History
from tests.faults.processes import Server, eventually
from tests.world.patience import patient

AFTER_A_RESTART = 15.0
"""The promise, in seconds."""


@pytest.mark.promise(2)
@pytest.mark.promise(3)
@pytest.mark.slow
async def test_pushes_interrupted_by_a_kill_go_out_within_15_s_of_the_restart(installation: Installation) -> None:
    installation.fcm.token_lifetime = 1
    crash_orders = installation.crash_orders("server")
    server = await installation.serve(crash_orders=crash_orders)
    first = await installation.circle(server, members=2, phones=2, browsers=2)
    second = await installation.circle(server, members=2, phones=1, browsers=1)

    # Claimed and not sent: FCM's sign-in hangs, so no message can have been sent.
    signed_in = len(installation.fcm.sign_ins)
    installation.fcm.answer_sign_in(200, times=None, delay=60)
    # Sent and not recorded: the Web Push service has it and never replies.
    installation.push.answer(201, times=None, delay=60)
    reach_out = await first.owner.press("first")
    await eventually(
        lambda: len(installation.fcm.sign_ins) > signed_in and len(installation.push.accepted) == 4,
        5,
        lambda: server.tail,
    )
    # Committed, neither claimed nor replied to: the server dies before it can do more.
    crash_orders.crash_at("committed")
    await second.owner.is_left_without_an_answer("second", key="second")
    await server.end()
    assert crash_orders.carried_out

    assert not installation.fcm.attempts
    assert installation.browsed() == dict.fromkeys(first.browsers, 1)
    # All of it is left to the successor, and nothing is recorded as done.
    assert await installation.store.count("deliveries", "state = 'pending' AND handed_at IS NULL") == 8 + 4
    assert await installation.store.count("deliveries", "state <> 'pending'") == 0
    installation.fcm.behave()
    installation.fcm.token_lifetime = 3600
    installation.push.behave()

    again = await _successor(installation, server)
    began = time.monotonic()
    # The phone that got no reply retries, and gets what was saved.
    unanswered = await second.owner.presses_again("second", key="second")
    await installation.pushed([*first.members, *second.members], within=AFTER_A_RESTART)
    expected = dict.fromkeys(first.browsers, 2) | dict.fromkeys(second.browsers, 1)
    await eventually(
        lambda: installation.browsed() == expected, AFTER_A_RESTART, lambda: f"{installation.browsed()}\n{again.tail}"
    )
    assert time.monotonic() - began < patient(AFTER_A_RESTART)

    await _all_recorded(installation)
    # Unsent pushes go out once; those that may have arrived are repeated with the same tag and id.
    assert installation.phoned() == dict.fromkeys(first.tokens + second.tokens, 1)
    pushes = [
        attempt.json["data"] for attempt in installation.push.accepted if attempt.subscription_id in first.browsers
    ]
    assert len({push["delivery_id"] for push in pushes}) == 4
    assert {push["tag"] for push in pushes} == {reach_out["id"]}
    await first.each_has_once(reach_out["id"])
    await second.each_has_once(unanswered["id"])
    assert await installation.store.count("reach_outs") == 2
    assert await installation.store.count("notices", "kind = 'reach_out'") == 4


@pytest.mark.promise(2)
async def test_a_claimed_but_unsent_push_is_sent_by_the_next_process(installation: Installation) -> None:
    """The process that wrote the row had claimed it and died: the only trace is the lease in the row."""
    crash_orders = installation.crash_orders("server")
    server = await installation.serve(crash_orders=crash_orders)
    circle = await installation.circle(server, members=2, browsers=1)
    crash_orders.crash_at("claimed")
    # The reply may or may not have arrived; the phone retries in either case.
    with contextlib.suppress(httpx.TransportError):
        await circle.owner.send("POST", "/v1/reach-outs", {"note": "first"}, key="first")
    await server.end()
    assert crash_orders.carried_out
    assert not installation.fcm.attempts
    assert not installation.push.attempts
    assert (
        await installation.store.count("deliveries", "state = 'pending' AND attempt = 0 AND lease_until IS NOT NULL")
        == 4
    )

    await _successor(installation, server)
    reach_out = await circle.owner.presses_again("first", key="first")
    await installation.pushed(circle.members, within=AFTER_A_RESTART)
    await _all_recorded(installation)
    assert installation.phoned() == dict.fromkeys(circle.tokens, 1)
    assert installation.browsed() == dict.fromkeys(circle.browsers, 1)
    await circle.each_has_once(reach_out["id"])


async def test_a_member_who_declines_is_not_pushed_by_the_successor_of_a_dead_server(
    installation: Installation,
) -> None:
    crash_orders = installation.crash_orders("server")
    server = await installation.serve(crash_orders=crash_orders)
    circle = await installation.circle(server, members=2, browsers=1)
    ana, ben = circle.members
    crash_orders.crash_at("claimed")
    with contextlib.suppress(httpx.TransportError):
        await circle.owner.send("POST", "/v1/reach-outs", {"note": "first"}, key="first")
    await server.end()
    await _successor(installation, server, crash_orders)
    reach_out = await circle.owner.presses_again("first", key="first")
    # Ana found it in her inbox before any push came.
    await ana.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "cannot"}, 201)
    await installation.pushed([ben], within=AFTER_A_RESTART)
    await _nothing_is_left(installation)
    assert installation.phoned() == dict.fromkeys(ben.tokens, 1)
    assert installation.browsed() == {browser.id: 1 for browser in ben.browsers}
    history = History()
    history.note("pressed", reach_out["id"], time.monotonic())
    findings = await check(installation, history)
    assert findings.called_off == 2
    assert [line for line in findings.wrong if not line.startswith("silence")] == []  # its ladder takes five minutes


async def _successor(installation: Installation, server: Server, crash_orders: CrashOrders | None = None) -> Server:
    successor = installation.start(port=server.port, crash_orders=crash_orders)
    await successor.answers()
    return successor


async def _all_recorded(installation: Installation) -> None:
    """Wait until every delivery is recorded as sent."""
    await _none(installation, "state <> 'sent'")


async def _nothing_is_left(installation: Installation) -> None:
    """Wait until every delivery is sent or cancelled."""
    await _none(installation, "state = 'pending'")


async def _none(installation: Installation, where: str) -> None:
    async with asyncio.timeout(patient(5)):
        while await installation.store.count("deliveries", where):  # noqa: ASYNC110 (rows know no event)
            await asyncio.sleep(0.05)
