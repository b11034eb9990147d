"""An account that one finger opens: a second way in is asked for, and a finger is proof enough."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewPhone
from tests.faults.people import PASSPHRASE

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

CALLED = "What your people call you"


async def test_a_second_way_in_is_asked_for_until_there_is_one(new_phone: NewPhone) -> None:
    ben = await new_phone("Ben", width=320)
    await ben.gets_a_sensor()
    await ben.open("#/create-account")
    await ben.page.get_by_label(CALLED).fill("Ben")
    await ben.press_button("Begin with finger or face")
    await ben.link(re.compile("^Your first week")).click()
    await ben.sees("One finger opens your account")
    await ben.go("Settings")
    await ben.sees("One finger opens your account")
    await ben.is_sound()
    name = (await ben.asks("/v1/me"))["sign_in_name"]
    await ben.sees(f"Your sign-in name: {name}")

    # The only passkey stays.
    await ben.link(re.compile("^Passkeys")).click()
    await ben.sees("Without a passphrase it is all that opens your account.")
    await ben.press_button("Change my passkeys")
    await ben.press_button("Remove")
    await ben.sees("This is your only way in.")
    await ben.is_sound()

    # Codes, which need the name.
    await ben.open("#/settings/passphrase")
    await ben.sees("There is one way into your account so far.")
    await ben.press_button("Continue")
    await ben.press_button("Make new codes")
    await ben.sees(f"You need your sign-in name with them: {name}")
    await ben.is_sound()
    await ben.press_button("I have written them down")
    await expect(ben.heading("Settings")).to_be_visible()
    await ben.no_longer_sees("One finger opens your account")

    # A passphrase beside the passkey.
    await ben.open("#/settings/passphrase")
    await ben.press_button("Continue")
    await ben.page.get_by_label("New passphrase").fill(PASSPHRASE)
    await ben.press_button("Set passphrase")
    await ben.sees("Your new passphrase is set.")
    assert (await ben.asks("/v1/me"))["ways_in"] == {"passphrase": True, "passkeys": 1, "recovery_codes": 10}

    # Either of the two is proof from now on, and the account can be erased with a finger.
    await ben.open("#/settings/delete")
    await expect(ben.page.get_by_label("Your passphrase")).to_be_visible()
    await ben.press_button("Use a passkey")
    await ben.sees("Your account is deleted")


async def test_an_account_without_a_passphrase_is_deleted_with_a_finger(new_phone: NewPhone) -> None:
    ben = await new_phone("Ben")
    devtools, sensor = await ben.gets_a_sensor()
    await ben.open("#/create-account")
    await ben.page.get_by_label(CALLED).fill("Ben")
    await ben.press_button("Begin with finger or face")
    await expect(ben.button("Reach out now")).to_be_visible()
    await ben.open("#/settings/delete")
    verified = {"authenticatorId": sensor, "isUserVerified": False}
    await devtools.send("WebAuthn.setUserVerified", verified)
    await ben.press_button("Delete everything")
    await ben.sees("That was not finished.")
    assert (await ben.asks("/v1/me"))["display_name"] == "Ben"
    await devtools.send("WebAuthn.setUserVerified", verified | {"isUserVerified": True})
    await ben.press_button("Delete everything")
    await ben.sees("Your account is deleted")
