"""Words to those who are told: what is typed stays, whatever happens on the page meanwhile."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.people import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

MESSAGES = "**/v1/reach-outs/*/messages"


async def pressed(new_phone: NewPhone, circle: NewCircle) -> tuple[Phone, Person, str]:
    """Return Noor's phone after her press, Ben whom it tells, and the path of the reach-out."""
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    return phone, ben, f"/v1/reach-outs/{reach_out['id']}"


async def test_typed_words_stay_when_somebody_answers(new_phone: NewPhone, circle: NewCircle) -> None:
    phone, ben, path = await pressed(new_phone, circle)
    field = phone.page.get_by_role("textbox")
    await field.click()
    await phone.page.keyboard.type("I am at the")
    await ben.ask("POST", f"{path}/answers", {"kind": "calling"})
    await phone.sees_heading("Ben is calling you now")
    # The same field, with the keyboard still in it.
    await phone.page.keyboard.type(" station.")
    await expect(field).to_have_value("I am at the station.")
    # The first message moves the field above the buttons.
    await ben.ask("POST", f"{path}/messages", {"text": "Where are you?"})
    await phone.sees("Where are you?")
    await expect(field).to_have_value("I am at the station.")
    await field.press("Enter")
    await expect(phone.page.get_by_role("listitem").get_by_text("I am at the station.")).to_be_visible()
    await expect(field).to_have_value("")


async def test_what_is_typed_while_words_are_on_their_way_stays(new_phone: NewPhone, circle: NewCircle) -> None:
    phone, ben, path = await pressed(new_phone, circle)
    held = asyncio.Event()

    async def slow(route: Route) -> None:
        if route.request.method == "POST":
            await held.wait()
        await route.continue_()

    await phone.page.route(MESSAGES, slow)
    field = phone.page.get_by_role("textbox")
    await field.fill("One")
    # Two quick taps are one wish.
    await field.press("Enter")
    await field.press("Enter")
    await field.press_sequentially(" and two")
    held.set()
    await expect(field).to_have_value("and two")
    await field.press("Enter")
    await expect(field).to_have_value("")
    kept = await ben.ask("GET", f"{path}/messages")
    assert [message["text"] for message in kept["items"]] == ["One", "and two"]


async def test_words_whose_reply_was_lost_can_be_changed_and_sent(new_phone: NewPhone, circle: NewCircle) -> None:
    phone, ben, path = await pressed(new_phone, circle)

    async def lose(route: Route) -> None:
        if route.request.method == "POST":
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await phone.page.route(MESSAGES, lose)
    field = phone.page.get_by_role("textbox")
    await field.fill("Come")
    await field.press("Enter")
    await expect(phone.page.get_by_role("alert")).to_be_visible()
    await expect(field).to_have_value("Come")
    await phone.page.unroute(MESSAGES)
    await field.fill("Come, please")
    await field.press("Enter")
    await expect(field).to_have_value("")
    kept = await ben.ask("GET", f"{path}/messages")
    assert [message["text"] for message in kept["items"]] == ["Come", "Come, please"]
