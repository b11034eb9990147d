"""Names and words of any length and any script fit on the smallest phone."""

import pytest
from playwright.async_api import expect

from tests.browser.calm import of
from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import SCRIPTS, Phone

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

NAME = "W" * 60
LINK = "https://example.org/" + "a" * 380


async def _fits(phone: Phone) -> None:
    for size in ("", "200%"):
        await phone.page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        assert await phone.page.evaluate("document.documentElement.scrollWidth") <= 320


async def test_a_long_name_and_a_long_link_fit(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana, ben = await circle("Maya", "Ana", "Ben")
    await maya.ask("PATCH", "/v1/me", {"display_name": NAME})
    await maya.ask("POST", "/v1/reach-ins", {"to": ana.id, "text": LINK}, 201)
    phone = await of(new_phone, ana, f"#/people/{maya.id}", width=320)
    await phone.sees(LINK)
    await _fits(phone)
    await expect(phone.button("Send")).to_be_in_viewport()
    # "Who is with …", above whoever has answered.
    await maya.press(LINK)
    [reach_out] = (await maya.ask("GET", "/v1/reach-outs?mine=true&open=true"))["items"]
    await ben.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "here"}, 201)
    await phone.open(f"#/reach-outs/{reach_out['id']}")
    await phone.sees_heading(f"Who is with {NAME}")
    await _fits(phone)


async def test_somebodys_own_words_run_as_their_language_does(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    await maya.ask("POST", "/v1/reach-ins", {"to": ana.id, "text": "מה שלומך?"}, 201)
    phone = await of(new_phone, ana, f"#/people/{maya.id}")
    words = phone.text("מה שלומך?")
    await expect(words).to_be_visible()
    # The question mark stands at the end, which is on the left.
    assert await words.evaluate(
        "words => { const mark = document.createRange(); mark.setStart(words.firstChild, 8); mark.setEnd(words.firstChild, 9);"
        " const rest = document.createRange(); rest.setStart(words.firstChild, 0); rest.setEnd(words.firstChild, 8);"
        " return mark.getBoundingClientRect().left < rest.getBoundingClientRect().left; }"
    )


async def test_no_word_of_an_answer_or_a_choice_is_broken_in_large_text(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    reach_out = await noor.press()
    broken = (SCRIPTS / "broken_words.js").read_text()
    for person, where, shown in (
        (ben, f"#/reach-outs/{reach_out['id']}", "Calling now"),
        (noor, "#/settings/plan/edit", "I skip meals"),
        (noor, "#/commitments/new", "My phone sleeps in the kitchen"),
    ):
        phone = await new_phone(person.name, width=320)
        await phone.belongs_to(person)
        await phone.open(where)
        await phone.sees(shown)
        await phone.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await phone.page.evaluate(broken) == [], where
