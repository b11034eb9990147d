"""How connected somebody is: one light to begin with, a word that can be taken back, and a cord for each person."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.world.patience import patient

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_it_begins_with_one_word_that_can_be_taken_back(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    phone = await new_phone("Maya")
    await phone.belongs_to(maya)
    await phone.open("#/circle")
    await phone.link(re.compile("^Connection")).click()
    await phone.sees_heading("It begins with one word to one person.")
    await phone.is_sound()
    await phone.press_button("Thinking of you, Ana")
    await phone.sees("In a moment Ana reads: Thinking of you.")
    await phone.press_button("Undo")
    await phone.press_button("Thinking of you, Ana")
    assert (await ana.ask("GET", "/v1/reach-ins"))["items"] == []
    # Leaving the page is not taking it back.
    await phone.link("Somebody else").click()
    await phone.sees_heading("Circle")
    async with asyncio.timeout(patient(5)):
        # It goes over the network, to another process, which knows no event of this loop.
        while not (words := (await ana.ask("GET", "/v1/reach-ins"))["items"]):  # noqa: ASYNC110 (see above)
            await asyncio.sleep(0.05)
    assert [word["text"] for word in words] == ["Thinking of you."]
    await phone.link(re.compile("^Connection")).click()
    await phone.sees_heading("You were in touch with 1 person.")
    await expect(phone.page.get_by_role("img", name="Today.", exact=True)).to_be_visible()
    await phone.is_sound()


async def test_how_it_felt_and_when_others_pressed(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ana = await circle("Maya", "Ana")
    for felt in ({"seen": 1}, {"seen": 1}, {"seen": 1, "safe": 3}):
        reach_out = await maya.press()
        await ana.ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "here"}, 201)
        await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/close", {"outcome": "ok_now"})
        await maya.ask("POST", f"/v1/reach-outs/{reach_out['id']}/reflection", felt)
    phone, other = await new_phone("Maya"), await new_phone("Ana")
    await phone.belongs_to(maya)
    await other.belongs_to(ana)
    await phone.open("#/circle/connection")
    await phone.sees("Most times somebody answered within 1 minute.")
    await phone.sees("A little.")
    await phone.link("Read them again").click()
    await phone.sees("Seen: a little \u00b7 Safe: yes")
    await other.open("#/circle/connection")
    await other.sees("You were there for somebody.")
    for hidden in ("How it felt afterwards", "When you pressed"):
        await expect(other.page.get_by_text(hidden)).to_have_count(0)
