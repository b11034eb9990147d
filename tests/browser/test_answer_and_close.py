"""After an answer: the others can be asked too, promised times do not drift, and the all-clear can be undone."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.people import Person
from tests.faults.processes import Server

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

LATER_THERE_TOO = """
const get = Headers.prototype.get;
Headers.prototype.get = function (name) {
  return name === 'Date' ? new Date().toUTCString() : get.call(this, name);
};
"""
"""The server's clock goes on with the one that a test moves."""

CLOCK = re.compile(r"\d?\d:\d\d")


async def clock_in(phone: Phone, heading: str) -> str:
    await phone.sees_heading(heading)
    match = CLOCK.search(await phone.heading(heading).first.inner_text())
    assert match
    return match[0]


async def test_after_any_answer_the_others_can_be_asked_and_everyone_messaged(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, ben, ana = await circle("Noor", "Ben", "Ana")
    await ana.ask("PATCH", "/v1/me", {"contact": "+44 20 7946 0001"})
    members = (await noor.ask("GET", "/v1/circle"))["items"]
    later = next(member for member in members if member["person"]["display_name"] == "Ana")
    await noor.ask("PATCH", f"/v1/circle/{later['id']}", {"step": 2})
    reach_out = await noor.press()
    await ben.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "soon", "minutes": 10})
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    time = await clock_in(phone, "Ben calls you at")
    # A member who shares a number can be called and texted, and there is always a message field.
    await expect(phone.link("Call Ana")).to_have_attribute("href", "tel:+442079460001")
    await expect(phone.link("Text Ana")).to_be_visible()
    await phone.page.get_by_role("textbox").fill("Take your time.")
    await phone.press_button("Send")
    await phone.sees("Take your time.")
    assert await ana.inbox() == []
    await phone.press_button("Ask the others too")
    await phone.sees("We are asking the others too.")
    assert await clock_in(phone, "Ben calls you at") == time
    assert len(await ana.inbox()) == 1
    await phone.sees("Told")
    await phone.press_button("Ask the others too")
    await phone.sees("They were asked a moment ago, so nothing was sent again.")

    # A helper's "talking" only asks the person; the person's own confirms it.
    await ben.ask("POST", f"/v1/reach-outs/{reach_out['id']}/together")
    await phone.sees_heading("Ben says that you are talking. Are you?")
    await expect(phone.button("Ask the others too")).to_be_visible()
    await phone.press_button("We are talking")
    await phone.sees_heading("You and Ben are talking.")


async def test_a_promised_call_time_does_not_drift(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    await ben.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "soon", "minutes": 10})
    hers, his = await new_phone("Noor"), await new_phone("Ben")
    await hers.belongs_to(noor)
    await his.belongs_to(ben)
    await hers.open()
    time = await clock_in(hers, "Ben calls you at")
    # Opened again seven minutes later, and once the promised time has passed.
    for phone in (hers, his):
        await phone.page.add_init_script(LATER_THERE_TOO)
    await his.page.clock.install(time=datetime.now(UTC) + timedelta(minutes=7))
    await his.open(f"#/reach-outs/{reach_out['id']}")
    await his.sees(f"Noor knows that you call at {time}.")
    await his.page.clock.fast_forward("05:00")
    await his.page.reload()
    await his.sees(f"You told Noor: a call at {time}.")
    await hers.page.clock.install(time=datetime.now(UTC) + timedelta(minutes=12))
    await hers.page.reload()
    await hers.sees_heading(f"Ben said: a call at {time}.")


