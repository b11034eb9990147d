"""Change passphrase, recovery codes and hours on the phone: sensitive changes need the passphrase, and nothing is lost."""

import json
import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.locked import has_it_alone
from tests.browser.phone import Phone
from tests.faults.people import PASSPHRASE

pytestmark = pytest.mark.asyncio(loop_scope="session")

FRESH = "three boats and a kettle"


async def _proven(phone: Phone) -> None:
    await phone.open("#/settings")
    await phone.page.get_by_role("link", name="Passphrase and recovery codes").click()
    await phone.page.get_by_label("Your passphrase").fill(PASSPHRASE)
    await phone.press_button("Continue")


async def test_a_new_passphrase(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/settings/passphrase")
    await phone.page.get_by_label("Your passphrase").fill("not the right one")
    await phone.press_button("Continue")
    await phone.sees("That is not your passphrase.")
    assert await phone.button("Set new passphrase").count() == 0, "an open phone alone must not do"
    await _proven(phone)
    await phone.page.get_by_label("New passphrase").fill(FRESH)
    await phone.press_button("Set new passphrase")
    await phone.sees("Your new passphrase is set.")
    await phone.sees_heading("Settings")

    await phone.press_button("Sign out")
    await phone.page.get_by_role("link", name="Sign in", exact=True).click()
    await phone.page.get_by_label("Sign-in name").fill(noor.sign_in_name)
    await phone.page.get_by_label("Passphrase").fill(FRESH)
    await phone.press_button("Sign in")
    await has_it_alone(phone)
    await expect(phone.button("Reach out now")).to_be_visible()


async def test_new_codes_open_the_account(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await _proven(phone)
    await phone.press_button("Make new codes")
    await phone.sees_heading("Ten keys for a bad day.")
    codes = await phone.page.get_by_role("listitem").all_inner_texts()
    assert len(set(codes)) >= 10
    await phone.press_button("I have written them down")
    await phone.sees_heading("Settings")

    await phone.press_button("Sign out")
    await phone.page.get_by_role("link", name="Sign in", exact=True).click()
    await phone.link("Use a recovery code").click()
    await phone.sees_heading("Use a recovery code.")
    await phone.page.get_by_label("Sign-in name").fill(noor.sign_in_name)
    await phone.page.get_by_label("Recovery code").fill(codes[3])
    await phone.page.get_by_label("New passphrase").fill(FRESH)
    await phone.press_button("Set new passphrase")
    await has_it_alone(phone)
    await expect(phone.button("Reach out now")).to_be_visible()


async def test_deleting_the_account_needs_the_passphrase(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/settings/delete")
    await phone.page.get_by_label("Your passphrase").fill("not the right one")
    await phone.press_button("Delete everything")
    await phone.sees("That is not your passphrase.")
    await noor.ask("GET", "/v1/me")
    await phone.page.get_by_label("Your passphrase").fill(PASSPHRASE)
    await phone.press_button("Delete everything")
    await expect(phone.link("Create account")).to_be_visible()
    await noor.ask("GET", "/v1/me", expect=401)


async def test_what_was_agreed_to_has_a_date_on_the_same_day(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/settings/privacy")
    await phone.press_button("This is all right with me")
    await phone.sees(re.compile(r"^You agreed to this on \d{1,2} [A-Z][a-z]+ 20\d\d\.$"))


async def test_both_times_of_my_hours_fit_a_small_phone(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor", width=320, language="en-US")
    await phone.belongs_to(noor)
    await phone.open("#/settings/hours")
    field = phone.page.get_by_label("From", exact=True)
    given = await field.evaluate("field => field.offsetWidth")
    await field.evaluate("field => { field.style.width = 'max-content'; }")
    assert await field.evaluate("field => field.offsetWidth") <= given


async def test_empty_hours_do_not_mean_any_time(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/settings/hours")
    await phone.page.get_by_label("From", exact=True).fill("21:00")
    await phone.page.get_by_label("To", exact=True).fill("21:00")
    await phone.press_button("Save")
    await phone.sees("Choose at least one day, and two different times.")
    assert (await noor.ask("GET", "/v1/me"))["hours"] is None
    await phone.page.get_by_label("To", exact=True).fill("02:00")
    await phone.press_button("Save")
    await phone.sees("Saved.")
    await phone.sees("Every day, 21:00 to 2:00")


async def test_the_settings_link_to_the_source_code(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor", service_workers="block")
    await phone.belongs_to(noor)
    await phone.open("#/settings")
    await phone.sees("Ask whoever runs this server for its source.")

    async def name_an_address(route: Route) -> None:
        response = await route.fetch()
        config = {**await response.json(), "source_url": "https://code.example/porchlight"}
        await route.fulfill(response=response, body=json.dumps(config))

    await phone.page.route("**/v1/config", name_an_address)
    await phone.page.reload()
    await phone.sees("Free software under the AGPL-3.0.")
    await expect(phone.link("Source code")).to_have_attribute("href", "https://code.example/porchlight")
    await phone.no_longer_sees("Ask whoever runs this server")
