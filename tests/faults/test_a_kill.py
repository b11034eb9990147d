"""kill -9 of the server at the moments that matter, on both databases: nothing is lost, nothing stands there twice."""

import asyncio
import time

import pytest

from tests.faults.house import House
from tests.faults.processes import eventually

pytestmark = pytest.mark.timeout(180)  # a machine that does much else is slow at starting processes

AFTER_A_RESTART = 15.0
"""The promise, in seconds."""


@pytest.mark.promise(2)
@pytest.mark.slow
async def test_whatever_a_kill_interrupts_is_pushed_within_15_s_of_the_restart(house: House) -> None:
    house.fcm.token_lifetime = 1
    server = await house.serve()
    first = await house.circle(server, members=2, phones=2, browsers=2)
    second = await house.circle(server, members=2, phones=1, browsers=1)

    # Claimed and not sent: FCM's sign-in hangs, so no message can have left for it.
    signed_in = len(house.fcm.sign_ins)
    house.fcm.answer_sign_in(200, times=None, delay=60)
    # Sent and not recorded: the Web Push service has taken it and never comes to say so.
    house.push.answer(201, times=None, delay=60)
    reach_out = await first.owner.press("first")
    await eventually(
        lambda: len(house.fcm.sign_ins) > signed_in and len(house.push.accepted) == 4, 5, lambda: server.tail
    )
    # Committed and not claimed: the database takes new rows and lets nobody have them.
    await house.store.refuse_claims()
    unclaimed = await second.owner.press("second")
    server.kill()

    assert not house.fcm.attempts
    assert house.browsed() == dict.fromkeys(first.browsers, 1)
    assert await house.store.count("deliveries", "state = 'pending'") == 8 + 4
    assert await house.store.count("deliveries", "attempt = 0") == 4
    house.fcm.behave()
    house.fcm.token_lifetime = 3600
    house.push.behave()
    await house.store.allow_claims()

    again = house.start(port=server.port)
    await again.answers()
    began = time.monotonic()
    await house.pushed([*first.members, *second.members], within=AFTER_A_RESTART)
    expected = dict.fromkeys(first.browsers, 2) | dict.fromkeys(second.browsers, 1)
    await eventually(lambda: house.browsed() == expected, AFTER_A_RESTART, lambda: f"{house.browsed()}\n{again.tail}")
    assert time.monotonic() - began < AFTER_A_RESTART

    await _all_recorded(house)
    # What nobody had got is pushed once; what may have arrived is pushed again under the same tag and the same id.
    assert house.phoned() == dict.fromkeys(first.tokens + second.tokens, 1)
    pushes = [one.json["data"] for one in house.push.accepted if one.subscription_id in first.browsers]
    assert len({push["delivery_id"] for push in pushes}) == 4
    assert {push["tag"] for push in pushes} == {reach_out["id"]}
    await first.each_has_once(reach_out["id"])
    await second.each_has_once(unclaimed["id"])
    assert await house.store.count("notices", "kind = 'reach_out'") == 4


async def _all_recorded(house: House) -> None:
    """Wait until nothing is left to do."""
    async with asyncio.timeout(5):
        while await house.store.count("deliveries", "state <> 'sent'"):  # noqa: ASYNC110 (rows know no event)
            await asyncio.sleep(0.05)
