"""Passkeys in a real browser with its virtual authenticator: the API's options and credentials are what browsers use."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.locked import has_it_alone
from tests.faults.people import PASSPHRASE
from tests.faults.processes import Server

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_passkey_is_added_signs_in_and_is_removed(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/settings")
    await phone.gets_a_sensor()
    await phone.page.get_by_role("link", name="Passkeys").click()
    await phone.sees("None yet")
    assert await phone.button("Add a passkey").count() == 0, "an open phone alone must not do"
    await phone.page.get_by_label("Your passphrase").fill("not the right one")
    await phone.press_button("Change my passkeys")
    await phone.sees("That is not your passphrase.")
    await phone.page.get_by_label("Your passphrase").fill(PASSPHRASE)
    await phone.press_button("Change my passkeys")
    await phone.press_button("Add a passkey")
    await phone.sees("Added")
    assert len((await noor.ask("GET", "/v1/passkeys"))["items"]) == 1

    await phone.go("Settings")
    await phone.press_button("Sign out")
    await phone.page.get_by_role("link", name="Sign in", exact=True).click()
    await phone.press_button("Use a passkey")
    await has_it_alone(phone)
    await expect(phone.button("Reach out now")).to_be_visible()

    await phone.open("#/settings/passkeys")
    await phone.sees("Last used")
    await phone.page.get_by_label("Your passphrase").fill(PASSPHRASE)
    await phone.press_button("Change my passkeys")
    await phone.press_button("Remove")
    await phone.sees("None yet")
    assert (await noor.ask("GET", "/v1/passkeys"))["items"] == []


async def test_the_passphrase_works_without_a_passkey(new_phone: NewPhone) -> None:
    phone = await new_phone("Sam")
    await phone.open("#/sign-in")
    devtools, sensor = await phone.gets_a_sensor()
    await phone.press_button("Use a passkey")
    await phone.sees("If you have a passphrase, it still does.")
    await devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": sensor})
    await expect(phone.page.get_by_label("Passphrase")).to_be_visible()


async def test_passkeys_are_not_offered_at_an_ip_address(new_phone: NewPhone, server: Server) -> None:
    """A passkey belongs to a domain. The server is named localhost here, and cannot see how it was reached."""
    phone = await new_phone("Ola")
    await phone.open("#/sign-in")
    await phone.gets_a_sensor()
    await expect(phone.button("Use a passkey")).to_be_visible()
    await phone.page.goto(f"http://127.0.0.1:{server.port}/#/sign-in")
    await expect(phone.button("Sign in")).to_be_visible()
    await phone.page.wait_for_load_state("networkidle")
    await expect(phone.button("Use a passkey")).to_have_count(0)
    await phone.page.goto(f"http://127.0.0.1:{server.port}/#/create-account")
    await expect(phone.button("Create account")).to_be_visible()
    await expect(phone.page.get_by_label("Passphrase")).to_be_visible()


async def test_passkeys_are_not_offered_without_browser_support(new_phone: NewPhone) -> None:
    phone = await new_phone("Ola")
    await phone.page.add_init_script("delete self.PublicKeyCredential")
    await phone.open("#/sign-in")
    await expect(phone.button("Sign in")).to_be_visible()
    await phone.page.wait_for_load_state("networkidle")
    await expect(phone.button("Use a passkey")).to_have_count(0)
