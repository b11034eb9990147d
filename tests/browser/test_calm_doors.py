"""Where "Could somebody talk?" is reached from, by keyboard too; and the three doors after a slip."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.calm import LATER, PRESS, of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.keyboard import stands_at_the_heading, tab_to
from tests.faults.people import are_free

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


async def test_after_a_slip_there_are_three_doors_and_nothing_is_written_down(
    new_phone: NewPhone, circle: NewCircle
) -> None:
    maya, ben = await circle("Maya", "Ben")
    await are_free(ben)
    hers = await of(new_phone, maya, "#/calm", width=320)
    await expect(hers.button("Ask Ben")).to_be_visible()
    await hers.page.wait_for_load_state("networkidle")
    kept = "() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])"
    before = await hers.page.evaluate(kept)
    written: list[str] = []
    hers.page.on("request", lambda request: written.append(request.url) if request.method != "GET" else None)
    await hers.link("After a slip").click()
    await hers.sees_heading("After a slip")
    await hers.is_sound()
    for door, heading in (
        ("A person", "Could somebody talk?"),
        ("My plan", "A plan for a hard hour."),
        ("Rest", "Then rest."),
    ):
        await hers.open("#/calm/slip")
        await hers.link(re.compile(f"^{door}")).click()
        await hers.sees_heading(heading)
    await hers.is_sound()
    await expect(hers.button(PRESS)).to_be_visible()
    assert written == []
    assert await hers.page.evaluate(kept) == before


@pytest.mark.parametrize("where", ["#/check-ins/offer", "#/follow-up"])
async def test_a_hand_leads_to_it(new_phone: NewPhone, circle: NewCircle, where: str) -> None:
    maya, ben = await circle("Maya", "Ben")
    await are_free(ben)
    hers = await of(new_phone, maya, where)
    await hers.link(re.compile("^Could somebody talk")).click()
    await hers.sees_heading("Could somebody talk?")
    await expect(hers.button("Ask Ben")).to_be_visible()


async def test_by_keyboard(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    await are_free(ben)
    hers = await of(new_phone, maya)
    keys = hers.page.keyboard
    await expect(hers.link(re.compile("^Could somebody talk"))).to_be_visible()
    await tab_to(hers.page, hers.link(re.compile("^Could somebody talk")))
    await keys.press("Enter")
    await stands_at_the_heading(hers.page, "Could somebody talk?")
    await expect(hers.button("Ask Ben")).to_be_visible()
    await tab_to(hers.page, hers.page.get_by_label("A word, if you like"))
    await keys.type("A voice would be good.")
    await tab_to(hers.page, hers.button("Ask Ben"))
    await keys.press("Enter")
    await stands_at_the_heading(hers.page, "Ben is asked.")
    await expect(hers.page.locator("#announcer[role=status]")).to_have_text("Ben is asked.")
    calm_ask = (await ben.inbox("calm"))[0]["reach_out_id"]
    his = await of(new_phone, ben, f"#/reach-outs/{calm_ask}")
    await expect(his.button(LATER)).to_be_visible()
    await tab_to(his.page, his.page.get_by_role("group", name="Or later today").get_by_role("radio", checked=True))
    await his.page.keyboard.press("ArrowRight")
    await tab_to(his.page, his.button(LATER))
    await his.page.keyboard.press("Enter")
    await his.sees("Maya knows that you can talk at")
    await expect(hers.page.locator("#announcer[role=status]")).to_have_text(re.compile("^Ben can talk at"))
    await tab_to(hers.page, hers.button(PRESS))
    await keys.press("Enter")
    await stands_at_the_heading(hers.page, "In a moment Ben is told.")


async def test_with_an_empty_circle_it_leads_to_a_first_person(new_phone: NewPhone, circle: NewCircle) -> None:
    (maya,) = await circle("Maya")
    hers = await of(new_phone, maya, "#/calm")
    await hers.sees("Your circle is still empty.")
    await expect(hers.link(re.compile("^Invite someone"))).to_be_visible()
    assert await hers.button(re.compile("^Ask")).count() == 0
