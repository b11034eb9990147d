"""What happens elsewhere leaves the page alone that somebody is busy with."""

import asyncio

import pytest
from playwright.async_api import Response, Route, expect

from tests.browser.calm import asked, of
from tests.browser.conftest import NewCircle, NewPhone
from tests.world.patience import patient

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def test_a_reach_out_that_ends_elsewhere_leaves_what_is_being_typed(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    maya, ben = await circle("Maya", "Ben")
    calm = await asked(maya, ben)
    phone = await of(new_phone, maya, "#/check-ins/new")
    note = phone.page.get_by_role("textbox")
    await note.click()
    await phone.page.keyboard.type("It was a long")
    known = asyncio.Event()

    async def hear(response: Response) -> None:
        if "/v1/reach-outs?open" in response.url and not (await response.json())["items"]:
            known.set()

    phone.page.on("response", hear)
    await maya.ask("POST", f"/v1/reach-outs/{calm}/close", {"outcome": "ok_now"})
    await asyncio.wait_for(known.wait(), patient(10))
    await asyncio.sleep(0.5)
    await phone.page.keyboard.type(" day.")
    await expect(note).to_have_value("It was a long day.")


async def test_a_slow_reply_pulls_nobody_from_the_page_they_went_to(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await of(new_phone, maya, "#/check-ins/new")
    slow = asyncio.Event()

    async def hold(route: Route) -> None:
        await slow.wait()
        await route.continue_()

    await phone.page.route("**/v1/check-ins", hold)
    await phone.page.get_by_role("textbox").fill("A long day.")
    await phone.press_button("Keep this")
    await phone.go("Circle")
    await phone.sees_heading("Your circle")
    slow.set()
    await phone.sees("Kept.")
    await expect(phone.heading("Your circle")).to_be_visible()
