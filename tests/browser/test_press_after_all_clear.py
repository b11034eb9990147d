"""An all-clear that waits for a network keeps nobody from pressing anew."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser.calm import of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.eventually import eventually
from tests.browser.phone import Phone
from tests.faults.people import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

PRESS, WAITS = "Reach out now", "Your people have not been told yet."
OPEN = "/v1/reach-outs?mine=true&open=true"


async def _ends_it_offline(new_phone: NewPhone, person: Person) -> Phone:
    await person.press()
    phone = await of(new_phone, person)
    await phone.controlled()
    await phone.sees_heading(re.compile("told"))
    await phone.context.set_offline(True)
    await phone.press_button("I'm okay now")
    await phone.sees_heading(WAITS)
    return phone


async def _open_ones(person: Person) -> list[dict[str, Any]]:
    return list((await person.ask("GET", OPEN))["items"])


async def test_a_press_takes_its_place_and_reaches_the_same_people(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    phone = await _ends_it_offline(new_phone, maya)
    await phone.is_sound()
    await phone.press_button(PRESS)
    await phone.sees_heading("Not sent yet")
    # Also after the app was closed.
    await phone.page.reload()
    await phone.sees_heading("Not sent yet")
    await phone.context.set_offline(False)
    await phone.sees_heading(re.compile("told"), within=20)
    [only] = await _open_ones(maya)
    assert only["state"] == "waiting"
    assert [notice["kind"] for notice in await ben.inbox()] == ["reach_out"]


async def test_taken_back_the_all_clear_waits_again(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await _ends_it_offline(new_phone, maya)
    await phone.press_button(PRESS)
    await phone.press_button("Undo")
    await phone.sees_heading(WAITS)
    await phone.context.set_offline(False)
    await eventually(lambda: _open_ones(maya), lambda open_ones: not open_ones)


async def test_an_all_clear_that_was_under_way_leaves_the_press_alone(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    await maya.press()
    [before] = await _open_ones(maya)
    phone = await of(new_phone, maya, service_workers="block")
    await phone.sees_heading(re.compile("told"))
    slow = asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        await slow.wait()
        await route.fulfill(response=answer)

    await phone.page.route("**/close", hold)
    await phone.press_button("I'm okay now")
    await phone.sees_heading(WAITS)
    await phone.press_button(PRESS)
    await expect(phone.button("Undo")).to_be_visible()
    slow.set()
    await phone.sees_heading(re.compile("^Ben is told"))
    [after] = await _open_ones(maya)
    assert after["id"] != before["id"]
