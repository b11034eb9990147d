"""Permissions and hours are asked for where they matter: notifications once somebody could answer, hours when waking is declined."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.whole_browser, pytest.mark.timeout(120)]


async def test_notification_permission_is_asked_once_somebody_could_answer(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor", notifications=False, width=320)
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("Your circle is still empty.")
    assert await phone.heading("May this phone tell you?").count() == 0
    (ben,) = await circle("Ben")
    await noor.welcomes(ben)
    await phone.page.reload()
    await phone.sees_heading("May this phone tell you?")
    await phone.is_sound()

    # Denied: the app explains how to change that on this phone.
    await phone.press_button("Switch notifications on")
    await phone.sees("Notifications are blocked on this phone")
    await phone.press_button("Not now")
    await expect(phone.heading("May this phone tell you?")).to_have_count(0)
    await phone.page.reload()
    await expect(phone.button("Reach out now")).to_be_visible()
    assert await phone.heading("May this phone tell you?").count() == 0

    # It is still mentioned where it matters: at the start of a bookend, and in one quiet line while waiting.
    await phone.open("#/bookends")
    await phone.sees("Notifications are off on this phone. When the time comes it cannot ask you")
    await phone.is_sound()
    await noor.press()
    await phone.open("#/")
    await phone.sees("Notifications are off, so this phone tells you only while Porchlight is open.")


async def test_a_phone_with_notifications_is_not_asked(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await expect(phone.button("Reach out now")).to_be_visible()
    assert await phone.heading("May this phone tell you?").count() == 0
    await phone.open("#/bookends")
    await expect(phone.button("Start")).to_be_visible()
    assert await phone.text("Notifications are off").count() == 0


async def test_declining_to_be_woken_sets_hours(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor", width=320)
    await phone.belongs_to(noor)
    await phone.open("#/settings")
    wake = phone.page.get_by_role("switch", name="Wake me any time")
    await expect(wake).to_be_checked()
    await phone.sees("You have set no hours, so your phone may ring at any time.")
    await wake.click()
    await phone.sees_heading("My hours")
    await phone.is_sound()
    me = await noor.ask("GET", "/v1/me")
    assert (me["hours"], me["wake_me"]) == (None, False)
    await phone.page.get_by_label("Every day").uncheck()
    await phone.press_button("Save")
    await phone.sees("Choose at least one day")
    await phone.page.get_by_label("Every day").check()
    await phone.page.get_by_label("From", exact=True).fill("22:00")
    await phone.page.get_by_label("To", exact=True).fill("07:00")
    await phone.press_button("Save")
    await phone.sees("Every day, 22:00 to 7:00")
    await phone.sees("Outside your hours your phone stays quiet.")
    await expect(wake).not_to_be_checked()
    await wake.click()
    await phone.sees("Your phone may ring at any hour, day or night.")
    me = await noor.ask("GET", "/v1/me")
    assert (len(me["hours"]), me["wake_me"]) == (14, True)


async def test_numbers_are_left_to_right_and_selections_visible_in_forced_colors(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor", width=320)
    await phone.belongs_to(noor)
    await phone.open("#/settings/number")
    field = phone.page.get_by_label("Phone number")
    await field.fill("call me")
    await phone.press_button("Share my number")
    await phone.sees("We cannot dial this.")
    await expect(field).to_have_value("call me")
    await field.fill("+1 202 555 0143")
    await phone.press_button("Share my number")
    await phone.sees("Your circle sees")
    await phone.page.evaluate("document.documentElement.dir = 'rtl'")
    number = phone.page.locator("bdi", has_text="202 555 0143").first
    assert await number.evaluate("one => [one.tagName, getComputedStyle(one).direction]") == ["BDI", "ltr"]
    await phone.open("#/settings")
    assert await number.evaluate("one => one.tagName") == "BDI"
    await phone.page.evaluate("document.documentElement.dir = 'ltr'")

    await phone.page.emulate_media(forced_colors="active")
    ground = "one => getComputedStyle(one).backgroundColor"
    chips = phone.page.locator(".pick label")
    chosen = await phone.page.locator(".pick label:has(:checked)").first.evaluate(ground)
    assert chosen != await chips.filter(has_not=phone.page.locator(":checked")).first.evaluate(ground)
    bar = "one => [getComputedStyle(one, '::before').backgroundColor, getComputedStyle(document.body).backgroundColor]"
    marker, page = await phone.page.locator(".nav [aria-current]").evaluate(bar)
    assert marker != page
