"""A guest's phone: a link from a message opens a page that fits, is accessible and runs no script; and what the owner sees of a guest."""

import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import NewPhone
from tests.browser.eventually import eventually
from tests.browser.phone import Phone
from tests.faults.installation import Installation
from tests.faults.people import Person
from tests.faults.processes import Server
from tests.standins.gateways import HttpGateway

pytestmark = pytest.mark.asyncio(loop_scope="session")

NUMBERS = (f"+155501001{last}" for last in range(40, 100))
"""One for each guest: a number is sent three codes in half an hour."""
SHOTS = os.environ.get("GUEST_SHOTS")
"""A folder for pictures of the pages, for somebody who wants to look at them."""
TURNS: list[tuple[int, Literal["dark", "light"], str, str, str]] = [
    (320, "light", "de", "Ja sagen", "Weiter"),
    (412, "dark", "en", "Say yes", "Go on"),
    (412, "light", "es", "Decir que sí", "Seguir"),
    (320, "dark", "en", "Say yes", "Go on"),
]


@pytest.fixture(scope="module")
def sms() -> Iterator[HttpGateway]:
    with HttpGateway() as gateway:
        yield gateway


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(installation: Installation, sms: HttpGateway) -> AsyncIterator[Server]:
    url = f"json://127.0.0.1:{sms.port}/send?:to={{to}}"
    yield await installation.serve(env={"PORCHLIGHT_SMS_URL": url, "PORCHLIGHT_CALL_URL": url})


@dataclass(slots=True)
class Messages:
    """What the gateway has sent to one number."""

    sms: HttpGateway
    number: str = field(default_factory=lambda: next(NUMBERS))
    read: int = 0

    async def find(self, pattern: str) -> str:
        """Return what the next message that matches holds, and read no earlier one again."""

        async def found() -> str:
            texts = [str(post.json["message"]) for post in self.sms.taken if post.json["to"] == self.number]
            for number, text in enumerate(texts):
                match = re.search(pattern, text)
                if match is not None and number >= self.read:
                    self.read = number + 1
                    return match[1]
            return ""

        return str(await eventually(found, bool))


async def sound(phone: Phone, name: str) -> None:
    """Assert that the page fits and is accessible, also with everything on it opened."""
    await phone.is_sound()
    if SHOTS:
        path = Path(SHOTS) / f"{name}.png"
        await phone.page.screenshot(path=path, full_page=True)
    for summary in await phone.page.locator("summary").all():
        await summary.click()
    await phone.is_sound()
    if SHOTS and await phone.page.locator("summary").count():
        await phone.page.screenshot(path=Path(SHOTS) / f"{name}-open.png", full_page=True)


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: f"{turn[0]}-{turn[1]}-{turn[2]}")
async def test_a_guest_joins_and_answers_on_pages_of_their_own(
    server: Server,
    sms: HttpGateway,
    new_phone: NewPhone,
    turn: tuple[int, Literal["dark", "light"], str, str, str],
) -> None:
    width, theme, language, yes, go_on = turn
    name = f"{width}-{theme}-{language}"
    maya = await Person.sign_up(server, "Maya")
    await maya.ask("PATCH", "/v1/me", {"contact": "+15550100100"})
    invited = await maya.ask("POST", "/v1/invitations", {"role": "family", "greeting": "It would mean a lot."}, 201)
    messages = Messages(sms)
    phone = await new_phone("Sam", width=width, theme=theme, language=language, notifications=False)
    await phone.open(f"#/g/invitation/{invited['token']}")
    await phone.page.wait_for_url("**/g/join")
    await sound(phone, f"{name}-1-join")
    await phone.page.locator("#name").fill("Uncle Sam")
    await phone.page.locator("#address").fill("22555")
    await phone.press_button(yes)
    await expect(phone.page.locator(".error")).to_be_visible()
    await sound(phone, f"{name}-2-join-wrong")
    await expect(phone.page.locator("#name")).to_have_value("Uncle Sam")
    await phone.page.locator("#address").fill(messages.number)
    await phone.press_button(yes)
    await phone.page.wait_for_url("**/g/me")
    await sound(phone, f"{name}-3-code")
    await phone.page.locator("#code").fill(await messages.find(r"\b([0-9]{6})\b"))
    await phone.press_button(go_on)
    await expect(phone.page.locator("#words")).to_be_visible()
    await sound(phone, f"{name}-4-joined")
    [row] = (await maya.ask("GET", "/v1/circle"))["items"]
    await maya.ask("POST", f"/v1/circle/{row['id']}/confirm", expect=200)
    pressed = await maya.press()
    secret = await messages.find(r"/#/g/([\w-]+)")
    await phone.page.goto("about:blank")
    await phone.open(f"#/g/{secret}")
    await phone.page.wait_for_url(f"**/g/{pressed['id']}")
    assert secret not in phone.page.url
    await sound(phone, f"{name}-5-reach-out")
    await phone.page.locator("button[value=calling]").click()
    await expect(phone.page.locator("a.main[href='tel:+15550100100']")).to_be_visible()
    await sound(phone, f"{name}-6-answered")
    assert (await maya.ask("GET", f"/v1/reach-outs/{pressed['id']}"))["recipients"][0]["answer"] == "calling"
    await phone.page.goto(f"{phone.url}/g/{pressed['id']}/more")
    await sound(phone, f"{name}-7-more")
    await maya.ask("POST", f"/v1/reach-outs/{pressed['id']}/close", {"outcome": "ok_now"}, 200)
    await phone.page.goto(f"{phone.url}/g/{pressed['id']}")
    await sound(phone, f"{name}-8-over")
    await phone.page.goto("about:blank")
    await phone.open(f"#/g/{secret}")
    await phone.page.wait_for_url("**/g")
    await sound(phone, f"{name}-9-closed")
    registered = await phone.page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length")
    assert registered == 0, "nothing of the app stays on a guest's phone"


