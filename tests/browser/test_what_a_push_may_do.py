"""What a push says and where it leads: names only where both have chosen them, and never out of the app."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.world.patience import patient

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.whole_browser]

MINE, OTHERS = "My name in notifications", "Names in my notifications"


def leading_elsewhere(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the push as somebody would send it who had the server's keys and a page of their own."""
    data = {**content["data"], "url": "https://elsewhere.example/#/sign-in"}
    return {**content, "data": data, "notification": {**content["notification"], "data": data}}


async def test_a_name_is_shown_when_both_have_chosen_it_in_their_settings(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, ben = await circle("Noor", "Ben")
    hers, his = await new_phone("Noor"), await new_phone("Ben")
    await hers.belongs_to(noor)
    await his.belongs_to(ben)
    for phone, name, other in ((hers, MINE, OTHERS), (his, OTHERS, MINE)):
        await phone.open("#/settings")
        switch = phone.page.get_by_role("switch", name=name)
        await expect(switch).not_to_be_checked()
        await switch.click()
        await expect(switch).to_be_checked()
        await expect(phone.page.get_by_role("switch", name=other)).not_to_be_checked()
        await phone.is_sound()
    await his.open()
    await his.controlled()
    await noor.press("Rough evening.")
    await his.pushed("reach_out")
    shown = await his.shows_notification()
    assert (shown["title"], shown["body"]) == ("Porchlight", "Noor would like company.")
    assert "Rough" not in str(shown)


@pytest.mark.parametrize("locked", [True, False])
async def test_a_name_is_left_out_where_the_app_is_locked(new_phone: NewPhone, circle: NewCircle, locked: bool) -> None:
    noor, ben = await circle("Noor", "Ben")
    await noor.ask("PATCH", "/v1/me", {"my_name_in_pushes": True})
    await ben.ask("PATCH", "/v1/me", {"names_in_my_pushes": True})
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open("#/settings/lock")
    await phone.controlled()
    if locked:
        await phone.page.get_by_label("A new PIN").fill("246810")
        await phone.press_button("Lock with this PIN")
        await phone.sees("It asks for your PIN")
    await noor.press()
    await phone.pushed("reach_out")
    shown = await phone.shows_notification()
    assert ("Noor" in shown["body"]) is not locked
    assert shown["body"] == ("Someone in your circle would like company." if locked else "Noor would like company.")


async def test_a_push_that_names_another_site_opens_the_app(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open("#/circle")
    await phone.controlled()
    await noor.press()
    await phone.pushed("reach_out", edit=leading_elsewhere)
    await phone.shows_notification()
    await phone.taps_notification()
    await expect(phone.page).not_to_have_url(re.compile("#/circle$"), timeout=patient(30) * 1000)
    assert [page.url for page in phone.context.pages if not page.url.startswith(phone.url)] == []
    assert "elsewhere" not in phone.page.url