async def test_the_all_clear_can_be_undone_and_is_sent_once_online(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    path = f"/v1/reach-outs/{reach_out['id']}"
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    for button, head in (
        ("I'm okay now", "In a moment your people hear that you are okay."),
        ("I pressed by mistake", "In a moment your people hear that it was a mistake."),
    ):
        await phone.press_button(button)
        await phone.sees_heading(head)
        await phone.press_button("Undo")
        await expect(phone.button(button)).to_be_visible()
    await ben.ask("POST", f"{path}/answers", {"kind": "calling"})
    await phone.press_button("We are talking")
    await phone.sees_heading("You and Ben are talking.")
    await phone.press_button("I'm okay now")
    await phone.press_button("Undo")
    await phone.sees_heading("You and Ben are talking.")
    assert (await noor.ask("GET", path))["closed_at"] is None

    # Offline it is kept, says that nobody knows yet, and is sent once online, even after a reload.
    await phone.controlled()
    await phone.context.set_offline(True)
    await phone.press_button("I'm okay now")
    await phone.sees_heading("Your people have not been told yet.")
    await phone.page.reload()
    await phone.sees_heading("Your people have not been told yet.")
    assert await ben.inbox("all_clear") == []
    await phone.context.set_offline(False)
    await phone.sees_heading("How did that feel?", within=20)
    await phone.sees("Your people know that you are okay.")
    assert (await noor.ask("GET", path))["outcome"] == "connected"
    assert len(await ben.inbox("all_clear")) == 1


async def test_every_screen_shows_that_no_phone_rings(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    quiet = datetime.now(UTC) + timedelta(hours=10)
    hours = [{"day": day, "from": f"{quiet:%H}:00", "to": f"{quiet:%H}:30"} for day in range(7)]
    await ben.ask("PATCH", "/v1/me", {"contact": "+44 20 7946 0000", "hours": hours, "time_zone": "UTC"})
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees_heading("No phone rings at this hour.")
    await phone.sees("It waits in their inbox. You can call:")
    await expect(phone.link(re.compile("^Call Ben"))).to_have_attribute("href", "tel:+442079460000")
    await expect(phone.link(re.compile("^Call 988"))).to_be_visible()
    await phone.press_button("Reach out now")
    await phone.sees_heading("In a moment it is in their inbox. No phone rings right now.")
    await phone.sees_heading("Nobody has answered yet.")
    await expect(phone.link(re.compile("^Call Ben")).first).to_be_visible()
    await phone.sees("Waits in their inbox")
    await phone.press_button("Ask everyone again")
    await phone.sees("No phone rings right now, so nothing was sent.")
    await phone.no_longer_sees(re.compile("asked again"))
    assert len(await ben.inbox()) == 1


async def test_where_nobody_has_a_phone_the_hour_is_not_the_reason(
    new_phone: NewPhone, circle: NewCircle, server: Server
) -> None:
    noor, ben = *await circle("Noor"), await Person.sign_up(server, "Ben")
    await noor.welcomes(ben)
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees_heading("No phone is reachable right now.")
    await phone.press_button("Reach out now")
    await phone.sees_heading("In a moment it is in their inbox. No phone rings right now.")
    await phone.sees_heading("Nobody has answered yet.")
    await expect(phone.text("at this hour")).to_have_count(0)


async def test_several_needs_are_listed_longest_waiting_first(new_phone: NewPhone, circle: NewCircle) -> None:
    ben, *_ = await circle("Ben")
    needs = {"Noor": "talk", "Ana": "urge", "Chidi": None}
    for name, need in needs.items():
        asking, *_ = await circle(name)
        await asking.welcomes(ben)
        await asking.ask("POST", "/v1/reach-outs", {"need": need}, 201)
    headings = ["Noor would like to talk.", "Ana has an urge and would like company.", "Chidi would like company."]
    phone = await new_phone("Ben")
    await phone.belongs_to(ben)
    await phone.open()
    cards = phone.page.get_by_role("main").get_by_role("link", name=re.compile("would like"))
    await expect(cards).to_contain_text(headings)
    await phone.go("Inbox")
    await phone.sees("Needs you now")
    await expect(phone.page.get_by_role("article").get_by_role("heading")).to_have_text(headings)
    # The whole card opens it, not only its button.
    await phone.page.get_by_role("article").nth(1).click(position={"x": 30, "y": 20})
    await phone.sees_heading(headings[1])
