"""The phone app inside an app that wraps it: its own push service is registered, and what it cannot do at night is said."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.world.patience import patient

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

CAPACITOR = """
self.listeners = {};
self.Capacitor = {
  isNativePlatform: () => true,
  nativePromise: async (plugin, method) => ({ receive: 'granted', token: 'token-of-the-wrapping-app' }),
  addListener: (plugin, event, listener) => { self.listeners[event] = listener; },
};
"""
TAP = "data => self.listeners.notificationActionPerformed({ notification: { data } })"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"


async def devices(phone: Phone) -> list[dict[str, Any]]:
    return [device for device in (await phone.asks("/v1/devices"))["items"] if device["disabled_at"] is None]


async def registered(phone: Phone, within: float = 10.0) -> list[dict[str, Any]]:
    """Return the phone's devices as soon as there are any."""
    waited = 0.0
    while not (found := await devices(phone)) and waited < patient(within):
        await asyncio.sleep(0.05)
        waited += 0.05
    return found


async def test_a_wrapped_app_is_pushed_through_its_own_service_alone(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    for device in (await ben.ask("GET", "/v1/devices"))["items"]:
        await ben.ask("DELETE", f"/v1/devices/{device['id']}", expect=204)
    phone = await new_phone("Ben")
    await phone.context.add_init_script(CAPACITOR)
    await phone.belongs_to(ben)
    await phone.open()
    assert [device["kind"] for device in await registered(phone)] == ["fcm"]
    await phone.open("#/settings")
    await phone.sees("Notifications are on")

    # A tap on its notification opens the reach-out that it is about.
    reach_out = await noor.press()
    await phone.page.evaluate(TAP, {"url": f"/#/reach-outs/{reach_out['id']}"})
    await expect(phone.link("Calling now").or_(phone.button("Calling now")).first).to_be_visible()
    assert len(await devices(phone)) == 1


@pytest.mark.parametrize(
    ("agent", "sentence"),
    [
        (IPHONE, "Silent mode it cannot break."),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36", "Do Not Disturb keeps this app quiet"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "A computer that sleeps wakes nobody."),
    ],
)
async def test_what_an_app_cannot_do_at_night_is_said_where_one_decides_about_nights(
    new_phone: NewPhone, circle: NewCircle, agent: str, sentence: str
) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor", width=320, user_agent=agent)
    await phone.belongs_to(noor)
    await phone.open("#/settings/hours")
    await phone.sees_heading("My hours")
    await phone.sees(sentence)
    await phone.is_sound()
