"""A field that somebody types into stays under their fingers, with its text and the caret in it, whatever else changes on the page."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.calm import asked, of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.locked import PIN, holds_lamp, locked_by_pin
from tests.browser.phone import Phone
from tests.faults.people import are_free

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

CARET = "[document.activeElement.selectionStart, document.activeElement.selectionEnd]"


async def loses_the_network(phone: Phone) -> None:
    await phone.context.set_offline(True)
    await phone.page.evaluate("dispatchEvent(new Event('offline'))")


async def test_the_caret_stays_in_a_word_when_somebody_answers(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    phone = await of(new_phone, noor)
    field = phone.page.get_by_role("textbox")
    await field.click()
    await phone.page.keyboard.type("I am the station")
    for _ in range(len("the station")):
        await phone.page.keyboard.press("ArrowLeft")
    await ben.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "calling"})
    await phone.sees_heading("Ben is calling you now")
    await phone.page.keyboard.type("at ")
    await expect(field).to_have_value("I am at the station")
    await field.evaluate("(one) => one.setSelectionRange(0, 4)")
    await ben.ask("POST", f"/v1/reach-outs/{reach_out['id']}/messages", {"text": "Where are you?"})
    await phone.sees("Where are you?")
    assert await phone.page.evaluate(CARET) == [0, 4]


async def test_a_pin_stays_typed_when_the_press_arrives(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor)
    await phone.context.set_offline(True)
    await phone.page.reload()
    await holds_lamp(phone)
    await phone.sees_heading("Not sent yet")
    field = phone.page.get_by_label("Your PIN")
    await field.click()
    await phone.page.keyboard.type(PIN[:4])
    await phone.context.set_offline(False)
    await phone.sees_heading("Your people are told.")
    await phone.page.keyboard.type(PIN[4:])
    await expect(field).to_have_value(PIN)
    await phone.page.keyboard.press("Enter")
    await phone.sees_heading("Ben is told.")


async def test_a_calm_word_stays_without_a_network(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    await are_free(ben)
    phone = await of(new_phone, maya, "#/calm")
    field = phone.page.get_by_label("A word, if you like")
    await field.click()
    await loses_the_network(phone)
    await phone.sees("There is no connection right now")
    await phone.page.keyboard.type("a")
    await phone.page.keyboard.press("Backspace")
    await phone.page.keyboard.type("A voice")
    await expect(field).to_have_value("A voice")
    await phone.context.set_offline(False)


async def test_whoever_writes_when_the_yes_comes_goes_on(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    calm = await asked(maya, ben)
    await ben.ask("POST", f"/v1/reach-outs/{calm}/messages", {"text": "One moment."}, 201)
    phone = await of(new_phone, maya, "#/calm")
    await phone.sees("One moment.")
    field = phone.page.get_by_role("textbox")
    await field.click()
    await phone.page.keyboard.type("No")
    await ben.ask("POST", f"/v1/reach-outs/{calm}/answers", {"kind": "soon", "minutes": 30})
    await phone.sees_heading(re.compile("^Ben can talk at"))
    await phone.page.keyboard.type(" hurry.")
    await expect(field).to_have_value("No hurry.")


async def test_an_invitation_that_is_written_stays_when_somebody_says_yes(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    maya, _ = await circle("Maya", "Ben")
    (eli,) = await circle("Eli")
    link = await maya.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
    phone = await of(new_phone, maya, "#/circle")
    await phone.press_button("Invite someone")
    field = phone.page.get_by_label("Who is it for?")
    await field.click()
    await phone.page.keyboard.type("Uncle")
    await eli.ask("POST", "/v1/invitations/accept", {"token": link["token"]}, 201)
    await expect(phone.page.get_by_text("Eli said yes.").first).to_be_attached()
    await phone.page.keyboard.type(" Sam")
    await expect(field).to_have_value("Uncle Sam")
    # A code that is shown makes room for the two words.
    await phone.press_button("Show code and link")
    await phone.sees("Let them point their camera here")


async def test_a_time_that_is_typed_stays_when_the_page_is_drawn_anew(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    choice = {"check_in": {"at": "21:00", "days": [0, 1, 2]}, "week": None}
    await maya.ask("PUT", "/v1/me/rhythm", choice)
    phone = await of(new_phone, maya, "#/settings/rhythm", service_workers="block")
    field = phone.page.get_by_label("Time of the check-in")
    await expect(field).to_have_value("21:00")
    await field.focus()
    await phone.page.keyboard.press("Backspace")
    await expect(field).to_have_value("")
    async with phone.page.expect_response("**/v1/circle*"):
        await phone.page.evaluate("dispatchEvent(new Event('online'))")
    await phone.page.wait_for_timeout(500)
    # Half a time is no value; the old one in its place would end what is being typed.
    await expect(field).to_have_value("")
    await phone.page.keyboard.type("08")
    await expect(field).to_have_value(re.compile("^(08|20):00$"))
