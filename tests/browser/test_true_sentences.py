"""What a page says stays true when what it speaks of is over, was shared, or cannot be done as it says."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Route, expect

from tests.browser.calm import of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.locked import locked_by_pin
from tests.browser.phone import Phone
from tests.faults.installation import Installation

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def everything_is(phone: Phone, status: int, problem: str) -> None:
    """Let the server answer whatever this phone asks for with one problem."""

    async def answer(route: Route) -> None:
        document = {"type": f"/problems/{problem}", "title": problem, "status": status}
        await route.fulfill(status=status, json=document, content_type="application/problem+json")

    await phone.page.route("**/v1/**", answer)


async def test_what_is_over_does_not_say_who_calls_at_what_time(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben, ana = await circle("Noor", "Ben", "Ana")
    reach_out = await noor.press()
    path = f"/v1/reach-outs/{reach_out['id']}"
    await ana.ask("POST", f"{path}/answers", {"kind": "soon", "minutes": 10})
    phone = await of(new_phone, ben, f"#/reach-outs/{reach_out['id']}")
    await phone.sees("Who is with Noor")
    await phone.sees(re.compile(r"^Calls at \d"))
    await phone.sees(re.compile("^Since"))
    await noor.ask("POST", f"{path}/close", {"outcome": "connected"})
    await phone.sees_heading("Noor is okay now.")
    await phone.sees("Who was there for Noor")
    await expect(phone.text("Ana")).to_be_visible()
    await expect(phone.text(re.compile(r"Calls at|^Since|Who is with"))).to_have_count(0)


async def test_a_hand_is_offered_without_denying_who_was_told(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await of(new_phone, maya, "#/check-ins/new")
    await phone.page.get_by_label("Very low").check()
    await phone.page.get_by_label("Ben", exact=True).check()
    await phone.press_button("Keep this")
    await phone.sees_heading("You do not have to be alone with this.")
    await phone.sees("Kept. Ben can read it.")
    await phone.sees("If you like, one of these:")
    await expect(phone.text("Nobody has been told")).to_have_count(0)


async def test_who_stands_by_can_write_where_no_number_is_shared(
    new_phone: NewPhone, circle: NewCircle, installation: Installation
) -> None:
    maya, ben = await circle("Maya", "Ben")
    [member] = (await maya.ask("GET", "/v1/circle"))["items"]
    due = {"due_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(), "companion": member["id"]}
    bookend = await maya.ask("POST", "/v1/bookends", due, 201)
    await installation.store.change(
        "UPDATE bookends SET due_at = datetime('now', '-30 minutes'), companion_told_at = datetime('now', '-10 minutes'),"
        f" next_at = NULL WHERE id = '{bookend['id'].replace('-', '')}'"
    )
    phone = await of(new_phone, ben, f"#/bookends/{bookend['id']}")
    await phone.sees_heading("Maya has not checked in.")
    await phone.sees("Maya has not shared a number here.")
    await phone.link("Write to Maya").click()
    await phone.sees_heading("Maya")


async def test_undo_beside_a_name_takes_it_back(
    new_phone: NewPhone, circle: NewCircle, installation: Installation
) -> None:
    maya, ana = await circle("Maya", "Ana")
    await installation.store.change(
        f"UPDATE memberships SET accepted_at = '2026-01-02 10:00:00' WHERE member_id = '{ana.id.replace('-', '')}'"
    )
    phone = await of(new_phone, ana)
    await phone.press_button("Say hello")
    await phone.sees("In a moment Maya reads: Thinking of you.")
    await phone.press_button("Undo")
    await expect(phone.button("Say hello")).to_be_visible()
    assert (await maya.ask("GET", "/v1/reach-ins"))["items"] == []


async def test_the_lamp_that_is_held_has_no_square_over_it(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor)
    await expect(phone.button("Reach out now")).to_have_css("-webkit-tap-highlight-color", "rgba(0, 0, 0, 0)")


@pytest.mark.parametrize(
    "where", ["#/inbox", "#/bookends", "#/week/look-back", "#/check-ins", "#/circle/connection", "#/settings/rhythm"]
)
async def test_a_page_that_cannot_be_loaded_says_so(new_phone: NewPhone, circle: NewCircle, where: str) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await of(new_phone, maya, "#/settings", service_workers="block")
    await phone.sees_heading("Settings")

    await everything_is(phone, 503, "unavailable")
    await phone.open(where)
    said = "That did not work. Please try again in a moment."
    await phone.sees(said)
    # It is taken back once the page is there.
    await phone.page.unroute("**/v1/**")
    await phone.page.evaluate("dispatchEvent(new Event('online'))")
    await phone.no_longer_sees(said)


async def test_whoever_was_signed_out_is_told_that_and_nothing_else(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await of(new_phone, maya, "#/settings", service_workers="block")
    await phone.sees_heading("Settings")

    await everything_is(phone, 401, "not-signed-in")
    await phone.open("#/bookends")
    await phone.sees("You have been signed out on this phone.")
    await phone.page.wait_for_timeout(500)
    await expect(phone.page.locator(".banner")).to_have_text("")


@pytest.mark.parametrize("where", ["#/bookends", "#/check-ins", "#/settings/rhythm", "#/commitments"])
async def test_a_page_without_a_network_says_so(new_phone: NewPhone, circle: NewCircle, where: str) -> None:
    maya, _ = await circle("Maya", "Ben")
    phone = await of(new_phone, maya, "#/settings")
    await phone.sees_heading("Settings")
    await phone.controlled()
    await phone.context.set_offline(True)
    await phone.page.evaluate("dispatchEvent(new Event('offline'))")
    await phone.open(where)
    await phone.sees(re.compile("o connection right now"))
    await phone.context.set_offline(False)
