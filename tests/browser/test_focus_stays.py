"""By keyboard and screen reader: where one goes on after a press whose button went away, and what is read out."""

import pytest
from playwright.async_api import expect

from tests.browser.calm import asked, of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.keyboard import tab_to
from tests.browser.phone import Phone

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

AT = "document.activeElement === document.body ? '' : document.activeElement.textContent"


async def presses(phone: Phone, name: str) -> None:
    """By keyboard alone."""
    await tab_to(phone.page, phone.button(name))
    await phone.page.keyboard.press("Enter")


async def stands_at(phone: Phone, text: str) -> None:
    await phone.page.wait_for_function(f"text => ({AT}).includes(text)", arg=text)


async def test_a_word_with_one_tap_and_its_undo(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await of(new_phone, noor, f"#/people/{ben.id}")
    await presses(phone, "Thank you.")
    # Not at "Undo": a key that is held a moment too long must not take it back.
    await stands_at(phone, "In a moment Ben reads: Thank you.")
    await phone.page.keyboard.press("Tab")
    await stands_at(phone, "Undo")
    await phone.page.keyboard.press("Enter")
    await stands_at(phone, "Thinking of you.")


async def test_thanks_after_a_reach_out(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    path = f"/v1/reach-outs/{reach_out['id']}"
    await ben.ask("POST", f"{path}/answers", {"kind": "here"})
    await noor.ask("POST", f"{path}/close", {"outcome": "connected"})
    phone = await of(new_phone, noor, f"#/reflection/{reach_out['id']}")
    await presses(phone, "Thank Ben")
    await stands_at(phone, "In a moment Ben reads:")
    await stands_at(phone, "Ben has your thanks.")


async def test_an_answer_and_its_change(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    phone = await of(new_phone, ben, f"#/reach-outs/{reach_out['id']}")
    await presses(phone, "In 10 minutes")
    await stands_at(phone, "Noor knows that you call at")
    await presses(phone, "We are talking")
    await stands_at(phone, "Noor is asked whether you are talking.")
    await presses(phone, "Change my answer")
    await stands_at(phone, "Calling now")


async def test_an_answer_to_a_calm_ask(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    calm = await asked(noor, ben)
    phone = await of(new_phone, ben, f"#/reach-outs/{calm}")
    await presses(phone, "Not today")
    await stands_at(phone, "Thank you for saying so.")


async def test_how_i_am_today_on_home(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await of(new_phone, noor)
    await presses(phone, "Okay")
    await stands_at(phone, "Today: Okay")


async def test_something_done(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    made = await noor.ask("POST", "/v1/commitments", {"text": "Ten pages", "days": list(range(7)), "at": "00:00"}, 201)
    phone = await of(new_phone, noor, f"#/commitments/{made['id']}")
    await presses(phone, "Done")
    await phone.page.wait_for_function(f"({AT}).startsWith('Done')")
    await expect(phone.page.locator("p:focus")).to_be_visible()


async def test_a_thing_taken_out_of_a_plan(new_phone: NewPhone, circle: NewCircle) -> None:
    (noor,) = await circle("Noor")
    await noor.ask("PUT", "/v1/me/plan", {"signs": ["One", "Two"]})
    phone = await of(new_phone, noor, "#/settings/plan/edit")
    await presses(phone, "Remove: One")
    await expect(phone.button("Remove: Two")).to_be_focused()
    await phone.page.keyboard.press("Enter")
    await expect(phone.button("Add").first).to_be_focused()


async def test_what_is_asked_before_something_is_done(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await of(new_phone, noor, f"#/people/{ben.id}")
    await presses(phone, "More about Ben")
    await presses(phone, "Remove from my circle")
    await stands_at(phone, "Ben is not told about it.")
    await phone.page.keyboard.press("Tab")
    await stands_at(phone, "Remove Ben")


async def test_a_passing_message_is_read_out(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    await noor.press()
    phone = await of(new_phone, noor, "#/settings/number")
    # A live region that comes with its text stays silent: it stands there before.
    banner = phone.page.locator(".banner[role=status]")
    await banner.evaluate("(one) => { one.dataset.stood = 'before'; }")
    await phone.page.get_by_label("Phone number").fill("+442079460000")
    await phone.press_button("Share my number")
    await expect(phone.page.locator("[data-stood=before]")).to_have_text("Saved.")