async def test_without_any_script_a_whole_message_can_be_pasted(
    server: Server, sms: HttpGateway, new_phone: NewPhone
) -> None:
    maya = await Person.sign_up(server, "Maya")
    invited = await maya.ask("POST", "/v1/invitations", {"role": "family"}, 201)
    messages = Messages(sms)
    joining = await new_phone("Sam", notifications=False)
    await joining.open(f"#/g/invitation/{invited['token']}")
    await joining.page.wait_for_url("**/g/join")
    await joining.page.locator("#name").fill("Sam")
    await joining.page.locator("#address").fill(messages.number)
    await joining.press_button("Say yes")
    await joining.page.locator("#code").fill(await messages.find(r"\b([0-9]{6})\b"))
    await joining.press_button("Go on")
    [row] = (await maya.ask("GET", "/v1/circle"))["items"]
    await maya.ask("POST", f"/v1/circle/{row['id']}/confirm", expect=200)
    pressed = await maya.press()
    secret = await messages.find(r"/#/g/([\w-]+)")
    phone = await new_phone("Sam", notifications=False, java_script_enabled=False)
    await phone.open(f"#/g/{secret}")
    await phone.page.locator("noscript a").click()
    await phone.page.locator("#secret").fill(f"Someone would like company. {phone.url}/#/g/{secret}")
    await phone.page.locator("form button").click()
    await phone.page.locator("button[value=cannot]").click()
    await expect(phone.page.get_by_text("Thank you for saying so.")).to_be_visible()
    assert (await maya.ask("GET", f"/v1/reach-outs/{pressed['id']}"))["recipients"][0]["answer"] == "cannot"


async def test_a_guest_makes_an_account_with_a_finger_and_nothing_else_has_a_script(
    server: Server, sms: HttpGateway, new_phone: NewPhone
) -> None:
    maya = await Person.sign_up(server, "Maya")
    invited = await maya.ask("POST", "/v1/invitations", {"role": "family"}, 201)
    messages = Messages(sms)
    phone = await new_phone("Sam", notifications=False)
    sensor, authenticator = await phone.gets_a_sensor()
    await phone.open(f"#/g/invitation/{invited['token']}")
    await phone.page.wait_for_url("**/g/join")
    await phone.page.locator("#name").fill("Uncle Sam")
    await phone.page.locator("#address").fill(messages.number)
    await phone.press_button("Say yes")
    await phone.page.locator("#code").fill(await messages.find(r"\b([0-9]{6})\b"))
    await phone.press_button("Go on")
    await phone.link("I would like the app").click()
    await phone.link("With a finger or a face instead").click()
    await phone.press_button("Send me a code")
    await phone.page.locator("#code").fill(await messages.find(r"\b([0-9]{6})\b"))
    # The finger is not recognized: nothing is lost, and the code stays.
    await sensor.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    await phone.press_button("Make my account")
    await phone.sees("Your phone has not confirmed it.")
    await sound(phone, "finger-not")
    await sensor.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": True})
    await phone.press_button("Make my account")
    # The app is next, and asks for a second way in.
    await phone.sees("One finger opens your account")
    [row] = (await maya.ask("GET", "/v1/circle"))["items"]
    assert (row["guest"], row["state"]) == (False, "accepted")


