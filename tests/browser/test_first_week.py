"""The first week of somebody who reaches out: offered, never in the way of the button, and gone when it is not wanted."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def test_one_thing_after_another_and_the_button_stays(new_phone: NewPhone) -> None:
    maya = await new_phone("Maya", width=320, notifications=False)
    await maya.open()
    await maya.sign_up()
    await expect(maya.button("Reach out now")).to_be_in_viewport()
    await maya.link(re.compile("^Your first week")).click()
    await maya.sees_heading("Your first week")
    await maya.is_sound()
    await expect(maya.link(re.compile("^One person"))).to_contain_text("Ask somebody you trust.")
    await maya.link(re.compile("^One person")).click()
    await maya.press_button("Invite someone")
    await maya.page.get_by_label("A line from you").fill("You sat with me in May.")
    await maya.press_button("Show code and link")
    await expect(maya.page.get_by_role("img", name="Invitation code")).to_be_visible()
    assert (await maya.asks("/v1/invitations"))["items"][0]["greeting"] == "You sat with me in May."
    await maya.press_button("Close")
    await maya.open("#/first-week")
    await expect(maya.link(re.compile("^One person"))).to_contain_text("Done")
    await expect(maya.link(re.compile("^Your own hours"))).not_to_contain_text("Done")
    await maya.link("To the button").click()
    await expect(maya.button("Reach out now")).to_be_visible()
    await maya.link(re.compile("^Your first week")).click()
    await maya.press_button("I do not need this page")
    await expect(maya.button("Reach out now")).to_be_visible()
    await maya.page.reload()
    await expect(maya.button("Reach out now")).to_be_visible()
    await maya.page.wait_for_load_state("networkidle")
    await expect(maya.link(re.compile("^Your first week"))).to_have_count(0)


async def test_a_small_circle_is_nudged_kindly(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, *_ = await circle("Maya", "Ana")
    phone = await new_phone("Maya", width=320)
    await phone.belongs_to(maya)
    await phone.open("#/circle")
    await phone.sees("About five people is a good number")
    await phone.is_sound()
    for name in ("Ben", "Chidi", "Dee"):
        await maya.ask("POST", "/v1/invitations", {"role": "friend", "label": name}, 201)
    await phone.page.reload()
    await phone.sees("Dee")
    # Three who are asked, and one who is there: still room for a fifth.
    await phone.sees("About five people is a good number")
    await maya.ask("POST", "/v1/invitations", {"role": "friend", "label": "Eli"}, 201)
    await phone.page.reload()
    await phone.sees("Eli")
    await phone.no_longer_sees("About five people is a good number")


async def test_an_invitation_for_a_name_in_any_script_can_be_made(new_phone: NewPhone, circle: NewCircle) -> None:
    """What is typed is no part of the request's key: a header takes few letters."""
    (maya,) = await circle("Maya")
    phone = await new_phone("Maya")
    await phone.belongs_to(maya)
    await phone.open("#/circle")
    await phone.press_button("Invite someone")
    await phone.page.get_by_label("Who is it for?").fill("Ольга")
    await phone.press_button("Show code and link")
    await expect(phone.page.get_by_role("img", name="Invitation code")).to_be_visible()
    [invitation] = (await maya.ask("GET", "/v1/invitations"))["items"]
    assert (invitation["label"], invitation["greeting"]) == ("Ольга", None)
