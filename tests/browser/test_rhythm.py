"""A rhythm, a break, thanks and the morning after, on phones."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.eventually import eventually

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_rhythm_is_off_until_chosen_and_paused_with_one_tap(new_phone: NewPhone, circle: NewCircle) -> None:
    [maya] = await circle("Maya")
    phone = await new_phone("Maya")
    await phone.belongs_to(maya)
    await phone.open("#/settings/rhythm")
    await phone.sees_heading("My rhythm")
    check_in = phone.page.get_by_role("switch", name="A moment for a check-in")
    await expect(check_in).not_to_be_checked()
    await check_in.check()
    await phone.page.get_by_label("Time of the check-in").fill("20:30")
    await phone.page.get_by_label("Time of the check-in").blur()
    await expect(phone.page.get_by_label("Sun")).to_be_checked()
    await phone.page.get_by_label("Sun").uncheck()
    await expect(phone.page.get_by_label("Sun")).not_to_be_checked()
    await phone.page.get_by_role("switch", name="Pause all of this").check()
    await phone.sees("Paused until")
    await phone.is_sound()

    paused = await eventually(
        lambda: maya.ask("GET", "/v1/me/rhythm"), lambda rhythm: rhythm["paused_until"] is not None
    )
    assert paused["check_in"] == {"at": "20:30", "days": [0, 1, 2, 3, 4, 5]}
    await phone.page.get_by_role("switch", name="Pause all of this").uncheck()
    await phone.sees("For a week, with one tap")
    await eventually(lambda: maya.ask("GET", "/v1/me/rhythm"), lambda rhythm: rhythm["paused_until"] is None)


async def test_a_break_begins_and_ends_with_one_tap(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    phone = await new_phone("Ana")
    await phone.belongs_to(ana)
    await phone.open("#/settings")
    await phone.page.get_by_role("link", name="A break").click()
    await phone.sees_heading("A break")
    await phone.press_button("For a week")
    await phone.sees("You are off until")
    [member] = (await maya.ask("GET", "/v1/circle"))["items"]
    assert member["available_now"] is False
    await phone.is_sound()
    # Nowhere is it said that one is there day and night.
    await phone.open("#/circle")
    await phone.page.get_by_role("radio", name="I'm there for").check(force=True)
    row = phone.page.get_by_role("list", name="I'm there for").get_by_role("listitem").filter(has_text="Maya")
    await expect(row).to_contain_text("You are off until")
    await row.get_by_role("link").click()
    await phone.sees("You are off until")
    await phone.open("#/settings/away")
    await phone.press_button("I am back")
    await expect(phone.button("For a week")).to_be_visible()
    assert (await ana.ask("GET", "/v1/me"))["away_until"] is None


async def test_one_tap_thanks_whoever_was_there(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    reach_out = await maya.press()
    path = f"/v1/reach-outs/{reach_out['id']}"
    await ana.ask("POST", f"{path}/answers", {"kind": "calling"})
    await maya.ask("POST", f"{path}/close", {"outcome": "connected"})
    phone = await new_phone("Maya")
    await phone.belongs_to(maya)
    await phone.open(f"#/reflection/{reach_out['id']}")
    await phone.press_button("Thank Ana")
    await phone.sees("Ana has your thanks.")
    await phone.is_sound()
    [thanks] = (await ana.ask("GET", "/v1/reach-ins"))["items"]
    assert (thanks["text"], thanks["from"]["id"]) == ("Thank you for being there.", maya.id)


async def test_a_helper_who_was_there_often_is_offered_quiet_hours(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    for _ in range(6):
        reach_out = await maya.press()
        await ana.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "here"})
        await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "connected"})
    phone = await new_phone("Ana")
    await phone.belongs_to(ana)
    await phone.open()
    await phone.sees("You were there for Maya 6 times in 30 days. Thank you.")
    await phone.is_sound()
    await phone.press_button("I am fine")
    await expect(phone.text("You were there for Maya")).to_have_count(0)
