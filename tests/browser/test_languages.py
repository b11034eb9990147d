"""The phone's language: used for texts and lang attributes where the app has it, English elsewhere."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.shots.words import say

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def test_an_austrian_phone_gets_german(new_phone: NewPhone, circle: NewCircle) -> None:
    phone = await new_phone("Noor", language="de-AT", width=320)
    await phone.open()
    await expect(phone.page.locator("html")).to_have_attribute("lang", "de")
    await expect(phone.link(say("de", "create-account.button")).first).to_be_visible()
    await phone.is_sound()

    noor, _ = await circle("Noor", "Ben")
    await noor.ask("PATCH", "/v1/me", {"language": "de"})
    await phone.belongs_to(noor)
    await phone.open()
    press = phone.button(say("de", "press.button"))
    await expect(press).to_be_visible()
    await expect(phone.link(say("de", "tab.settings"))).to_be_visible()
    # The heading is empty until the circle is known.
    await phone.sees_heading(re.compile("erreichbar"))
    await expect(phone.page.locator("html")).to_have_attribute("lang", "de")
    await phone.is_sound()

    await press.click()
    # Not before the three seconds of undo are over.
    await phone.sees(say("de", "close.okay"))
    await expect(phone.page.locator("html")).to_have_attribute("lang", "de")
    await phone.is_sound()


async def test_the_settings_offer_every_language_of_the_server(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    config = await noor.ask("GET", "/v1/config")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/settings")
    choice = phone.page.get_by_label("Language")
    await expect(choice).to_be_visible()
    offered = await choice.locator("option").evaluate_all("options => options.map(option => option.value)")
    assert offered == config["languages"]

    async with phone.page.expect_response(lambda reply: reply.request.method == "PATCH") as kept:
        await choice.select_option("de")
    assert (await (await kept.value).json())["language"] == "de"
    await expect(phone.page.locator("html")).to_have_attribute("lang", "de")
    await expect(phone.page.get_by_label(say("de", "settings.language"))).to_be_visible()
