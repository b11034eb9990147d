"""Odd values, from the browser or from the server: a screen may fail, but the button, the numbers and the nav stay."""

import asyncio
import json
import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import NewCircle, NewPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOLD = re.compile("told|phone|saved|reached")
ODD = """
Object.defineProperty(Navigator.prototype, 'languages', { get: () => ['en-US@posix', 'C'] });
Object.defineProperty(Navigator.prototype, 'language', { get: () => undefined });
Intl.DateTimeFormat.prototype.format = () => { throw new RangeError('no format here'); };
Intl.ListFormat = undefined;
"""


async def test_a_browser_with_odd_values_signs_up_and_presses(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.context.add_init_script(ODD)
    await phone.open()
    await phone.sign_up()
    await phone.no_longer_sees("taking long to start")

    await phone.belongs_to(noor)
    await phone.page.goto("about:blank")
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.press_button("Reach out now")
    await phone.sees_heading(TOLD, within=20)


async def test_a_failing_screen_keeps_the_button_the_numbers_and_the_nav(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, ben = await circle("Noor", "Ben")
    await ben.ask("PATCH", "/v1/me", {"contact": "+44 20 7946 0000"})
    phone = await new_phone("Noor", service_workers="block")
    await phone.belongs_to(noor)
    odd = True

    async def answer(route: Route) -> None:
        given = await route.fetch()
        circle = await given.json()
        if odd:
            circle["items"].append({**circle["items"][0], "id": "odd", "person": 7, "contact": None, "words": 7})
            circle["items"].append(None)
        await route.fulfill(response=given, body=json.dumps(circle))

    await phone.page.route("**/v1/circle?*", answer)
    await phone.open()
    await phone.sees_heading("This page could not be shown.")
    await expect(phone.button("Reach out now")).to_be_visible()
    await expect(phone.link(re.compile("^Call Ben"))).to_have_attribute("href", "tel:+442079460000")
    await expect(phone.link("Settings")).to_be_visible()

    await phone.press_button("Reach out now")
    await phone.sees_heading(TOLD, within=20)
    assert len(await ben.inbox()) == 1
    await phone.go("Circle")
    await phone.sees_heading("This page could not be shown.")
    await phone.sees("Your reach-out is still open.")
    odd = False
    await phone.press_button("Try again")
    await phone.sees_heading("Circle")
    # The cause is in the console.
    assert phone.errors
    phone.errors.clear()


async def test_a_server_that_takes_long_leaves_no_empty_page(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor", service_workers="block")
    await phone.belongs_to(noor)
    slow = asyncio.Event()

    async def hold(route: Route) -> None:
        await slow.wait()
        await route.continue_()

    await phone.page.route("**/v1/me", hold)
    await phone.open()
    await phone.sees("Porchlight is taking long to start.")
    slow.set()
    await phone.sees("1 person can be reached now.")
    await phone.no_longer_sees("taking long to start")
