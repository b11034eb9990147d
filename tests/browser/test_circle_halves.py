"""Circle in two halves, the dot for what is new in the second, and the ways to a person's page."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.keyboard import tab_to

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_half_last_used_stays_chosen(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana, ben = await circle("Maya", "Ana", "Ben")
    await ana.welcomes(maya)
    await ana.welcomes(ben)
    hers, his = await new_phone("Maya"), await new_phone("Ben")
    await hers.belongs_to(maya)
    await his.belongs_to(ben)
    await hers.open("#/circle")
    await expect(hers.page.get_by_label("There for me")).to_be_checked()
    await hers.sees("Told at once")
    await hers.is_sound()
    theirs = hers.page.get_by_role("radio", name="I'm there for")
    await tab_to(hers.page, hers.page.get_by_label("There for me"))
    await hers.page.keyboard.press("ArrowRight")
    await expect(theirs).to_be_checked()
    await expect(hers.link("Ana")).to_be_visible()
    await expect(hers.text("Told at once")).to_have_count(0)
    await expect(hers.link(re.compile("^A break from everybody"))).to_be_visible()
    await hers.is_sound()
    await hers.page.reload()
    await expect(theirs).to_be_checked()

    # Whose own circle is empty begins with the people they are there for.
    await his.open("#/circle")
    await expect(his.page.get_by_role("radio", name="I'm there for")).to_be_checked()
    await expect(his.link("Maya")).to_be_visible()
    await his.page.get_by_label("There for me").check()
    await his.sees("Nobody is here yet.")


async def test_a_dot_on_circle_until_it_was_read(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    phone = await new_phone("Ana")
    await phone.belongs_to(ana)
    await phone.open()
    tab = phone.page.get_by_role("navigation").get_by_role("link", name=re.compile("^Circle.+something new"))
    await expect(phone.page.get_by_role("navigation").get_by_role("link", name="Circle")).to_be_visible()
    await expect(tab).to_have_count(0)
    [member] = (await maya.ask("GET", "/v1/circle"))["items"]
    await maya.ask("POST", "/v1/check-ins", {"feeling": 1, "share_with": [member["id"]]}, 201)
    await expect(tab).to_be_visible()
    await tab.click()
    await phone.sees("Shared something with you")
    await phone.is_sound()
    await phone.link(re.compile("^New: ?Maya")).click()
    await expect(phone.button("I see you")).to_be_visible()
    await expect(tab).to_have_count(0)

    # What a member of one's own circle writes is news of the inbox alone.
    await ana.ask("POST", "/v1/reach-ins", {"to": maya.id, "text": "Good night"}, 201)
    other = await new_phone("Maya")
    await other.belongs_to(maya)
    await other.open()
    await expect(
        other.page.get_by_role("navigation").get_by_role("link", name=re.compile("^Inbox.+something new"))
    ).to_be_visible()
    await expect(
        other.page.get_by_role("navigation").get_by_role("link", name=re.compile("^Circle.+something new"))
    ).to_have_count(0)


async def test_every_lamp_and_name_leads_to_a_person(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana, ben = await circle("Maya", "Ana", "Ben")
    for member in (await maya.ask("GET", "/v1/circle"))["items"]:
        helper = {"Ana": ana, "Ben": ben}[member["person"]["display_name"]]
        await helper.ask("PATCH", f"/v1/supporting/{member['id']}", {"standing_words": "call you"})
    phone = await new_phone("Maya")
    await phone.belongs_to(maya)
    await phone.open()
    words = phone.page.locator(".words .who")
    await expect(words).to_be_visible()
    await words.click()
    await expect(phone.page.get_by_label("Write to ")).to_be_visible()

    # Waiting: the row of each, but not its buttons; answered: the lamp and the name of who is there.
    reach_out = await maya.press()
    await phone.go("Home")
    await phone.sees_heading("told")
    row = phone.page.get_by_role("listitem").filter(has_text="Ana").first
    box = await row.bounding_box()
    assert box
    await row.click(position={"x": 20, "y": box["height"] / 2})
    await phone.sees_heading("Ana")
    await ana.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "calling"})
    await phone.go("Home")
    await phone.sees_heading("Ana is calling you now.")
    await phone.is_sound()
    await phone.page.get_by_role("heading", level=1).get_by_role("link", name="Ana").click()
    await expect(phone.page.get_by_label("Write to Ana")).to_be_visible()
    await phone.go("Home")
    await phone.link("More about Ana").click()
    await expect(phone.page.get_by_label("Write to Ana")).to_be_visible()
    await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "connected"})

    # A helper's Home.
    his = await new_phone("Ben")
    await his.belongs_to(ben)
    await his.open()
    await his.link("Maya").click()
    await expect(his.page.get_by_label("Write to Maya")).to_be_visible()
