"""What is asked about the phone itself: once, after signing in on it, and never before somebody who needs company."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.people import PASSPHRASE, Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

QUESTION = "Does somebody else use this phone?"


async def _signs_in(phone: Phone, person: Person) -> None:
    await phone.open("#/sign-in")
    await _fills_in(phone, person)


async def _fills_in(phone: Phone, person: Person) -> None:
    await phone.page.get_by_label("Sign-in name").fill(person.sign_in_name)
    await phone.page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    await phone.press_button("Sign in")


async def test_it_is_asked_once_after_signing_in(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor", width=320, theme="light")
    await _signs_in(phone, noor)
    await phone.sees_heading(QUESTION)
    await phone.is_sound()
    # The bar leads to the button with one tap.
    await expect(phone.page.get_by_role("navigation").get_by_role("link", name="Home")).to_be_visible()
    await phone.press_button("Good")
    await phone.sees("1 person can be reached now.")
    await phone.go("Settings")
    await phone.link(re.compile("Lock and shared phone")).click()
    await phone.sees_heading(QUESTION)
    await expect(phone.button("It is mine alone")).to_have_count(0)

    # Not for whoever signs in next, either: it is the phone that was asked about. It says nothing of anybody.
    await phone.go("Settings")
    await phone.press_button("Sign out")
    await expect(phone.link("Create account")).to_be_visible()
    assert set(await phone.page.evaluate("Object.keys(localStorage)")) == {"look", "phone-asked"}
    (eli,) = await circle("Eli")
    await _signs_in(phone, eli)
    await expect(phone.button("Reach out now")).to_be_visible()
    # What is open was fetched, and nothing was asked.
    await phone.sees("Your circle is still empty.")
    await expect(phone.heading(QUESTION)).to_have_count(0)


async def test_somebody_who_needs_company_comes_first(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    hers = await new_phone("Noor")
    await _signs_in(hers, noor)
    await hers.sees_heading(re.compile("Ben|Your people"))
    his = await new_phone("Ben")
    await _signs_in(his, ben)
    await his.sees(re.compile("Noor would like company"))
    for phone in (hers, his):
        await expect(phone.heading(QUESTION)).to_have_count(0)
        assert await phone.page.evaluate("localStorage.getItem('phone-asked')") is None

    # Nor does it stay before one that comes meanwhile.
    await noor.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
    other = await new_phone("Ben")
    await _signs_in(other, ben)
    await other.sees_heading(QUESTION)
    await noor.press()
    await other.sees(re.compile("Noor would like company"))
    await expect(other.heading(QUESTION)).to_have_count(0)


async def test_an_invitation_comes_first(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    (ana,) = await circle("Ana")
    invitation = await maya.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
    phone = await new_phone("Ana")
    await phone.open(f"#/invitation/{invitation['token']}")
    await phone.link("I have an account").click()
    await _fills_in(phone, ana)
    await phone.sees_heading("Maya would like you in their circle.")
    await phone.press_button("Say yes")
    await expect(phone.heading(QUESTION)).to_have_count(0)
    assert await phone.page.evaluate("localStorage.getItem('phone-asked')") is None


async def test_whoever_has_just_made_an_account_is_not_asked(new_phone: NewPhone) -> None:
    phone = await new_phone("Noor")
    await phone.open()
    await phone.sign_up()
    await expect(phone.button("Reach out now")).to_be_visible()
    await expect(phone.heading(QUESTION)).to_have_count(0)
