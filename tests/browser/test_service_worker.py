"""The service worker without the app's page: a tap on an alarm, and a push subscription replaced by the browser."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.installation import Installation

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.whole_browser
async def test_tapping_the_alarm_opens_the_app_beside_other_pages_of_the_origin(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    reach_out = await noor.press()
    await phone.pushed("reach_out")
    await phone.shows_notification()
    await phone.page.goto(f"{phone.url}/docs")

    # A browser lets a worker open or focus a window only after a real tap, so the test replaces those calls.
    worker = await phone.worker()
    await worker.evaluate(
        """() => { self.standing = [];
             WindowClient.prototype.focus = async function () { return this; };
             self.clients.openWindow = async (url) => {
               self.standing.push([url, (await self.registration.getNotifications()).length]);
               return null;
             }; }"""
    )
    await phone.taps_notification()
    await _becomes(phone, "self.standing", [[f"/#/reach-outs/{reach_out['id']}", 1]])
    await _becomes(phone, "(await self.registration.getNotifications()).length", 0)
    await expect(phone.page).to_have_url(f"{phone.url}/docs")


async def test_a_replaced_subscription_is_registered_without_the_old_one(
    new_phone: NewPhone, circle: NewCircle, installation: Installation
) -> None:
    _, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    await phone.controlled()
    before = {device["id"] for device in (await ben.ask("GET", "/v1/devices"))["items"]}
    fresh = installation.push.subscribe((await phone.asks("/v1/config"))["webpush_public_key"])
    worker = await phone.worker()
    await worker.evaluate(
        """([endpoint, keys]) => {
             const asked = self.asked = [];
             self.registration.pushManager.constructor.prototype.subscribe = async ({ applicationServerKey }) => {
               asked.push(applicationServerKey);
               return { toJSON: () => ({ endpoint, keys }) };
             };
             self.dispatchEvent(new ExtendableEvent('pushsubscriptionchange')); }""",
        [fresh.endpoint, fresh.keys],
    )
    await _becomes(phone, "self.asked.length", 1)
    for _ in range(200):
        after = {device["id"] for device in (await ben.ask("GET", "/v1/devices"))["items"]}
        if after - before:
            return
        await phone.page.wait_for_timeout(100)
    raise AssertionError("the server does not know the new address")


async def _becomes(phone: Phone, what: str, wanted: object) -> None:
    worker = await phone.worker()
    for _ in range(200):
        result = await worker.evaluate(f"async () => {what}")
        if result == wanted:
            return
        await phone.page.wait_for_timeout(50)
    assert result == wanted
