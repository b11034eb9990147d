"""A reply that was on its way before a press says nothing of it."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.calm import PRESS, of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.eventually import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def test_home_does_not_come_back_after_a_press_with_an_older_reply(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await of(new_phone, maya)
    await phone.sees("1 person can be reached now.")
    older, newer = asyncio.Event(), asyncio.Event()
    asked: list[str] = []

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        asked.append(route.request.url)
        await (older if len(asked) == 1 else newer).wait()
        await route.fulfill(response=answer)

    await phone.page.route("**/v1/reach-outs?open=true*", hold)
    # Something asks how things stand, before the press.
    await phone.page.evaluate("dispatchEvent(new Event('online'))")
    await phone.button(PRESS).click()
    await eventually(
        lambda: maya.ask("GET", "/v1/reach-outs?mine=true&open=true"), lambda open_ones: len(open_ones["items"]) == 1
    )
    older.set()
    while len(asked) < 2:
        await expect(phone.button(PRESS)).to_have_count(0)
        await asyncio.sleep(0.05)
    await expect(phone.button(PRESS)).to_have_count(0)
    newer.set()
    await phone.sees_heading(re.compile("^Ben is told"))


async def test_a_page_shows_the_newest_reply_in_whatever_order_they_come(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    maya, _ = await circle("Maya", "Ben")
    await maya.ask("PUT", "/v1/circle/ladder", {"ladder": [0, 45, 90, 180]})
    phone = await of(new_phone, maya, service_workers="block")
    await phone.sees("1 person can be reached now.")
    asked, older = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        if not asked.is_set():
            asked.set()
            await older.wait()
        await route.fulfill(response=answer)

    await phone.page.route("**/v1/circle/ladder", hold)
    await phone.page.evaluate("location.hash = '#/circle/times'")
    await asked.wait()
    await maya.ask("PUT", "/v1/circle/ladder", {"ladder": [0, 180, 360, 600]})
    await phone.page.evaluate("dispatchEvent(new Event('online'))")
    slower = phone.page.get_by_label("Slower")
    await expect(slower).to_be_checked()
    older.set()
    await asyncio.sleep(0.5)
    await expect(slower).to_be_checked()
