"""Check-ins and the week in the hand: with and without a network, part by part, taken back, and a hand offered once a day."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.people import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Where what can be tapped stood, in every frame in which it stood elsewhere than in the one before.
FRAMES = """
window.frames = {};
(function look() {
  for (const what of ['.porch', '.words .who', '.feel button', '.way']) {
    const stood = (window.frames[what] ??= []);
    const seen = document.querySelector(what);
    const top = seen?.checkVisibility({ visibilityProperty: true }) && seen.getBoundingClientRect().top;
    if (top && top !== stood.at(-1)) stood.push(top);
  }
  requestAnimationFrame(look);
})();
"""
LANTERN = "() => JSON.stringify(document.querySelector('.porch').getBoundingClientRect())"


async def at_home(new_phone: NewPhone, person: Person, *, said: bool = False, **more: Any) -> Phone:
    phone = await new_phone(person.name, **more)
    await phone.belongs_to(person)
    await phone.open()
    await phone.sees("Today: " if said else "How are you today?")
    return phone


async def own(person: Person) -> list[dict[str, Any]]:
    return list((await person.ask("GET", "/v1/check-ins?mine=true"))["items"])


async def notices(person: Person) -> list[str]:
    """The kinds of what stands in the inbox, but for the invitations that made the circle."""
    listed = (await person.ask("GET", "/v1/inbox"))["items"]
    return [item["kind"] for item in listed if item["kind"] != "invitation_accepted"]


@pytest.mark.whole_browser
async def test_nothing_on_home_moves_from_under_a_finger_while_it_comes(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    (member,) = (await noor.ask("GET", "/v1/circle"))["items"]
    await ben.ask("PATCH", f"/v1/supporting/{member['id']}", {"standing_words": "call you"})
    phone = await new_phone(noor.name)
    await phone.belongs_to(noor)
    await phone.page.add_init_script(FRAMES)
    await phone.open()
    # What the worker of the app kept comes faster than what the server says, the second time.
    for _ in range(2):
        await phone.sees("Your first week: ")
        await phone.sees("1 person can be reached now.")
        await phone.sees("How are you today?")
        await phone.page.wait_for_function("Object.values(window.frames).every(tops => tops.length)")
        stood = await phone.page.evaluate("window.frames")
        assert {what: len(tops) for what, tops in stood.items()} == dict.fromkeys(stood, 1), stood
        assert len(stood) == 4
        await phone.page.reload()


async def test_one_tap_on_home_keeps_it_for_me_alone_and_moves_nothing(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await at_home(new_phone, noor)
    before = await phone.page.evaluate(LANTERN)
    await phone.press_button("Low")
    await phone.sees("Today: Low")
    await phone.sees("Only you can read it.")
    assert await phone.page.evaluate(LANTERN) == before, "the lantern stays under the finger"
    [kept] = await own(noor)
    assert (kept["feeling"], kept["shared_with"]) == (1, [])
    assert await notices(ben) == []
    await phone.is_sound()


async def test_a_whole_check_in_without_a_network(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await at_home(new_phone, noor)
    await phone.controlled()
    await phone.context.set_offline(True)
    await phone.press_button("So-so")
    await phone.sees("Today: So-so")
    await phone.sees("It is sent when there is a connection.")

    # More is said before it has left: it takes the first one's place.
    await phone.link("Add a word").click()
    await phone.page.get_by_label("Tired").check()
    await phone.page.get_by_label("A few words, if you like").fill("Work was long.")
    await phone.page.get_by_label("Ben", exact=True).check()
    await phone.page.get_by_label("My words").check()
    await phone.press_button("Keep this")
    await phone.sees("Today: So-so")

    # The app opens again without a network, and still has it.
    await phone.page.reload()
    await phone.sees("Today: So-so")
    assert await own(noor) == []
    await phone.context.set_offline(False)
    await phone.sees("Ben can read a part of it.", within=25)
    [kept] = await own(noor)
    assert (kept["feeling"], kept["halt"], kept["note"]) == (2, ["tired"], "Work was long.")
    [theirs] = (await ben.ask("GET", "/v1/check-ins"))["items"]
    assert (theirs["feeling"], theirs["note"]) == (2, "Work was long.")
    assert "halt" not in theirs


async def test_what_is_changed_without_a_network_takes_the_place_of_the_first(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, ben = await circle("Noor", "Ben")
    [member] = (await noor.ask("GET", "/v1/circle"))["items"]
    body = {"feeling": 1, "note": "Rough.", "share_with": [member["id"]]}
    first = await noor.ask("POST", "/v1/check-ins", body, 201)
    phone = await at_home(new_phone, noor, said=True)
    await phone.controlled()
    await phone.link("Add a word").click()
    await expect(phone.page.get_by_label("A few words, if you like")).to_have_value("Rough.")
    await phone.context.set_offline(True)
    await phone.page.get_by_label("A few words, if you like").fill("Better since noon.")
    await phone.press_button("Keep this")
    await phone.sees("It is sent when there is a connection.")
    await phone.link("Add a word").click()
    await phone.page.get_by_label("Okay").check()
    await phone.press_button("Keep this")
    await phone.sees("Today: Okay")
    assert [item["id"] for item in await own(noor)] == [first["id"]]
    await phone.context.set_offline(False)
    await phone.sees("Ben can read it.", within=25)
    [kept] = await own(noor)
    assert (kept["feeling"], kept["note"]) == (3, "Better since noon.")
    assert [item["note"] for item in (await ben.ask("GET", "/v1/check-ins"))["items"]] == ["Better since noon."]

    # So does what it is shared with: taken back without a network, it is gone as soon as there is one.
    await phone.link("Share it").click()
    await expect(phone.page.get_by_label("Ben", exact=True)).to_be_checked()
    await phone.context.set_offline(True)
    await phone.page.get_by_label("Ben", exact=True).uncheck()
    await phone.press_button("Keep this")
    await phone.sees("It is sent when there is a connection.")
    await phone.context.set_offline(False)
    await phone.sees("Only you can read it.", within=25)
    assert (await ben.ask("GET", "/v1/check-ins"))["items"] == []


async def test_what_waited_for_somebody_who_left_is_kept_for_me_alone(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await at_home(new_phone, noor)
    await phone.context.set_offline(True)
    await phone.page.evaluate("() => { location.hash = '#/check-ins/new'; }")
    await phone.page.get_by_label("Okay").check()
    await phone.page.get_by_label("Ben", exact=True).check()
    await phone.press_button("Keep this")
    await phone.sees("Today: Okay")
    [member] = (await noor.ask("GET", "/v1/circle"))["items"]
    await noor.ask("DELETE", f"/v1/circle/{member['id']}", None, 204)
    await phone.context.set_offline(False)
    await expect(phone.button("Reach out now")).to_be_visible()
    for _ in range(100):
        if await own(noor):
            break
        await phone.page.wait_for_timeout(250)
    [kept] = await own(noor)
    assert (kept["feeling"], kept["shares"]) == (3, [])
    assert (await ben.ask("GET", "/v1/check-ins"))["items"] == []


async def test_parts_for_one_person_seen_by_them_and_taken_back(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben, ana = await circle("Noor", "Ben", "Ana")
    phone = await at_home(new_phone, noor)
    await phone.page.evaluate("() => { location.hash = '#/moment'; }")
    await phone.page.evaluate("() => { location.hash = '#/check-ins/new'; }")
    await phone.sees_heading("How are you today?")
    await expect(phone.text("Who may see it?")).to_have_count(0)
    await phone.page.get_by_label("Low", exact=True).check()
    await phone.page.get_by_label("Angry").check()
    await phone.page.get_by_label("A few words, if you like").fill("For nobody else.")
    await expect(phone.page.get_by_label("Only for me")).to_be_checked()
    await phone.page.get_by_label("Ben", exact=True).check()
    await expect(phone.page.get_by_label("Only for me")).not_to_be_checked()
    card = phone.page.get_by_role("group", name="Ben sees")
    await expect(card.get_by_label("How I am")).to_be_checked()
    await expect(card.get_by_label("My words")).not_to_be_checked()
    await phone.is_sound()
    await phone.press_button("Keep this")
    await phone.sees("Kept. Ben can read a part of it.")

    # Ben reads what was shared in the thread of the two, and nothing hints at the rest.
    other = await new_phone("Ben")
    await other.belongs_to(ben)
    [notice] = (await ben.ask("GET", "/v1/inbox"))["items"]
    await other.open(f"#/check-ins/{notice['check_in_id']}")
    await other.sees_heading("Noor")
    await other.sees("Noor shared this")
    await other.sees("Low")
    await expect(other.text(re.compile("angry|nobody else"))).to_have_count(0)
    await other.is_sound()
    await other.press_button("I see you")
    await other.sees("Noor knows that you see it.")
    assert await notices(noor) == ["check_in_seen"]
    assert await notices(ana) == []

    # Shared with Ana later, and taken back from Ben: from one's own list, and gone from his page.
    await phone.page.evaluate("() => { location.hash = '#/check-ins'; }")
    await phone.sees("Ben can read a part of it.")
    await phone.page.get_by_role("link", name=re.compile("^Low")).click()
    await phone.page.get_by_label("Ana", exact=True).check()
    await phone.page.get_by_label("Ben", exact=True).uncheck()
    await phone.press_button("Keep this")
    await phone.sees("Kept. Ana can read a part of it.")
    await expect(other.text("Low")).to_have_count(0)
    await other.open(f"#/check-ins/{notice['check_in_id']}")
    await other.sees("This is not here any more.")
    assert await notices(ben) == []
    assert await notices(noor) == [], "nor does anything say that Ben had seen it"
    [theirs] = (await ana.ask("GET", "/v1/check-ins"))["items"]
    assert (theirs["feeling"], "note" in theirs) == (1, False)


async def test_a_hand_is_offered_and_not_now_is_final_for_today(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await at_home(new_phone, noor)
    await phone.press_button("Very low")
    await phone.sees_heading("You do not have to be alone with this.")
    await phone.sees("Nobody has been told.")
    await phone.is_sound()
    await phone.link("Not now").click()
    await phone.sees("Today: Very low")
    await phone.page.evaluate("() => { location.hash = '#/check-ins/new'; }")
    await phone.page.get_by_label("Lonely").check()
    await phone.press_button("Keep this")
    await phone.sees("Kept. Only you can read it.")
    await expect(phone.heading("You do not have to be alone with this.")).to_have_count(0)
    assert await notices(ben) == []
    assert await noor.ask("GET", "/v1/reach-outs?mine=true") == {"items": [], "next": None}


async def test_the_week_and_eight_of_them(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await at_home(new_phone, noor)
    await phone.page.evaluate("() => { location.hash = '#/week'; }")
    await phone.sees_heading("A minute for the week.")
    await phone.press_button("Keep this")
    await phone.sees("One answer is enough to keep it.")
    people = phone.page.get_by_role("group", name="I was with people who are good for me.")
    await people.get_by_label("Yes").check()
    await phone.page.get_by_role("group", name="Urges came.").get_by_label("A few").check()
    await phone.page.get_by_label("Ben", exact=True).check()
    card = phone.page.get_by_role("group", name="Ben sees")
    await expect(card.get_by_role("checkbox")).to_have_count(2)
    await card.get_by_label("Good people").check()
    await phone.is_sound()
    await phone.press_button("Keep this")
    await phone.sees_heading("Your last eight weeks.")
    await expect(phone.page.get_by_role("img", name="Yes, in one week.")).to_be_visible()
    await expect(phone.page.get_by_role("img", name="A few, in one week.")).to_be_visible()
    await phone.is_sound()
    [theirs] = (await ben.ask("GET", "/v1/check-ins"))["items"]
    assert theirs["week"] == {"people": 3}


async def test_the_week_has_its_line_on_the_chosen_day_without_a_network_too(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    noor, _ = await circle("Noor", "Ben")
    today = datetime.now(ZoneInfo("Europe/London"))
    await noor.ask("PUT", "/v1/me/rhythm", {"week": {"at": "18:00", "day": (today.weekday() + 1) % 7}})
    phone = await at_home(new_phone, noor)
    line = phone.link("A minute for the week.")
    await expect(phone.page.locator(".feel")).to_be_visible()
    await expect(line).to_have_count(0)
    await phone.controlled()
    await phone.page.evaluate("() => { location.hash = '#/settings/rhythm'; }")
    await phone.page.get_by_label(f"{today:%a}", exact=True).check()
    await expect(phone.page.get_by_label(f"{today:%a}", exact=True)).to_be_checked()
    await phone.go("Home")
    await expect(line).to_be_visible()
    await phone.context.set_offline(True)
    await phone.page.reload()
    await expect(line).to_be_visible()
    # Looked at, it is gone, also where that waits on the phone.
    await line.click()
    await phone.page.get_by_label("Yes").first.check()
    await phone.press_button("Keep this")
    await phone.sees("It is sent when there is a connection.")
    await phone.go("Home")
    await expect(phone.page.locator(".feel")).to_be_visible()
    await expect(line).to_have_count(0)
