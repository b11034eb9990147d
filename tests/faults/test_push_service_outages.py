"""Push services that hang or refuse for a while, seen through the whole service."""

import pytest

from tests.faults.installation import Installation
from tests.faults.processes import eventually


@pytest.mark.promise(2)
async def test_every_push_arrives_after_300_refusals(sqlite_installation: Installation) -> None:
    installation = sqlite_installation
    server = await installation.serve()
    # Two presses make 160 pushes, so 300 refusals take few rounds of the back-off.
    circle = await installation.circle(server, owners=2, members=4, phones=20)
    installation.fcm.answer(503, times=300)
    first, _ = [await owner.press() for owner in circle.owners]
    await installation.pushed(circle.members, times=2, within=90)
    assert [attempt.status for attempt in installation.fcm.attempts].count(503) == 300
    assert installation.phoned() == dict.fromkeys(circle.tokens, 2)
    # And it is as fast as before.
    await circle.owner.ask("POST", f"/v1/reach-outs/{first['id']}/close", {"outcome": "ok_now"})
    await installation.pushed(circle.members, times=3, within=30)


async def test_a_hanging_fcm_does_not_delay_web_push(sqlite_installation: Installation) -> None:
    installation = sqlite_installation
    server = await installation.serve()
    circle = await installation.circle(server, owners=2, members=4, phones=19, browsers=1)
    installation.fcm.answer(200, times=None, delay=60)

    async def browsers_were_pushed(times: int) -> None:
        expected = dict.fromkeys(circle.browsers, times)
        await eventually(lambda: installation.browsed() == expected, 5, lambda: server.tail)

    # The first press fills every FCM slot; the second meets only its backlog.
    for times, owner in enumerate(circle.owners, start=1):
        await owner.press()
        # A send to FCM times out after 8 s: if browsers had waited for it, they would be later than that.
        await browsers_were_pushed(times)
    assert installation.fcm.attempts  # it was tried, and got no reply
