"""A new version of the app is installed quietly, never while somebody is waiting for an answer."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import SCRIPTS
from tests.faults.installation import Installation
from tests.faults.processes import Server
from tests.world.patience import patient

pytestmark = pytest.mark.asyncio(loop_scope="session")

HIDE = (SCRIPTS / "hide.js").read_text()
SHOW = (SCRIPTS / "show.js").read_text()
WAITS = "async () => (await navigator.serviceWorker.getRegistration())?.waiting != null"
CACHES = "async () => (await caches.keys()).map((name) => name.split('-')[0])"


async def test_it_waits_for_the_end_of_a_reach_out(
    new_phone: NewPhone, circle: NewCircle, installation: Installation, server: Server
) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.controlled()
    await phone.press_button("Reach out now")
    await phone.sees_heading(re.compile("^Ben is told"))

    # Meanwhile the server is replaced by the next version.
    server.kill()
    await installation.start(port=server.port, module="tests.browser.next_release").answers()
    await phone.page.evaluate(SHOW)
    for _ in range(100):
        if await phone.page.evaluate(WAITS):
            break
        await phone.page.wait_for_timeout(100)
    assert await phone.page.evaluate(WAITS)
    await phone.page.evaluate("window.same = 'page'")

    # Hiding and showing the page does not activate it while the reach-out is open; nor does a message to the worker.
    await phone.page.evaluate(HIDE)
    await phone.page.evaluate(
        "navigator.serviceWorker.getRegistration().then((one) => one.waiting.postMessage('take-over'))"
    )
    await phone.page.wait_for_timeout(1_500)
    assert await phone.page.evaluate(WAITS)
    assert await phone.page.evaluate("window.same") == "page"
    assert await phone.page.evaluate(CACHES) == ["shell", "newer"]
    await phone.page.evaluate(SHOW)
    assert len(await ben.inbox()) == 1

    # Once it is closed, the new version is activated when the page is next hidden.
    await phone.press_button("I pressed by mistake")
    await expect(phone.button("Reach out now")).to_be_visible()
    await phone.page.wait_for_timeout(500)
    await phone.page.evaluate(HIDE)
    await expect(phone.page.locator("meta[name=version]")).to_have_attribute(
        "content", "newer", timeout=patient(10_000)
    )
    assert await phone.page.evaluate(CACHES) == ["newer"]
    await phone.sees("1 person can be reached now.")
