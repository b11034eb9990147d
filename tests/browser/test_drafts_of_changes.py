"""What stands typed where something is changed, or written to those who are told: a reload and the app lock leave it there."""

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from tests.browser.calm import of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.eventually import eventually
from tests.browser.locked import keeps, sets_pin, types_pin

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

WORDS = "Ring the blue bell, and wait."
NOT_KEPT = "What you changed here is not kept yet."


async def test_words_to_those_who_are_told(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    path = f"/v1/reach-outs/{reach_out['id']}/messages"
    phone = await of(new_phone, ben)
    await phone.sees("Noor would like company.")
    await sets_pin(phone)
    field = phone.page.get_by_role("textbox", name="Write to Noor")
    await keeps(phone, field, WORDS, f"#/reach-outs/{reach_out['id']}")
    await field.press("Enter")
    await expect(field).to_have_value("")
    assert [message["text"] for message in (await noor.ask("GET", path))["items"]] == [WORDS]
    # What has arrived is no draft any more; what has not is still there when it is over, to be copied.
    await phone.page.wait_for_timeout(300)
    await phone.page.reload()
    await types_pin(phone.page)
    await phone.sees(WORDS)
    await expect(field).to_have_value("")
    await field.fill("On my way")
    await noor.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
    await phone.sees("Noor is okay now.")
    await phone.sees("What you had written:")
    await phone.sees("On my way")


async def test_my_own_words_while_i_wait(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    phone = await of(new_phone, noor)
    await phone.sees_heading("Ben is told.")
    await sets_pin(phone)
    field = phone.page.get_by_role("textbox", name="Rough evening")
    await keeps(phone, field, WORDS, "#/")
    await field.press("Enter")
    await expect(field).to_have_value("")
    messages = await ben.ask("GET", f"/v1/reach-outs/{reach_out['id']}/messages")
    assert [message["text"] for message in messages["items"]] == [WORDS]


async def test_what_was_changed_of_a_plan(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    plan = {"alone": ["take a shower"], "reasons": ["Lena"], "help_me": "Stay."}
    await maya.ask("PUT", "/v1/me/plan", plan)
    phone = await of(new_phone, maya)
    await phone.sees("1 person can be reached now.")
    await sets_pin(phone)
    await phone.open("#/settings/plan/edit")
    await phone.page.locator("#reasons").fill("Lena\nSunday")
    await phone.page.locator("summary").filter(has_text="What I can do alone").click()
    await phone.page.locator("details[open]").get_by_label("In my own words").fill("Call the")
    field = phone.page.get_by_label("How to help me")
    await expect(phone.text(NOT_KEPT)).to_have_count(0)
    await keeps(phone, field, WORDS, "#/settings/plan/edit")
    await phone.sees(NOT_KEPT)
    await expect(phone.page.locator("#reasons")).to_have_value("Lena\nSunday")
    await phone.page.locator("summary").filter(has_text="What I can do alone").click()
    await expect(phone.page.locator("details[open]").get_by_label("In my own words")).to_have_value("Call the")
    # What was not touched follows what was kept on another phone meanwhile.
    await maya.ask("PUT", "/v1/me/plan", {**plan, "signs": ["I skip meals"]})
    await phone.page.reload()
    await types_pin(phone.page)
    await expect(phone.page.locator("summary").filter(has_text="I notice it when")).to_contain_text("1 thing")
    await phone.press_button("Keep this")
    await phone.sees("Kept on this phone")
    kept = await eventually(lambda: maya.ask("GET", "/v1/me/plan"), lambda now: now["help_me"] == WORDS)
    assert (kept["signs"], kept["alone"]) == (["I skip meals"], ["take a shower", "Call the"])
    assert kept["reasons"] == ["Lena", "Sunday"]
    await phone.open("#/settings/plan/edit")
    await expect(field).to_have_value(WORDS)
    await expect(phone.text(NOT_KEPT)).to_have_count(0)


async def test_standing_words(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    [place] = (await ben.ask("GET", "/v1/supporting"))["items"]
    await ben.ask("PATCH", f"/v1/supporting/{place['id']}", {"standing_words": "come over"})
    phone = await of(new_phone, ben)
    await phone.sees("Nobody is reaching out to you right now.")
    await sets_pin(phone)
    await phone.open(f"#/people/{noor.id}")
    await phone.press_button("More about Noor")
    field = phone.page.get_by_label("When you press, I")
    await expect(field).to_have_value("come over")
    await field.fill(WORDS)
    await phone.page.wait_for_timeout(300)
    await phone.page.reload()
    await types_pin(phone.page)
    await phone.press_button("More about Noor")
    await expect(field).to_have_value(WORDS)
    await phone.sees(NOT_KEPT)
    await phone.press_button("Keep these words")
    await phone.no_longer_sees(NOT_KEPT)
    await expect(field).to_have_value(WORDS)
    assert (await noor.ask("GET", "/v1/circle"))["items"][0]["standing_words"] == WORDS


async def test_more_words_to_a_check_in(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    check_in = await maya.ask("POST", "/v1/check-ins", {"feeling": 2, "note": "Fine."}, 201)
    phone = await of(new_phone, maya)
    await phone.sees("Your circle is still empty.")
    await sets_pin(phone)
    field = phone.page.get_by_label("A few words, if you like")
    await keeps(phone, field, WORDS, f"#/check-ins/{check_in['id']}")
    await phone.sees(NOT_KEPT)
    await phone.press_button("Keep this")
    await expect(field).to_have_count(0)
    [kept] = (await maya.ask("GET", "/v1/check-ins?mine=true"))["items"]
    assert kept["note"] == WORDS


async def test_a_word_about_a_day(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    body = {"text": "Ten pages", "days": list(range(7)), "at": "00:00"}
    made = await maya.ask("POST", "/v1/commitments", body, 201)
    today = datetime.now(UTC).date().isoformat()
    await maya.ask("PUT", f"/v1/commitments/{made['id']}/days/{today}", {"done": True})
    phone = await of(new_phone, maya)
    await phone.sees("Your circle is still empty.")
    await sets_pin(phone)
    field = phone.page.get_by_label("A word, if you like")
    await keeps(phone, field, WORDS, f"#/commitments/{made['id']}")
    await phone.press_button("Send")
    await phone.sees("Saved.")
    # What was said stays there, and sending it once more takes nothing away.
    await expect(field).to_have_value(WORDS)
    await phone.page.reload()
    await types_pin(phone.page)
    await expect(field).to_have_value(WORDS)
    await phone.press_button("Send")
    await phone.sees(re.compile("Saved"))
    now = await maya.ask("GET", f"/v1/commitments/{made['id']}")
    assert [past["text"] for past in now["recent"] if past["text"]] == [WORDS]
