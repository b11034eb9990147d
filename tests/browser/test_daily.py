"""Between reach-outs on phones: a helper's Home, standing by, shared check-ins, and what is over."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_helpers_have_their_own_home(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    [noor] = await circle("Noor")
    await noor.welcomes(ana)
    await maya.ask("POST", "/v1/reach-ins", {"to": ana.id}, 201)
    phone = await new_phone("Ana")
    await phone.belongs_to(ana)
    await phone.open()
    await phone.sees_heading("Nobody is reaching out to you right now.")
    await expect(phone.text("Your circle is still empty.")).to_have_count(0)

    # A break from everybody for a night; the owners see only that this phone does not ring now.
    await phone.press_button("Off tonight")
    await phone.sees_heading("You are off until")
    assert (await ana.ask("GET", "/v1/me"))["away_until"]
    [member] = (await maya.ask("GET", "/v1/circle"))["items"]
    assert (member["reachable"], member["available_now"]) == (True, False)
    await phone.press_button("I am back")
    await phone.sees_heading("Nobody is reaching out to you right now.")
    assert (await ana.ask("GET", "/v1/me"))["away_until"] is None

    # A circle of one's own is offered once; the way to somebody for oneself stays.
    await phone.sees("And who is there for you?")
    await phone.press_button("Not now")
    await expect(phone.text("And who is there for you?")).to_have_count(0)
    await phone.page.reload()
    await phone.sees_heading("Nobody is reaching out to you right now.")
    await expect(phone.text("And who is there for you?")).to_have_count(0)

    # Whoever needs them comes first; the helplines are one tap away for themselves.
    await maya.press()
    await phone.sees_heading("1 person would like company now.")
    await phone.is_sound()
    await phone.press_button("I need someone myself")
    await phone.sees("You can call now:")
    await phone.press_button("Back")
    # Once it is said, nothing is left to answer; but somebody is still reaching out.
    [incoming] = (await ana.ask("GET", "/v1/reach-outs?open=true"))["items"]
    await ana.ask("POST", f"/v1/reach-outs/{incoming['id']}/answers", {"kind": "cannot"}, 201)
    await phone.sees_heading("There is nothing for you to answer right now.")

    # A circle with an unconfirmed member does not count as empty.
    dee = (await circle("Dee"))[0]
    invitation = await ana.ask("POST", "/v1/invitations", {"role": "friend"}, 201)
    await dee.ask("POST", "/v1/invitations/accept", {"token": invitation["token"]}, 201)
    await phone.sees("Dee said yes. Compare your two words.")
    [waiting] = (await ana.ask("GET", "/v1/circle"))["items"]
    await ana.ask("POST", f"/v1/circle/{waiting['id']}/confirm")
    await phone.page.reload()
    await expect(phone.button("Reach out now")).to_be_visible()


async def test_notices_seen_live_are_read_and_closed_reach_outs_say_so(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    phone, other = await new_phone("Maya"), await new_phone("Ana")
    await phone.belongs_to(maya)
    await other.belongs_to(ana)
    reach_out = await maya.press()
    await phone.open()
    await phone.sees_heading("Ana")
    await ana.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "calling", "text": "One moment."})
    await phone.sees_heading("Ana is calling you now.")
    await phone.sees("One moment.")
    # The dot at the bottom follows what is on the screen.
    await expect(phone.page.get_by_role("navigation").locator(".dot")).to_have_count(0)
    assert (await maya.ask("GET", "/v1/inbox?unread=true"))["items"] == []
    await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "connected"})
    await phone.open("#/inbox")
    # What is over and read stands in the thread of the two, and not a second time.
    await phone.sees("You reached out. It is over now.")
    await expect(phone.text("Ana answered")).to_have_count(0)
    await expect(phone.text("Ana has answered")).to_have_count(0)
    await other.open("#/inbox")
    await other.sees("Maya is okay now")
    await expect(other.text("Maya wanted company")).to_have_count(0)
    await expect(other.text("Needs you now")).to_have_count(0)
    assert [notice["kind"] for notice in (await ana.ask("GET", "/v1/inbox?unread=true"))["items"]] == ["all_clear"]


async def test_a_companions_open_page_follows_the_bookend(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    ben = (await circle("Ben"))[0]
    await maya.welcomes(ben)
    phone, other = await new_phone("Maya"), await new_phone("Ana")
    await phone.belongs_to(maya)
    await other.belongs_to(ana)
    await phone.open("#/bookends")
    await phone.sees("Ana is told now, quietly, that they stand by.")
    # Ben has no working phone: that is shown before anybody counts on him.
    await phone.page.get_by_label("Who stands by").select_option("Ben")
    await phone.sees("No phone of Ben works right now")
    await phone.page.get_by_label("Who stands by").select_option("Ana")
    await phone.page.get_by_label("What is it? You can leave this out").fill("Dinner")
    await phone.press_button("Start")
    await phone.sees("We ask how you are")
    await other.open("#/inbox")
    await other.page.get_by_role("button", name="Maya asks you to stand by").click()
    await other.sees_heading("You stand by for Maya.")
    await expect(other.text("Dinner")).to_have_count(0)
    await phone.press_button("I'm okay, check in")
    await other.sees_heading("Maya is back.")
    members = (await maya.ask("GET", "/v1/circle"))["items"]
    companion = next(member["id"] for member in members if member["person"]["display_name"] == "Ana")
    due = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
    again = await maya.ask("POST", "/v1/bookends", {"due_at": due, "companion": companion}, 201)
    await other.open(f"#/bookends/{again['id']}")
    await other.sees_heading("You stand by for Maya.")
    await maya.ask("DELETE", f"/v1/bookends/{again['id']}", None, 204)
    await other.sees_heading("This is over.")


async def test_shared_check_ins_are_read_answered_and_kept(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    [member] = (await maya.ask("GET", "/v1/circle"))["items"]
    body = {"feeling": 0, "halt": ["tired"], "note": "Long day.", "share_with": [member["id"]]}
    check_in = await maya.ask("POST", "/v1/check-ins", body, 201)
    phone, hers = await new_phone("Ben"), await new_phone("Maya")
    await phone.belongs_to(ben)
    await hers.belongs_to(maya)
    await phone.open("#/inbox")
    await phone.sees("Shared something with you")
    await phone.link(re.compile("^New: ?Maya")).click()
    for words in ("Very low", "Also tired.", "Long day."):
        await phone.sees(words)
    await phone.press_button("I see you")
    await phone.sees("Maya knows that you see it.")
    await hers.open(f"#/people/{ben.id}")
    await hers.sees("Ben sees you.")
    await maya.ask("DELETE", f"/v1/check-ins/{check_in['id']}", None, 204)
    await expect(phone.text("Long day.")).to_have_count(0)

    # And the reflection can be read again.
    reach_out = await maya.press()
    await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
    await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/reflection", {"seen": 3, "soothed": 0})
    await hers.open("#/settings/reflections")
    await hers.sees("Seen: yes · Soothed: no")
