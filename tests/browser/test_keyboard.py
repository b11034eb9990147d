"""Keyboard only: everything that matters works with Tab, Enter, Space and the arrow keys."""

import secrets

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.keyboard import stands_at_the_heading, tab_to
from tests.faults.people import PASSPHRASE

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_from_the_first_screen_to_home(new_phone: NewPhone) -> None:
    phone = await new_phone("Noor")
    keys = phone.page.keyboard
    await phone.open()
    await expect(phone.link("Create account")).to_be_visible()
    await tab_to(phone.page, phone.link("Create account"))
    await keys.press("Enter")
    await stands_at_the_heading(phone.page, "Make yourself at home.")
    for label, text in (
        ("What your people call you", "Noor"),
        ("Sign-in name", f"noor.{secrets.token_hex(4)}"),
        ("Passphrase", PASSPHRASE),
    ):
        await tab_to(phone.page, phone.page.get_by_label(label))
        await keys.type(text)
    await tab_to(phone.page, phone.page.get_by_label("I am 18 or older"))
    await keys.press("Space")
    await keys.press("Enter")
    await stands_at_the_heading(phone.page, "Ten keys for a bad day.")
    await phone.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=phone.url)
    await tab_to(phone.page, phone.button("Copy"))
    await keys.press("Enter")
    await expect(phone.button("Copied")).to_be_focused()
    await tab_to(phone.page, phone.button("I have written them down"))
    await keys.press("Enter")
    await stands_at_the_heading(phone.page, "Your circle is still empty.")


async def test_a_press_undone_and_a_press_sent(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    keys = phone.page.keyboard
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    await tab_to(phone.page, phone.button("Reach out now"))
    await keys.press("Enter")
    # Not at "Undo": a key that is held a moment too long must not cancel the press.
    await stands_at_the_heading(phone.page, "In a moment Ben is told.")
    await tab_to(phone.page, phone.button("Undo"))
    await keys.press("Enter")
    await stands_at_the_heading(phone.page, "1 person can be reached now.")

    await tab_to(phone.page, phone.button("Reach out now"))
    await keys.press("Space")
    await stands_at_the_heading(phone.page, "In a moment Ben is told.")
    await stands_at_the_heading(phone.page, "Ben is told.")
    assert len(await ben.inbox()) == 1
    await tab_to(phone.page, phone.button("I pressed by mistake"))
    await keys.press("Enter")
    await stands_at_the_heading(phone.page, "In a moment your people hear that it was a mistake.")
    await expect(phone.button("Reach out now")).to_be_visible(timeout=15_000)
    assert (await noor.ask("GET", "/v1/reach-outs?open=true"))["items"] == []


async def test_member_steps_are_set_by_keyboard(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _, _ = await circle("Noor", "Ben", "Ana")
    phone = await new_phone("Noor")
    keys = phone.page.keyboard
    await phone.belongs_to(noor)
    await phone.open("#/circle/times")
    grip = phone.button("Move Ana. Arrow keys move up or down.")
    await expect(grip).to_be_visible()
    for key, text, step in (
        ("ArrowDown", "Ana is now told later.", 2),
        ("ArrowUp", "Ana is now told at once.", 1),
        ("Enter", "Ana is now told later.", 2),
    ):
        await tab_to(phone.page, grip)
        await keys.press(key)
        await expect(phone.page.get_by_role("status").filter(has_text=text)).to_be_visible()
        members = (await noor.ask("GET", "/v1/circle"))["items"]
        assert {member["person"]["display_name"]: member["step"] for member in members}["Ana"] == step
        # The row has moved, and the focus with it.
        await expect(grip).to_be_focused()


async def test_a_sheet_traps_focus_and_returns_it(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/circle")
    await phone.link("Ben").click()
    more = phone.button("More about Ben")
    await expect(more).to_be_visible()
    await tab_to(phone.page, more)
    await phone.page.keyboard.press("Enter")
    sheet = phone.page.get_by_role("dialog", name="Ben")
    await expect(sheet).to_be_visible()
    await tab_to(phone.page, sheet.get_by_role("button", name="Remove from my circle"))
    await phone.page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await expect(more).to_be_focused()
