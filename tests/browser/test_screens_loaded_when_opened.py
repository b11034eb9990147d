"""Screens are loaded when they are opened: cached for offline use, with a clear message where loading fails."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABS = {"Inbox": "Inbox", "Circle": "Circle", "Settings": "Settings"}


async def test_every_tab_opens_without_a_network(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.controlled()
    await phone.context.set_offline(True)
    for tab, head in TABS.items():
        await phone.go(tab)
        await phone.sees_heading(re.compile(head))


async def test_a_screen_that_fails_to_load_says_so_and_keeps_the_button(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor", service_workers="block")
    await phone.belongs_to(noor)
    await phone.page.route(re.compile(r"/assets/later-[^/]+\.js$"), lambda route: route.abort())
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await phone.go("Circle")
    await phone.sees_heading("This page is not on this phone yet.")
    await phone.press_button("Try again")
    await phone.sees_heading("This page is not on this phone yet.")

    await phone.go("Home")
    await phone.press_button("Reach out now")
    await expect(phone.button("Undo")).to_have_count(0)
    await phone.sees_heading(re.compile("phone|told"))
    assert len(await ben.inbox()) == 1

    await phone.page.unroute_all()
    await phone.go("Circle")
    await phone.sees_heading("Circle")
    phone.errors.clear()  # the browser's own console error about the script that it could not fetch
