"""Push services that hang or refuse for a while, seen through the whole service."""

import pytest

from tests.faults.installation import House
from tests.faults.processes import eventually


@pytest.mark.promise(2)
async def test_three_hundred_refusals_and_then_every_push_arrives(sqlite_house: House) -> None:
    house = sqlite_house
    server = await house.serve()
    # Two presses make 160 pushes, so 300 refusals take few rounds of the back-off.
    circle = await house.circle(server, owners=2, members=4, phones=20)
    house.fcm.answer(503, times=300)
    first, _ = [await owner.press() for owner in circle.owners]
    await house.pushed(circle.members, times=2, within=90)
    assert [attempt.status for attempt in house.fcm.attempts].count(503) == 300
    assert house.phoned() == dict.fromkeys(circle.tokens, 2)
    # And it is as quick as ever.
    await circle.owner.ask("POST", f"/v1/reach-outs/{first['id']}/close", {"outcome": "ok_now"})
    await house.pushed(circle.members, times=3, within=30)


async def test_an_fcm_that_hangs_holds_back_no_browser(sqlite_house: House) -> None:
    house = sqlite_house
    server = await house.serve()
    circle = await house.circle(server, owners=2, members=4, phones=19, browsers=1)
    house.fcm.answer(200, times=None, delay=60)
    # The first press fills every place that FCM has; the second finds nothing but its backlog.
    for times, owner in enumerate(circle.owners, start=1):
        await owner.press()
        # A send to FCM is given up after 8 s, so by then the browsers would have waited for it.
        await eventually(lambda: house.browsed() == dict.fromkeys(circle.browsers, times), 5, lambda: server.tail)  # noqa: B023
    assert house.fcm.attempts  # it was tried, and nothing came back
