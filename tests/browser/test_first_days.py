"""What a fresh mind stumbled over in the first week of two people: nothing on a screen is untrue, or leads into the wild."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.eventually import eventually

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

OLD = "No connection right now, so this may be old."


async def test_home_waits_with_whoever_was_invited(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("Your circle is still empty.")
    # The way on is not below the fold.
    await expect(phone.link(re.compile("^Your first week"))).to_be_in_viewport(ratio=0.95)
    await noor.ask("POST", "/v1/invitations", {"role": "sponsor", "label": "Ben"}, 201)
    await phone.page.reload()
    await phone.sees("Waiting for Ben to say yes.")
    await expect(phone.text("Ask one person you trust.")).to_have_count(0)
    await phone.is_sound()
    await phone.link("To my circle").click()
    await phone.sees("Has not said yes yet.")


@pytest.mark.whole_browser
async def test_the_words_are_not_asked_for_once_more(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor"), (await circle("Ben"))[0]
    invitation = await noor[0].ask("POST", "/v1/invitations", {"role": "sponsor"}, 201)
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open(f"#/invitation/{invitation['token']}")
    await phone.press_button("Say yes")
    await phone.press_button("Later")
    await phone.page.get_by_label("When you press, I").fill("I will pick up.")
    await phone.press_button("Go on")
    await phone.sees_heading("Say these two words to Noor.")
    [member] = (await noor[0].ask("GET", "/v1/circle"))["items"]
    await noor[0].ask("POST", f"/v1/circle/{member['id']}/confirm")
    await phone.press_button("Done")
    await phone.sees_heading("Nobody is reaching out to you right now.")
    await expect(phone.text("Say these two words")).to_have_count(0)
    # A circle of their own is offered to somebody who has listened, not in the first minute.
    await expect(phone.text("And who is there for you?")).to_have_count(0)

    hers = await new_phone("Noor")
    await hers.belongs_to(noor[0])
    await hers.open(f"#/people/{ben.id}")
    await hers.sees("“When you press, I will pick up.”")


async def test_without_a_network_nothing_is_said_of_now(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor", width=320)
    await phone.belongs_to(noor)
    await phone.open("#/check-ins/new")
    await phone.sees_heading("How are you today?")
    await phone.controlled()
    await phone.context.set_offline(True)
    for tab in ("Inbox", "Circle"):
        await phone.go(tab)
        await phone.sees(OLD)
        await phone.is_sound()
    # A calm ask needs a network, and nobody knows now who can be reached.
    await phone.go("Home")
    await phone.press_button("Very low")
    await phone.sees_heading("You do not have to be alone with this.")
    await expect(phone.link(re.compile("^Could somebody talk"))).to_have_count(0)
    await expect(phone.text("can be reached now")).to_have_count(0)
    await expect(phone.button("Reach out now")).to_be_visible()
    await phone.context.set_offline(False)
    await phone.go("Inbox")
    await phone.no_longer_sees(OLD, within=25)


async def test_a_slow_network_is_no_missing_one(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("How are you today?")
    through = asyncio.Event()

    async def slowly(route: Route) -> None:
        await through.wait()
        await route.continue_()

    await phone.page.route("**/v1/check-ins", slowly)
    await phone.press_button("Okay")
    await phone.sees("It is sent as soon as it gets through.")
    await expect(phone.text("when there is a connection")).to_have_count(0)
    through.set()
    await phone.sees("Only you can read it.")


async def test_a_part_is_not_called_the_whole_and_being_seen_is_new(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/check-ins/new")
    await phone.page.get_by_label("Low", exact=True).check()
    await phone.page.get_by_label("A few words, if you like").fill("For nobody else.")
    await phone.page.get_by_label("Ben", exact=True).check()
    await phone.press_button("Keep this")
    await phone.sees("Kept. Ben can read a part of it.")
    await phone.sees(re.compile("^At .+ Ben can read a part of it."))
    [shared] = (await ben.ask("GET", "/v1/check-ins"))["items"]
    await ben.ask("POST", f"/v1/check-ins/{shared['id']}/seen", None, 201)
    await phone.go("Inbox")
    row = phone.link(re.compile("Ben"))
    await expect(row).to_contain_text("Sees you")
    await expect(row).to_contain_text("New:")
    await row.click()
    await phone.sees("Ben sees you.")
    await phone.go("Inbox")
    await expect(row).to_contain_text("You shared something")
    await expect(row).not_to_contain_text("New:")


async def test_another_time_zone_is_followed_when_asked_and_asked_once(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    await noor.ask("PATCH", "/v1/me", {"time_zone": "Pacific/Auckland"})
    await ben.ask("PATCH", "/v1/me", {"time_zone": "Pacific/Auckland"})
    phone = await new_phone("Noor", width=320)
    await phone.belongs_to(noor)
    await phone.open()
    await phone.link("Your phone is in another time zone now.").click()
    await phone.sees_heading("Another time zone")
    await phone.is_sound()
    await phone.press_button("Go by this phone")
    await expect(phone.button("Reach out now")).to_be_visible()
    await eventually(lambda: noor.ask("GET", "/v1/me"), lambda me: me["time_zone"] == "Europe/London")
    await expect(phone.page.locator(".feel")).to_be_visible()
    await expect(phone.link("Your phone is in another time zone now.")).to_have_count(0)

    # A helper's hours hang on it as well; left as it is, it is not asked again.
    other = await new_phone("Ben")
    await other.belongs_to(ben)
    await other.open()
    await other.link("Your phone is in another time zone now.").click()
    await other.press_button("Leave it as it is")
    await other.sees_heading("Nobody is reaching out to you right now.")
    await other.page.reload()
    await other.sees_heading("Nobody is reaching out to you right now.")
    await expect(other.link("Your phone is in another time zone now.")).to_have_count(0)
    assert (await ben.ask("GET", "/v1/me"))["time_zone"] == "Pacific/Auckland"


async def test_whoever_leaves_is_told_that_they_have_left(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open(f"#/people/{noor.id}")
    await phone.press_button("More about Noor")
    await phone.press_button("Leave Noor's circle")
    await phone.context.set_offline(True)
    await phone.press_button("Yes, leave")
    await phone.sees("There is no connection right now.")
    await phone.context.set_offline(False)
    await phone.press_button("Yes, leave")
    await phone.sees("You have left Noor's circle.")
    await phone.sees_heading("Circle")
    assert (await noor.ask("GET", "/v1/circle"))["items"] == []


async def test_whom_nobody_answered_is_not_asked_whether_somebody_understood(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, _ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await noor.press()
    await phone.press_button("I'm okay now")
    await phone.sees("Your people know that you are okay.", within=20)
    await expect(phone.button("Reach out now")).to_be_visible()
    await expect(phone.heading("How did that feel?")).to_have_count(0)


async def test_a_step_of_the_first_week_leads_to_what_it_names(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    phone = await new_phone("Noor", width=320, notifications=False)
    await phone.belongs_to(noor)
    await phone.open("#/first-week")
    await phone.link(re.compile("^A phone that tells you")).click()
    await phone.sees_heading("A phone that tells you")
    await expect(phone.text("Sign out")).to_have_count(0)
    await phone.is_sound()


async def test_one_switch_makes_the_words_of_one_person_quiet(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor", width=320)
    await phone.belongs_to(noor)
    await phone.open(f"#/people/{ben.id}")
    await phone.press_button("More about Ben")
    await phone.sees("What Ben writes waits in your inbox, without a notification.")
    await phone.page.get_by_role("switch", name="Quiet words").check()
    await phone.is_sound()
    await eventually(lambda: noor.ask("GET", "/v1/circle"), lambda circle: circle["items"][0]["words_quiet"] is True)
    await ben.ask("POST", "/v1/reach-ins", {"to": noor.id, "text": "Are you there?"}, 201)
    await phone.press_button("Close")
    await phone.sees("Are you there?")
