"""A phone with the app lock, for the tests of it: locking it, opening it, holding its lamp; and whose phone it is."""

from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import NewPhone
from tests.browser.phone import SCRIPTS, Phone
from tests.faults.people import Person

PIN = "246810"


async def opens_app(new_phone: NewPhone, person: Person, where: str = "", **more: Any) -> Phone:
    phone = await new_phone(person.name, **more)
    await phone.belongs_to(person)
    await phone.open(where)
    return phone


async def sets_pin(phone: Phone, after: str = "After 5 minutes away") -> None:
    await phone.open("#/settings/lock")
    await phone.page.get_by_label(after).check()
    await phone.page.get_by_label("A new PIN").fill(PIN)
    await phone.press_button("Lock with this PIN")
    await phone.sees("It asks for your PIN")


async def locked_by_pin(new_phone: NewPhone, person: Person, **more: Any) -> Phone:
    """A phone of somebody with a number in the circle, locked after a restart."""
    phone = await opens_app(new_phone, person, **more)
    await phone.sees("1 person can be reached now.")
    await phone.controlled()
    await sets_pin(phone)
    await phone.open()
    await phone.page.reload()
    await phone.sees_heading("Locked")
    return phone


async def types_pin(page: Page, pin: str = PIN) -> None:
    await page.get_by_label("Your PIN").fill(pin)
    await page.get_by_role("button", name="Open", exact=True).click()


async def shows_nothing_of(phone: Phone, *words: str) -> None:
    """Neither in the page nor in what is read out."""
    content = await phone.page.content()
    read_out = await phone.page.locator("body").aria_snapshot()
    for word in ("Ben", *words):
        assert word not in content, f"{word} is in the page"
        assert word not in read_out, f"{word} is read out"
    assert await phone.page.title() == "Porchlight"


async def holds_lamp(phone: Phone) -> None:
    """Hold the lamp of the locked screen until it is a press."""
    await phone.button("Reach out now").hover()
    await phone.page.mouse.down()
    await expect(phone.button("Undo").or_(phone.heading("Not sent yet"))).to_be_visible()
    await phone.page.mouse.up()


async def has_it_alone(phone: Phone) -> None:
    """Answer what is asked once on a phone, after signing in."""
    await phone.press_button("It is mine alone")


async def keeps(phone: Phone, field: Locator, words: str, where: str) -> None:
    """Type, load the page anew, and open the lock: the words still stand there, and nobody reads them on the phone."""
    await phone.open(where)
    await field.fill(words)
    await phone.page.wait_for_timeout(300)
    await phone.page.reload()
    await types_pin(phone.page)
    await expect(field).to_have_value(words)
    assert words not in f"{await phone.page.evaluate((SCRIPTS / 'kept.js').read_text())}"
