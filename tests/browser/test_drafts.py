"""What stands typed in a form and was not sent: a reload and the app lock leave it there, until it is sent."""

import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.calm import of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.locked import keeps, sets_pin

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

WORDS = "A long day, and it is not over."
FORMS = {
    "check-in": ("#/check-ins/new", "A few words, if you like", "Keep this"),
    "bookend": ("#/bookends", "What is it? You can leave this out", "Start"),
}


@pytest.mark.parametrize("form", FORMS)
async def test_what_was_typed_outlives_a_reload_and_the_lock(new_phone: NewPhone, circle: NewCircle, form: str) -> None:
    maya, _ = await circle("Maya", "Ben")
    where, label, button = FORMS[form]
    phone = await of(new_phone, maya)
    await phone.sees("1 person can be reached now.")
    await sets_pin(phone)
    field = phone.page.get_by_label(label)
    await keeps(phone, field, WORDS, where)
    await phone.press_button(button)
    await expect(field).to_have_count(0)
    if form == "bookend":
        [bookend] = (await maya.ask("GET", "/v1/bookends?open=true"))["items"]
        assert bookend["what"] == WORDS
        await maya.ask("DELETE", f"/v1/bookends/{bookend['id']}")
    await phone.open("#/settings")
    await phone.open(where)
    if form == "bookend":
        await expect(field).to_have_value("")
    else:
        [kept] = (await maya.ask("GET", "/v1/check-ins?mine=true"))["items"]
        assert kept["note"] == WORDS
        await expect(field).to_have_value("")


async def test_a_commitment_that_was_begun_outlives_a_reload(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await of(new_phone, maya, "#/commitments/new")
    await phone.page.get_by_label("My own words").check()
    own = phone.page.get_by_role("textbox", name="My own words")
    await own.fill("Water the plants")
    await phone.page.get_by_label("Tue", exact=True).check()
    await phone.page.get_by_label("What time?").fill("07:15")
    await phone.page.get_by_label("Ben", exact=True).check()
    await phone.page.wait_for_timeout(300)
    await phone.page.reload()
    await expect(own).to_have_value("Water the plants")
    await expect(phone.page.get_by_label("Tue", exact=True)).to_be_checked()
    await expect(phone.page.get_by_label("What time?")).to_have_value("07:15")
    # Nobody knows of it until a name is tapped.
    await expect(phone.page.get_by_label("Nobody")).to_be_checked()
    await phone.press_button("I mean to do this")
    await phone.sees("Water the plants")
    await phone.link("Something I mean to do").click()
    await expect(phone.page.get_by_label(re.compile("^My own words")).first).not_to_be_checked()


async def test_a_bookend_whose_reply_was_lost_is_begun_once(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await of(new_phone, maya, "#/bookends", service_workers="block")
    sent: list[str] = []

    async def lose(route: Route) -> None:
        """Only the second try gets its reply, and nobody hears of the first."""
        if route.request.method == "POST":
            sent.append(route.request.method)
            answer = await route.fetch()
            if len(sent) == 2:
                await route.fulfill(response=answer)
                return
        await route.abort()

    await phone.page.get_by_label(FORMS["bookend"][1]).fill(WORDS)
    await phone.page.route("**/v1/bookends*", lose)
    await phone.press_button("Start")
    await phone.sees("There is no connection right now.")
    await phone.page.wait_for_timeout(50)
    async with phone.page.expect_response(lambda reply: reply.request.method == "POST") as answered:
        await phone.press_button("Start")
    assert (await answered.value).ok
    await phone.page.unroute("**/v1/bookends*")
    await expect(phone.button("10 more minutes")).to_be_visible()
    assert len((await maya.ask("GET", "/v1/bookends?open=true"))["items"]) == 1


async def test_two_tabs_keep_what_is_typed_in_either(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await of(new_phone, maya, "#/check-ins/new")
    here = phone.page.get_by_label(FORMS["check-in"][1])
    await here.fill("A long")
    other = await phone.context.new_page()
    await other.goto(f"{phone.url}/#/bookends")
    there = other.get_by_label(FORMS["bookend"][1])
    await there.fill("A dinner")
    await other.wait_for_timeout(300)
    await here.fill(WORDS)
    await phone.page.wait_for_timeout(300)
    await other.reload()
    await expect(there).to_have_value("A dinner")
    await phone.page.reload()
    await expect(here).to_have_value(WORDS)
