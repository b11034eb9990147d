"""A button that was refused says so, where somebody looks, and works when it is pressed once more."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Route, expect

from tests.browser.calm import of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.eventually import eventually
from tests.browser.phone import Phone
from tests.faults.people import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

REFUSED = "That did not work. Please try again in a moment."
Act = Callable[[Phone], Awaitable[None]]


async def _refuses(phone: Phone, path: str) -> None:
    """Let the server be in trouble for whatever changes something at this path."""

    async def trouble(route: Route) -> None:
        if route.request.method == "GET":
            await route.fallback()
        else:
            await route.fulfill(status=503, json={"type": "/problems/unavailable", "status": 503})

    await phone.page.route(path, trouble)


async def _is_refused_then_works(phone: Phone, path: str, button: str, done: Callable[[], Awaitable[None]]) -> None:
    await _refuses(phone, path)
    await phone.press_button(button)
    message = phone.text(REFUSED).last
    await expect(message).to_be_visible()
    # Nothing lies over it.
    assert await message.evaluate(
        "one => { const { x, y, width, height } = one.getBoundingClientRect();"
        " return one.contains(document.elementFromPoint(x + width / 2, y + height / 2)); }"
    )
    await phone.page.unroute(path)
    await phone.press_button(button)
    await done()
    await expect(phone.text(REFUSED)).to_have_count(0)


async def test_a_mute_that_was_refused_says_so_over_its_sheet(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    phone = await of(new_phone, ana, f"#/people/{maya.id}", service_workers="block")
    await phone.press_button("More about Maya")
    await _is_refused_then_works(
        phone, "**/v1/supporting/*", "For a week", lambda: expect(phone.button("Notify me again")).to_be_visible()
    )


async def test_we_talked_that_was_refused_says_so(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    phone = await of(new_phone, maya, f"#/people/{ana.id}", service_workers="block")
    await _is_refused_then_works(phone, "**/talked", "We talked today", lambda: phone.sees("You and Ana talked."))


async def test_i_see_you_that_was_refused_says_so(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    await _shares_a_check_in(maya)
    phone = await of(new_phone, ana, f"#/people/{maya.id}", service_workers="block")
    await _is_refused_then_works(phone, "**/seen", "I see you", lambda: phone.sees("Maya knows that you see it."))


async def _shares_a_check_in(person: Person) -> None:
    [member] = (await person.ask("GET", "/v1/circle"))["items"]
    await person.ask("POST", "/v1/check-ins", {"feeling": 2, "share_with": [member["id"]]}, 201)


async def test_an_invitation_that_could_not_be_taken_back_says_so(new_phone: NewPhone, circle: NewCircle) -> None:
    [maya] = await circle("Maya")
    await maya.ask("POST", "/v1/invitations", {"role": "friend", "label": "Ben"}, 201)
    phone = await of(new_phone, maya, "#/circle", service_workers="block")
    await phone.press_button(re.compile("^Ben"))
    await phone.press_button("Take it back")
    await _is_refused_then_works(
        phone,
        "**/v1/invitations/*",
        "Yes, take it back",
        lambda: expect(phone.button(re.compile("^Ben"))).to_have_count(0),
    )


async def test_a_number_that_is_still_shared_says_so(new_phone: NewPhone, circle: NewCircle) -> None:
    [maya] = await circle("Maya")
    await maya.ask("PATCH", "/v1/me", {"contact": "+44 20 7946 0000"})
    phone = await of(new_phone, maya, "#/settings/number", service_workers="block")
    await _is_refused_then_works(
        phone, "**/v1/me", "Stop sharing it", lambda: expect(phone.button("Stop sharing it")).to_have_count(0)
    )


async def test_a_button_that_fails_by_itself_says_so(new_phone: NewPhone, circle: NewCircle) -> None:
    [maya] = await circle("Maya")
    phone = await of(new_phone, maya, "#/circle/invite")
    await phone.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }"
    )
    await phone.press_button("Show code and link")
    await phone.press_button("Copy link")
    await phone.sees(REFUSED)
    assert [error.splitlines()[0] for error in phone.errors] == ["Error: not allowed"]
    phone.errors.clear()


async def test_what_was_chosen_after_a_refusal_stays_chosen(new_phone: NewPhone, circle: NewCircle) -> None:
    [maya] = await circle("Maya")
    phone = await of(new_phone, maya, "#/settings/rhythm", service_workers="block")
    check_in = phone.page.get_by_role("switch", name="A moment for a check-in")
    week = phone.page.get_by_role("switch", name="A moment for the week")
    slow = asyncio.Event()

    tried: list[str] = []

    async def hold(route: Route) -> None:
        if route.request.method == "PUT" and not tried:
            tried.append(route.request.method)
            await slow.wait()
            await route.fulfill(status=503, json={"type": "/problems/unavailable", "status": 503})
        else:
            await route.fallback()

    await phone.page.route("**/v1/me/rhythm", hold)
    await check_in.check()
    await week.check()
    slow.set()
    await eventually(lambda: maya.ask("GET", "/v1/me/rhythm"), lambda rhythm: rhythm["check_in"] and rhythm["week"])
    await expect(phone.text(REFUSED)).to_have_count(0)
    await expect(check_in).to_be_checked()
    await expect(week).to_be_checked()