async def test_the_owner_reads_what_a_guest_gets_and_lets_them_read_notes(
    installation: Installation, server: Server, sms: HttpGateway, new_phone: NewPhone
) -> None:
    maya = await Person.sign_up(server, "Maya")
    invited = await maya.ask("POST", "/v1/invitations", {"role": "family"}, 201)
    messages = Messages(sms)
    sam = await new_phone("Sam", notifications=False)
    await sam.open(f"#/invitation/{invited['token']}")
    await sam.press_button("Without the app")
    await sam.page.wait_for_url("**/g/join")
    await sam.page.locator("#name").fill("Uncle Sam")
    await sam.page.locator("#address").fill(messages.number)
    await sam.press_button("Say yes")
    await sam.page.locator("#code").fill(await messages.find(r"\b([0-9]{6})\b"))
    await sam.press_button("Go on")
    [row] = (await maya.ask("GET", "/v1/circle"))["items"]
    await maya.ask("POST", f"/v1/circle/{row['id']}/confirm", expect=200)

    phone = await new_phone("Maya", width=320)
    await phone.belongs_to(maya)
    await phone.open("#/circle")
    await expect(phone.page.get_by_text("guest without the app")).to_be_visible()
    if SHOTS:
        await phone.page.screenshot(path=Path(SHOTS) / "owner-1-circle.png", full_page=True)
    await phone.page.get_by_text("Uncle Sam").first.click()
    await expect(phone.page.get_by_text("is a guest: told by message or call")).to_be_visible()
    await expect(phone.page.get_by_label(re.compile("A word to"))).to_have_count(0)
    await phone.is_sound()
    if SHOTS:
        await phone.page.screenshot(path=Path(SHOTS) / "owner-2-person.png", full_page=True)
    await phone.press_button("More about Uncle Sam")
    await phone.page.get_by_label("Uncle Sam may read my note and messages").check()
    await phone.is_sound()
    if SHOTS:
        await phone.page.screenshot(path=Path(SHOTS) / "owner-3-sheet.png", full_page=True)

    await eventually(lambda: maya.ask("GET", "/v1/circle"), lambda circle: circle["items"][0]["guest_notes"] is True)
    await phone.open("#/circle")
    await phone.page.reload()
    await phone.press_button("Invite someone")
    await phone.press_button("Show code and link")
    await phone.page.locator("summary").click()
    await expect(phone.page.get_by_text("this link asks only for a name")).to_be_visible()
    await phone.is_sound()
    if SHOTS:
        await phone.page.screenshot(path=Path(SHOTS) / "owner-4-invite.png", full_page=True)
    await phone.press_button("Close")

    # A number that refuses: a guest has no app to open, but can give another number.
    person_id = row["person"]["id"]
    await installation.store.change(
        f"UPDATE channels SET refusals = 2 WHERE person_id IN ('{person_id}', '{person_id.replace('-', '')}')"
    )
    await phone.page.reload()
    await phone.sees("No message reaches Uncle Sam. With a new invitation they can give another number or address.")
    await expect(phone.text("Ask Uncle Sam to look")).to_have_count(0)
    await phone.is_sound()


async def test_quiet_words_are_offered_to_no_guest(server: Server, sms: HttpGateway, new_phone: NewPhone) -> None:
    """A guest has no page for them: no thanks, no word to begin with, no practice light, no check-in, nothing to stand by at."""
    maya = await Person.sign_up(server, "Maya")
    invited = await maya.ask("POST", "/v1/invitations", {"role": "family"}, 201)
    messages = Messages(sms)
    sam = await new_phone("Sam", notifications=False)
    await sam.open(f"#/g/invitation/{invited['token']}")
    await sam.page.wait_for_url("**/g/join")
    await sam.page.locator("#name").fill("Uncle Sam")
    await sam.page.locator("#address").fill(messages.number)
    await sam.press_button("Say yes")
    await sam.page.locator("#code").fill(await messages.find(r"\b([0-9]{6})\b"))
    await sam.press_button("Go on")
    [row] = (await maya.ask("GET", "/v1/circle"))["items"]
    await maya.ask("POST", f"/v1/circle/{row['id']}/confirm", expect=200)
    phone = await new_phone("Maya", notifications=False)
    await phone.belongs_to(maya)
    await phone.open("#/circle/practice")
    await phone.sees("Nobody in your circle could see a practice light yet.")
    await expect(phone.button("Begin the practice")).to_have_count(0)
    await phone.open("#/bookends")
    await phone.sees("A bookend needs one confirmed person in your circle who has the app.")
    await phone.open("#/commitments/new")
    await phone.page.get_by_label("Call Uncle Sam").check()
    await expect(phone.text("Who else may know of it?")).to_have_count(0)
    await phone.open("#/check-ins/new")
    await phone.page.get_by_label("Very low").check(force=True)
    await expect(phone.text("Who may see it?")).to_have_count(0)
    pressed = await maya.press()
    secret = await messages.find(r"/#/g/([\w-]+)")
    await sam.page.goto("about:blank")
    await sam.open(f"#/g/{secret}")
    await sam.page.locator("button[value=calling]").click()
    await sam.sees("Maya knows that you are calling.")
    await maya.ask("POST", f"/v1/reach-outs/{pressed['id']}/close", {"outcome": "connected"}, 200)
    await phone.open(f"#/reflection/{pressed['id']}")
    await phone.page.reload()
    await phone.sees("Only you can read this.")
    await expect(phone.button("Thank Uncle Sam")).to_have_count(0)
