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
