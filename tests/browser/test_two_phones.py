"""The whole story on two phones at once: from the invitation's link to the all-clear."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.whole_browser
async def test_from_the_invitation_to_the_all_clear(new_phone: NewPhone) -> None:  # noqa: PLR0915 (one story)
    maya, ana = await new_phone("Maya"), await new_phone("Ana", notifications=False)

    # Maya creates an account, past a notice about what the app is not, and gets ten codes.
    await maya.open()
    await maya.sees("not an emergency service")
    await maya.sign_up()
    await maya.sees("Your circle is still empty.")

    # She invites Ana: a QR code, and the same as a link.
    await maya.go("Circle")
    await maya.press_button("Invite someone")
    await maya.page.get_by_role("dialog").get_by_text("sponsor").click()
    await maya.press_button("Show code and link")
    await expect(maya.page.get_by_role("img", name="Invitation code")).to_be_visible()
    await maya.context.grant_permissions(["clipboard-read", "clipboard-write", "notifications"], origin=maya.url)
    await maya.press_button("Copy link")
    await maya.sees("Copied")
    link = str(await maya.page.evaluate("navigator.clipboard.readText()"))
    assert link.startswith(f"{maya.url}/#/invitation/")
    await maya.press_button("Close")

    # Ana follows it and creates an account, which accepts the invitation.
    await ana.page.goto(link)
    await ana.fill_in_an_account()
    await ana.press_button("Later")
    await ana.page.get_by_text("Wake me any time").click()
    await ana.press_button("Go on")
    await ana.press_button("Skip the words")
    await ana.sees("Say these two words to Maya.")
    words = await ana.page.locator("p[lang=en]").inner_text()
    await ana.press_button("Done")

    # Both see the same two words; only then is Ana in the circle.
    await maya.sees("Ana said yes.")
    assert await maya.page.locator("p[lang=en]").inner_text() == words
    # Until then Home does not say that nobody was asked.
    await maya.go("Home")
    await maya.sees("Compare the two words with Ana.")
    await maya.no_longer_sees("Your circle is still empty.")
    await maya.go("Circle")
    await maya.press_button("They are the same")
    await maya.sees("Ana is in your circle.")

    # Ana's phone cannot be pushed yet, and both can see that.
    await maya.sees("No phone set up")
    await ana.switches_notifications_on()
    await maya.go("Home")
    await maya.sees("1 person can be reached now.")

    # Maya presses. The undo time runs out, and the screen shows each true state in turn.
    await maya.press_button("Reach out now")
    await expect(maya.button("Undo")).to_be_visible()
    await maya.sees_heading("Ana is told.")
    await ana.pushed("reach_out")
    await maya.sees_heading("It is on Ana's phone.")
    shown = await ana.shows_notification()
    assert (shown["title"], shown["body"]) == ("Porchlight", "Someone in your circle would like company.")

    # She adds a word, after the press and never before it.
    await maya.page.get_by_role("textbox").fill("Long day.")
    await maya.press_button("Send")
    await maya.page.get_by_text("Company", exact=True).click()

    # Ana opens it, and Maya sees that she has.
    await ana.go("Inbox")
    await ana.sees("Needs you now")
    await ana.link("Answer Maya").click()
    await ana.sees_heading("Maya would like company.")
    await ana.sees("Long day.")
    await ana.sees("Listen. You do not have to fix it.")
    await maya.sees_heading("Ana has seen it.")

    # Ana calls.
    await ana.press_button("Calling now")
    await ana.sees("Maya knows that you are calling.")
    await maya.sees_heading("Ana is calling you now.")
    await ana.page.get_by_label("Write to Maya").fill("Pick up when you can.")
    await ana.press_button("Send")
    await maya.sees("Pick up when you can.")
    await maya.press_button("We are talking")
    await ana.sees("You and Maya are talking.")
    await maya.sees_heading("You and Ana are talking.")

    # And it ends well; the reflection is private and optional.
    await maya.press_button("I'm okay now")
    await maya.sees_heading("How did that feel?")
    await ana.sees_heading("Maya is okay now.")
    await maya.page.get_by_role("group", name="Seen").get_by_text("Yes").click()
    await maya.press_button("Keep this")
    await expect(maya.button("Reach out now")).to_be_visible()
    await ana.go("Inbox")
    await ana.sees("Reached out. It is over now.")


async def test_undo_within_three_seconds_and_nobody_is_told(new_phone: NewPhone, circle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.press_button("Reach out now")
    await phone.press_button("Undo")
    await expect(phone.button("Reach out now")).to_be_visible()
    await phone.page.wait_for_timeout(3_500)
    assert (await noor.ask("GET", "/v1/reach-outs?mine=true"))["items"] == []
    assert await ben.inbox() == []


async def test_answering_in_ten_minutes_and_passing_it_on(new_phone: NewPhone, circle) -> None:
    noor, ben = await circle("Noor", "Ben")
    hers, his = await new_phone("Noor"), await new_phone("Ben")
    await hers.belongs_to(noor)
    await his.belongs_to(ben)
    await hers.open()
    await hers.press_button("Reach out now")
    await hers.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await hers.sees_heading(re.compile("told|phone"), within=15)
    await his.open("#/inbox")
    await his.link("Answer Noor").click()
    await his.press_button("In 10 minutes")
    await his.sees(re.compile("Noor knows that you call at"))
    await hers.sees_heading(re.compile(r"^Ben calls you at"))
    await his.press_button("Change my answer")
    await his.press_button("I can't, pass it on")
    await his.sees("Thank you for saying so.")
    await hers.sees("Can't right now")


async def test_my_own_reach_out_cannot_be_answered_by_me(new_phone: NewPhone, circle) -> None:
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    await ben.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "here"})
    await ben.ask("POST", f"/v1/reach-outs/{reach_out['id']}/messages", {"text": "I am right here."}, 201)
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    # While it is open, its address leads to its screen.
    await phone.open(f"#/reach-outs/{reach_out['id']}")
    await phone.sees_heading("Ben")
    await expect(phone.button("We are talking")).to_be_visible()
    await noor.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "connected"})
    await phone.open("#/inbox")
    await phone.open(f"#/reach-outs/{reach_out['id']}")
    await phone.sees_heading("You reached out")
    await phone.sees("I am right here.")
    assert await phone.button("Calling now").count() == 0


async def test_an_empty_circle_is_announced_until_somebody_joins(new_phone: NewPhone, circle) -> None:
    noor, *_ = await circle("Noor")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("Your circle is still empty.")
    await phone.press_button("Reach out now")
    await phone.sees_heading("In a moment you see whom you can call.")
    await phone.sees_heading("Nobody is in your circle yet.")
    ben, *_ = await circle("Ben")
    await noor.welcomes(ben)
    # Opening a page refreshes it, unless the app has just done so.
    await phone.page.wait_for_timeout(700)
    await phone.go("Circle")
    await phone.sees("Told at once")
    await phone.go("Home")
    await expect(phone.button("Reach out now")).to_be_visible()


async def test_a_running_bookend_is_shown_on_home(new_phone: NewPhone, circle) -> None:
    noor, _ = await circle("Noor", "Ben")
    [member] = (await noor.ask("GET", "/v1/circle"))["items"]
    due = datetime.now(UTC) + timedelta(minutes=30)
    await noor.ask(
        "POST", "/v1/bookends", {"what": "Dinner", "due_at": due.isoformat(), "companion": member["id"]}, 201
    )
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.page.get_by_role("link", name="how are you?").click()
    await expect(phone.button("I'm okay, check in")).to_be_visible()


async def test_without_a_helpline_there_is_something_to_read(new_phone: NewPhone, circle) -> None:
    noor, _ = await circle("Noor", "Ben")
    await noor.ask("PATCH", "/v1/me", {"region": "NG"})
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    ben = (await noor.ask("GET", "/v1/circle"))["items"][0]
    await noor.ask("DELETE", f"/v1/circle/{ben['id']}")
    await phone.open("#/")
    await phone.press_button("Reach out now")
    await phone.sees_heading("Nobody is in your circle yet.")
    await phone.sees("findahelpline.com")
    await phone.sees("Your local emergency number")
