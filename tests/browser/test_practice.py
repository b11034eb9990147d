"""A practice light on two phones, and the night in advance."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.eventually import eventually
from tests.browser.phone import Phone
from tests.faults.people import Person, are_free

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.whole_browser]


async def with_this_phone(person: Person) -> None:
    """Wait until the app's device is registered beside the one that everybody has: a practice pushes to those it finds."""
    await eventually(lambda: person.ask("GET", "/v1/devices"), lambda devices: len(devices["items"]) == 2)


async def ready(new_phone: NewPhone, person: Person, **more: Any) -> Phone:
    """Return this person's phone, open and with notifications."""
    phone = await new_phone(person.name, **more)
    await phone.belongs_to(person)
    await phone.open()
    await phone.controlled()
    return phone


async def test_begun_on_one_phone_and_seen_on_the_other(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana, ben = await circle("Maya", "Ana", "Ben")
    await are_free(ana, ben)
    owner, helper = await ready(new_phone, maya), await ready(new_phone, ana)
    await owner.go("Circle")
    await owner.page.get_by_role("link", name="A practice light").click()
    await owner.sees_heading("A practice light.")
    await owner.sees("Your 2 people get one quiet notice.")
    await owner.is_sound()
    await owner.press_button("Begin the practice")
    await owner.sees_heading("The light is on its way.")

    await helper.pushed("practice")
    shown = await helper.shows_notification()
    assert shown["body"] == "A practice light from your circle. Tap it to show that it arrived."
    assert not shown["requireInteraction"]
    await owner.sees("Arrived, not tapped yet")
    await helper.taps_notification()
    # The tap on the notification is the one tap that is asked for.
    await helper.sees_heading("Maya knows that it reached you.")
    await helper.is_sound()
    await owner.sees_heading("1 person has seen it.")
    await owner.sees("Seen in")
    await owner.is_sound()


async def test_the_button_of_the_notification_opens_no_app(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    await are_free(ana)
    helper = await ready(new_phone, ana)
    await with_this_phone(ana)
    begun = await maya.ask("POST", "/v1/practices", {}, 201)
    await helper.pushed("practice")
    assert [action["title"] for action in (await helper.shows_notification())["actions"]] == ["I see it"]
    await helper.taps_notification("seen")
    practice = f"/v1/practices/{begun['id']}"
    stored = await eventually(
        lambda: maya.ask("GET", practice), lambda asked: asked["members"][0]["seen_at"] is not None
    )
    assert stored["members"][0]["state"] == "seen"
    assert "practices" not in helper.page.url


async def test_an_alarm_takes_practice_off_the_phone(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    await are_free(ana)
    helper = await ready(new_phone, ana)
    await with_this_phone(ana)
    begun = await maya.ask("POST", "/v1/practices", {}, 201)
    await helper.pushed("practice")
    await helper.shows_notification()
    await maya.press()
    await helper.pushed("reach_out")
    alarm = ["Someone in your circle would like company."]
    await eventually(helper.notifications, lambda shown: [notification["body"] for notification in shown] == alarm)
    await helper.open(f"#/practices/{begun['id']}")
    await helper.sees("This is not practice: Maya would like company now.")
    await helper.sees("This practice is over.")
    await helper.is_sound()
    await helper.page.get_by_text("This is not practice").click()
    await helper.sees_heading("Maya would like company.")

    owner = await ready(new_phone, maya)
    await owner.open("#/circle/practice")
    await owner.sees("It ended when you reached out.")


async def test_seen_without_a_network_and_sent_later(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    begun = await maya.ask("POST", "/v1/practices", {}, 201)
    helper = await ready(new_phone, ana)
    await helper.open(f"#/practices/{begun['id']}")
    await helper.sees_heading("A practice light from Maya.")
    await helper.context.set_offline(True)
    await helper.press_button("I see it")
    await helper.sees_heading("Kept on this phone until there is a connection.")
    assert (await maya.ask("GET", f"/v1/practices/{begun['id']}"))["members"][0]["seen_at"] is None
    await helper.context.set_offline(False)
    await helper.page.reload()
    await helper.sees_heading("Maya knows that it reached you.")
    assert (await maya.ask("GET", f"/v1/practices/{begun['id']}"))["members"][0]["seen_at"] is not None


async def test_one_a_week_and_ended_by_hand(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    await are_free(ana)
    await maya.ask("POST", "/v1/practices", {}, 201)
    owner = await ready(new_phone, maya)
    await owner.open("#/circle")
    await owner.sees("It is burning now")
    await owner.open("#/circle/practice")
    await owner.press_button("End the practice")
    await owner.sees("It is over. A tap still counts.")
    await owner.sees("The next practice can begin")
    await expect(owner.button("Begin the practice")).to_have_count(0)
    await owner.open("#/circle")
    await owner.sees("Last one today")


async def test_a_phone_that_is_missing_says_what_to_look_at(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    [device] = (await ana.ask("GET", "/v1/devices"))["items"]
    await ana.ask("DELETE", f"/v1/devices/{device['id']}")
    await maya.ask("POST", "/v1/practices", {}, 201)
    owner = await ready(new_phone, maya)
    await owner.open("#/circle/practice")
    await owner.sees("Ana has no phone set up yet.")
    await owner.is_sound()
    helper = await new_phone("Ana", notifications=False)
    await helper.belongs_to(ana)
    await helper.open("#/inbox")
    await helper.page.get_by_role("button", name=re.compile("A practice light from Maya")).click()
    await helper.sees_heading("A practice light from Maya.")
    await helper.page.get_by_text("Did your phone show nothing?").click()
    await helper.sees("allow notifications")
    await helper.press_button("I see it")
    await helper.sees_heading("Maya knows that it reached you.")


EVENING = "Date.prototype.getHours = function () { return 19; };"


def only_around_now() -> list[dict[str, object]]:
    """Hours of which one is now; they are over long before the night of whoever lives in `evening_zone`."""
    now = datetime.now(UTC).hour
    hours = {(now + ahead) % 24 for ahead in (-1, 0, 1)}
    return [{"day": day, "from": f"{at:02}:00", "to": f"{at + 1:02}:00"} for day in range(7) for at in sorted(hours)]


def evening_zone() -> str:
    """Return a time zone in which it is about seven in the evening now."""
    ahead = (19 - datetime.now(UTC).hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+}"


async def test_home_in_the_evening_says_who_can_be_woken(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana, ben = await circle("Maya", "Ana", "Ben")
    await maya.ask("PATCH", "/v1/me", {"time_zone": evening_zone()})
    await ben.ask("PATCH", "/v1/me", {"hours": only_around_now()})
    owner = await new_phone("Maya")
    await owner.context.add_init_script(EVENING)
    await owner.belongs_to(maya)
    await owner.open()
    await owner.page.get_by_text("Tonight 1 of 2 can be woken.").click()
    await owner.sees_heading("Tonight 1 of 2 can be woken.")
    await owner.sees("Not at night")
    await owner.is_sound()

    await ana.ask("PATCH", "/v1/me", {"hours": only_around_now()})
    await owner.open()
    await owner.page.reload()
    await owner.page.get_by_text("Tonight nobody can be woken. You could ask Ana.").click()
    await owner.is_sound()
    await owner.press_button("Ask Ana")
    await owner.sees("In a moment Ana reads: May I wake you")
    await owner.sees("Ana has your question.", within=15)
    [word] = (await ana.ask("GET", "/v1/reach-ins"))["items"]
    assert word["text"].startswith("May I wake you")


async def test_a_person_page_says_when_the_phone_was_tried(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    owner = await ready(new_phone, maya)
    await owner.open(f"#/people/{ana.id}")
    await owner.sees("Ana's phone was not tried yet.")
    await owner.link("Try it with a practice light").click()
    await owner.sees_heading("A practice light.")
    begun = await maya.ask("POST", "/v1/practices", {}, 201)
    await ana.ask("POST", f"/v1/practices/{begun['id']}/seen")
    await owner.open(f"#/people/{ana.id}")
    await owner.sees("Something showed on Ana's phone today.")
    await owner.is_sound()


async def test_offers_are_switched_on_in_the_rhythm(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ana")
    owner = await ready(new_phone, maya)
    await owner.open("#/settings/rhythm")
    await owner.page.get_by_role("switch", name="A practice light, now and then").check()
    await eventually(lambda: maya.ask("GET", "/v1/me/rhythm"), lambda rhythm: rhythm["practice_offers"] is True)
