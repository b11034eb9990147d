"""The app lock: what opens it, what a press does while it is locked, and that nothing of the circle can be seen until it is open."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.eventually import eventually
from tests.browser.locked import (
    PIN,
    holds_lamp,
    locked_by_pin,
    opens_app,
    sets_pin,
    shows_nothing_of,
    types_pin,
)
from tests.browser.phone import SCRIPTS
from tests.faults.people import PASSPHRASE, Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

KEPT = (SCRIPTS / "kept.js").read_text()
HIDDEN = """hidden => {
  Object.defineProperty(document, 'visibilityState', { value: hidden ? 'hidden' : 'visible', configurable: true });
  Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
AWAY = "minutes => { const now = Date.now; Date.now = () => now() + minutes * 60_000; }"


async def _shares_number(person: Person) -> None:
    await person.ask("PATCH", "/v1/me", {"contact": "+442079460000"})


def _kind(notifications: list[dict[str, Any]]) -> str:
    return notifications[-1]["data"]["kind"] if notifications else ""


async def test_a_pin_locks_at_the_start_and_opens(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor)
    await shows_nothing_of(phone)
    await phone.is_sound()
    kept = await phone.page.evaluate(KEPT)
    assert "vault" in kept
    assert "key" not in kept
    assert "letter-key" not in kept
    assert not re.search("Noor|Ben", f"{kept}")
    await types_pin(phone.page, "0000")
    await phone.sees("Only digits, please, and at least six.")
    await types_pin(phone.page, "000000")
    await phone.sees("That is not your PIN.")
    await shows_nothing_of(phone)
    await types_pin(phone.page)
    await phone.sees("1 person can be reached now.")
    # Without a network too.
    await phone.context.set_offline(True)
    await phone.page.reload()
    await phone.sees_heading("Locked")
    await shows_nothing_of(phone)
    await types_pin(phone.page)
    await phone.sees("No connection right now")
    await phone.go("Circle")
    await phone.sees("Ben")


async def test_a_press_works_while_it_is_locked_and_says_no_names(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    await _shares_number(ben)
    phone = await locked_by_pin(new_phone, noor)
    await holds_lamp(phone)
    await shows_nothing_of(phone)
    await phone.press_button("Undo")
    await phone.sees_heading("Locked")
    assert await ben.inbox() == []

    await holds_lamp(phone)
    await phone.sees_heading("Your people are told.")
    await eventually(ben.inbox, lambda notices: len(notices) == 1)
    await expect(phone.link("Call someone")).to_have_attribute("href", "tel:+442079460000")
    await shows_nothing_of(phone)
    await phone.is_sound()
    await phone.page.reload()
    await phone.sees_heading("Your people are told.")
    await shows_nothing_of(phone)
    await types_pin(phone.page)
    await phone.sees(re.compile("Ben"))


async def test_a_locked_press_without_a_network_says_that_it_is_not_sent(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, ben = await circle("Noor", "Ben")
    await _shares_number(ben)
    phone = await locked_by_pin(new_phone, noor)
    await phone.context.set_offline(True)
    await phone.page.reload()
    await holds_lamp(phone)
    await phone.sees_heading("Not sent yet")
    await expect(phone.link("Call someone")).to_be_visible()
    await shows_nothing_of(phone)
    await phone.is_sound()
    await phone.context.set_offline(False)
    await phone.sees_heading("Your people are told.")
    await eventually(ben.inbox, lambda notices: len(notices) == 1)


async def test_it_asks_again_after_the_chosen_time_and_blanks_meanwhile(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor)
    await types_pin(phone.page)
    await phone.sees("1 person can be reached now.")
    await phone.go("Circle")
    await phone.sees("Ben")
    await phone.page.evaluate(HIDDEN, True)
    await expect(phone.page.locator("body")).to_have_css("opacity", "0")
    await phone.page.evaluate(HIDDEN, False)
    await expect(phone.page.locator("body")).to_have_css("opacity", "1")
    await phone.sees("Ben")

    await phone.page.evaluate(HIDDEN, True)
    await phone.page.evaluate(AWAY, 5)
    await phone.page.evaluate(HIDDEN, False)
    await phone.sees_heading("Locked")
    await shows_nothing_of(phone)
    await types_pin(phone.page)
    # Where it was.
    await phone.sees("Ben")
    await phone.page.evaluate(HIDDEN, True)
    await phone.page.evaluate(AWAY, -60)
    await phone.page.evaluate(HIDDEN, False)
    await phone.sees_heading("Locked")


async def test_wrong_pins_wait_across_a_reload(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor)
    for _ in range(2):
        await types_pin(phone.page, "111111")
        await phone.sees("That is not your PIN.")
        await phone.page.reload()
    await types_pin(phone.page, "111111")
    await phone.sees("Too many wrong PINs.")
    await phone.page.reload()
    await phone.sees("Too many wrong PINs.")
    await expect(phone.page.get_by_label("Your PIN")).to_be_hidden()
    await expect(phone.button("Reach out now")).to_be_visible()
    await phone.is_sound()

    # Signing in again is the way in for whoever has forgotten it, and takes the lock away.
    await phone.press_button("Sign in again")
    await phone.press_button("Sign out")
    await phone.page.get_by_label("Sign-in name").fill(noor.sign_in_name)
    await phone.page.get_by_label("Passphrase").fill(PASSPHRASE)
    await phone.press_button("Sign in")
    await phone.sees("1 person can be reached now.")
    await phone.page.reload()
    await phone.sees("1 person can be reached now.")


@pytest.mark.whole_browser
async def test_a_tapped_push_opens_the_lock_first(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await opens_app(new_phone, ben)
    await phone.switches_notifications_on()
    await sets_pin(phone)
    await phone.open()
    await phone.page.reload()
    await phone.sees_heading("Locked")
    await noor.press()
    await phone.pushed("reach_out")
    shown = await eventually(phone.notifications, lambda all_of_them: _kind(all_of_them) == "reach_out")
    assert "Noor" not in f"{shown}"
    await phone.taps_notification()
    await expect(phone.page).to_have_url(re.compile("reach-outs"))
    await phone.sees_heading("Locked")
    await shows_nothing_of(phone, "Noor")
    await types_pin(phone.page)
    await phone.sees(re.compile("Noor"))


async def test_the_phones_own_finger_opens_it_offline(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await opens_app(new_phone, noor, "#/settings/passkeys")
    devtools, sensor = await phone.gets_a_sensor()
    await phone.page.get_by_label("Your passphrase").fill(PASSPHRASE)
    await phone.press_button("Change my passkeys")
    await phone.press_button("Add a passkey")
    await phone.sees("Added")
    await phone.controlled()
    await phone.open("#/settings/lock")
    await phone.press_button("Lock with finger, face or code")
    await phone.sees("It asks for your finger, face or code")
    await phone.open()
    await phone.context.set_offline(True)
    await phone.page.reload()
    await phone.sees_heading("Locked")
    await shows_nothing_of(phone)
    await phone.is_sound()
    await devtools.send("WebAuthn.setUserVerified", {"authenticatorId": sensor, "isUserVerified": False})
    await phone.press_button("Open with finger, face or code")
    await phone.sees("It stays locked.")
    await shows_nothing_of(phone)
    await devtools.send("WebAuthn.setUserVerified", {"authenticatorId": sensor, "isUserVerified": True})
    await phone.press_button("Open with finger, face or code")
    await phone.sees("No connection right now")
    await phone.go("Circle")
    await phone.sees("Ben")


async def test_another_tab_locks_too_and_opens_by_itself_when_the_lock_is_taken_away(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await opens_app(new_phone, noor)
    await phone.sees("1 person can be reached now.")
    other = await phone.context.new_page()
    await other.goto(f"{phone.url}/#/circle")
    await expect(other.get_by_text("Ben").first).to_be_visible()
    await phone.page.bring_to_front()
    await sets_pin(phone)
    await expect(other.get_by_role("heading", name="Locked")).to_be_visible()
    assert "Ben" not in await other.content()
    await types_pin(other)
    await expect(other.get_by_text("Ben").first).to_be_visible()
    await other.reload()
    await expect(other.get_by_role("heading", name="Locked")).to_be_visible()

    # Changing it asks first.
    assert await phone.button("Take the lock away").count() == 0
    await phone.page.get_by_label("Your PIN").fill(PIN)
    await phone.press_button("Change the lock")
    await phone.press_button("Take the lock away")
    await expect(phone.page.get_by_label("A new PIN")).to_be_visible()
    await expect(other.get_by_text("Ben").first).to_be_visible()
    await phone.page.reload()
    await expect(phone.page.get_by_label("A new PIN")).to_be_visible()


async def test_a_session_that_ends_takes_the_lock_with_it(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor)
    await noor.ask("DELETE", "/v1/sessions/others")
    await phone.page.reload()
    await phone.sees("Sign in")
    await eventually(lambda: phone.page.evaluate("localStorage.getItem('lock')"), lambda lock: lock is None)
    await shows_nothing_of(phone)


@pytest.mark.parametrize("width", [320, 412])
async def test_its_screens_fit_a_small_phone_in_light(new_phone: NewPhone, circle: NewCircle, width: int) -> None:
    noor, ben = await circle("Noor", "Ben")
    await _shares_number(ben)
    phone = await opens_app(new_phone, noor, "#/settings/lock", width=width, theme="light")
    await phone.sees("Does somebody else use this phone?")
    await phone.is_sound()
    await sets_pin(phone)
    await phone.is_sound()
    await phone.open()
    await phone.page.reload()
    await phone.sees_heading("Locked")
    await phone.is_sound()
