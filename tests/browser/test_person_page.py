"""One person's page in the hand: words in order and once, offline too, taken back, three in a row, a circle that ends."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from playwright.async_api import Request, expect
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import Phone
from tests.faults.people import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def at_page(new_phone: NewPhone, person: Person, other: Person, **more: Any) -> Phone:
    phone = await new_phone(person.name, **more)
    await phone.belongs_to(person)
    await phone.open(f"#/people/{other.id}")
    await expect(field(phone, other)).to_be_visible()
    return phone


def field(phone: Phone, other: Person) -> Any:
    return phone.page.get_by_label(f"Write to {other.name}")


async def write(phone: Phone, other: Person, text: str) -> None:
    await field(phone, other).fill(text)
    await phone.press_button("Send")


async def words(person: Person) -> list[str]:
    """What was sent to this person and by them, oldest first."""
    listed = (await person.ask("GET", "/v1/reach-ins"))["items"]
    return [item["text"] for item in reversed(listed)]


async def test_words_go_both_ways_and_an_open_page_follows(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    hers, his = await at_page(new_phone, maya, ben), await at_page(new_phone, ben, maya)
    await write(hers, ben, "Coffee before the meeting?")
    await his.sees("Coffee before the meeting?")
    await write(his, maya, "Yes. Seven.")
    await hers.sees("Yes. Seven.")
    await hers.press_button("We talked today")
    await his.sees("You and Maya talked.")
    await hers.press_button("No, we did not talk today")
    await expect(his.text("You and Maya talked.")).to_have_count(0)
    await expect(field(hers, ben)).to_have_value("")
    assert not (await hers.asks("/v1/threads"))["items"][0]["unread"], "what is on the screen is read"
    for phone in (hers, his):
        await phone.is_sound()


async def test_one_tap_can_be_taken_back_for_five_seconds(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    phone = await at_page(new_phone, maya, ben)
    await phone.press_button("Thank you.")
    await phone.sees("In a moment Ben reads: Thank you.")
    await phone.press_button("Undo")
    await phone.press_button("Thinking of you.")
    await phone.sees("In a moment Ben reads: Thinking of you.")
    # What is typed meanwhile goes after what was tapped.
    await write(phone, ben, "And see you tomorrow.")
    await expect(phone.page.locator(".msg")).to_have_count(2)
    # Both stand on the page while the second is still on its way.
    for _ in range(100):
        if len(await words(ben)) == 2:
            break
        await phone.page.wait_for_timeout(100)
    assert await words(ben) == ["Thinking of you.", "And see you tomorrow."]
    await phone.is_sound()


async def test_words_without_a_network_are_sent_in_order_and_once(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    phone = await at_page(new_phone, maya, ben)
    await write(phone, ben, "One")
    await phone.sees("You, ")
    await phone.controlled()
    await phone.context.set_offline(True)
    for text in ("Two", "Three"):
        await write(phone, ben, text)
        await expect(phone.page.locator(".msg", has_text=text)).to_contain_text("Not sent yet")
    await field(phone, ben).fill("Half a sent")
    await phone.page.wait_for_timeout(300)
    await phone.page.reload()
    await phone.sees("One")
    await expect(field(phone, ben)).to_have_value("Half a sent")
    assert await words(ben) == ["One"]
    await phone.context.set_offline(False)
    await phone.page.evaluate("dispatchEvent(new Event('online'))")
    await expect(phone.text("Not sent yet")).to_have_count(0)
    assert await words(ben) == ["One", "Two", "Three"]
    await phone.sees("Ben has three words from you. They keep.")


async def test_a_fourth_word_stands_in_the_field_again(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    phone = await at_page(new_phone, maya, ben)
    for text in ("One", "Two", "Three"):
        await write(phone, ben, text)
        await expect(phone.page.locator(".msg", has_text=text)).to_be_visible()
    await phone.sees("Ben has three words from you. They keep.")
    await write(phone, ben, "Four")
    await expect(field(phone, ben)).to_have_value("Four")
    assert await words(ben) == ["One", "Two", "Three"]
    await field(phone, ben).focus()
    await ben.ask("POST", "/v1/reach-ins", {"to": maya.id, "text": "I am here."}, 201)
    await phone.sees("I am here.")
    # What stands above the field is another now; whoever is typing goes on.
    await expect(phone.button("Thank you.")).to_be_visible()
    await expect(field(phone, ben)).to_be_focused()
    await phone.press_button("Send")
    await expect(phone.page.locator(".msg", has_text="Four")).not_to_contain_text("Not sent yet")
    await expect(field(phone, ben)).to_have_value("")
    assert (await words(ben))[-1] == "Four"


async def test_the_61st_word_of_an_hour_stands_in_the_field_again(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    for _ in range(20):
        for _ in range(3):
            await maya.ask("POST", "/v1/reach-ins", {"to": ben.id}, 201)
        await ben.ask("POST", "/v1/reach-ins", {"to": maya.id}, 201)
    phone = await at_page(new_phone, maya, ben)
    await write(phone, ben, "One more")
    await phone.sees("You have written a great deal this hour.")
    await expect(field(phone, ben)).to_have_value("One more")
    await phone.is_sound()


async def test_two_phones_show_the_same(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    one, other = await at_page(new_phone, maya, ben), await at_page(new_phone, maya, ben)
    await asyncio.gather(write(one, ben, "From the one"), write(other, ben, "From the other"))
    for phone in (one, other):
        await expect(phone.page.locator(".msg.me")).to_have_count(2)
    assert sorted(await words(ben)) == ["From the one", "From the other"]


async def test_a_circle_that_ends_while_the_page_is_open(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    await maya.ask("POST", "/v1/reach-ins", {"to": ben.id, "text": "Secret words"}, 201)
    his = await at_page(new_phone, ben, maya)
    await his.sees("Secret words")
    [member] = (await maya.ask("GET", "/v1/circle"))["items"]
    await field(his, maya).fill("Still there?")
    await his.page.wait_for_timeout(300)
    await maya.ask("DELETE", f"/v1/circle/{member['id']}", None, 204)
    # The page may learn of it by its stream, before a finger reaches the button.
    with suppress(PlaywrightTimeoutError):
        await his.button("Send").click(timeout=2000)
    await his.sees_heading("This is not here any more.")
    await his.sees("Still there?")
    await expect(his.text("Secret words")).to_have_count(0)
    await his.is_sound()


async def test_it_opens_from_the_circle_and_from_the_inbox(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    await ben.ask("POST", "/v1/reach-ins", {"to": maya.id, "text": "Good morning"}, 201)
    hers, his = await new_phone("Maya"), await new_phone("Ben")
    await hers.belongs_to(maya)
    await his.belongs_to(ben)
    await hers.open("#/circle")
    await hers.link("Ben").click()
    await hers.sees("Good morning")
    await his.open("#/circle")
    await his.link("Maya").click()
    await his.sees("Good morning")
    await his.open("#/inbox")
    await his.sees("You wrote")


class Calls:
    """The calls of a page to the API, but for its event stream."""

    def __init__(self, phone: Phone) -> None:
        self.begun: list[str] = []
        self._running: set[Request] = set()
        self._page = phone.page
        phone.page.on("request", self._begin)
        phone.page.on("requestfinished", self._end)
        phone.page.on("requestfailed", self._end)

    def _begin(self, request: Request) -> None:
        path = request.url.partition("/v1/")[2].partition("?")[0]
        if path and path != "events":
            self.begun.append(f"{request.method} {path}")
            self._running.add(request)

    def _end(self, request: Request) -> None:
        self._running.discard(request)

    async def settle(self) -> None:
        """Wait until nothing is under way. What a reply leads to begins within two frames of it."""
        while True:
            await self._page.evaluate(
                "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
            )
            if not self._running:
                return


async def test_a_page_that_was_open_before_asks_for_its_thread_only(new_phone: NewPhone, circle: NewCircle) -> None:
    maya, ben = await circle("Maya", "Ben")
    await ben.ask("POST", "/v1/reach-ins", {"to": maya.id, "text": "Good morning"}, 201)
    await maya.ask("POST", "/v1/reach-ins", {"to": ben.id, "text": "And to you"}, 201)
    for me, other in ((maya, ben), (ben, maya)):
        phone = await new_phone(me.name)
        await phone.belongs_to(me)
        calls = Calls(phone)
        async with phone.page.expect_response(lambda reply: reply.url.endswith("/read")):
            await phone.open(f"#/people/{other.id}")
        await phone.sees("Good morning")
        await calls.settle()
        await phone.go("Circle")
        await expect(phone.link(other.name)).to_be_visible()
        await calls.settle()
        # On other pages a look at everything that is half a second old counts as stale.
        await phone.page.wait_for_timeout(600)
        await calls.settle()
        calls.begun.clear()
        async with phone.page.expect_response(f"**/v1/threads/{other.id}?**"):
            await phone.link(other.name).click()
        await phone.sees("Good morning")
        await calls.settle()
        assert calls.begun == [f"GET threads/{other.id}"]

        # What comes while the page is open is shown, and read.
        async with phone.page.expect_response(lambda reply: reply.url.endswith("/read")):
            await other.ask("POST", "/v1/reach-ins", {"to": me.id, "text": "Coffee?"}, 201)
            await phone.sees("Coffee?")
        await phone.is_sound()
