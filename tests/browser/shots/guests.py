"""Scenes of a guest: an invitation without the app, a link, hours, an account; and what the owner sees of them."""

import itertools
import re

from playwright.async_api import expect

from tests.browser.eventually import eventually
from tests.browser.phone import Phone
from tests.browser.shots.joining import GREETINGS
from tests.browser.shots.stage import Stage
from tests.faults.people import Person
from tests.standins.gateways import HttpGateway

NUMBERS = (f"+120255501{last:02}" for last in itertools.cycle(range(100)))
"""One for each guest: a number stands once in a circle, and is sent three codes in half an hour."""


class Texts:
    """What the gateway has sent to one number, read once each."""

    def __init__(self, gateway: HttpGateway) -> None:
        self.number = next(NUMBERS)
        self._gateway = gateway
        self._read = len(gateway.taken)

    async def find(self, pattern: str) -> str:
        async def found() -> str:
            for index, posted in enumerate(self._gateway.taken):
                match = re.search(pattern, str(posted.json.get("message")))
                if index >= self._read and posted.json.get("to") == self.number and match:
                    self._read = index + 1
                    return match[1]
            return ""

        return str(await eventually(found, bool))


async def _submit(phone: Phone, action: str) -> None:
    await phone.page.locator(f"form[action='{action}'] button").first.click()
    await phone.page.wait_for_load_state()


async def _joins(stage: Stage, maya: Person, texts: Texts) -> tuple[Phone, str]:
    """Let a guest say yes, with pictures; return their phone and the membership, which is confirmed."""
    greeting = stage.own(GREETINGS)
    invited = await maya.ask("POST", "/v1/invitations", {"role": "family", "greeting": greeting}, 201)
    phone = await stage.phone(where=f"#/g/invitation/{invited['token']}", notifications=False)
    await phone.page.wait_for_url("**/g/join")
    await stage.show(phone, "guest-join")
    await phone.page.locator("#name").fill("Sam")
    await phone.page.locator("#address").fill("22555")
    await _submit(phone, "/g/join/yes")
    await stage.show(phone, "guest-join-wrong")
    await phone.page.locator("#address").fill(texts.number)
    await _submit(phone, "/g/join/yes")
    await phone.page.wait_for_url("**/g/me")
    await stage.show(phone, "guest-code")
    await phone.page.locator("#code").fill(await texts.find(r"\b([0-9]{6})\b"))
    await _submit(phone, "/g/me/confirm")
    await stage.show(phone, "guest-accepted")
    [row] = (await maya.ask("GET", "/v1/circle"))["items"]
    await maya.ask("POST", f"/v1/circle/{row['id']}/confirm")
    await phone.page.reload()
    await stage.show(phone, "guest-own")
    return phone, row["person"]["id"]


async def guest(stage: Stage) -> None:
    texts = Texts(stage.sms)
    maya = await stage.person("Maya", contact="+12025550143", time_zone="Europe/London")
    phone, person_id = await _joins(stage, maya, texts)
    pressed = await maya.press()
    path = f"/g/{pressed['id']}"
    secret = await texts.find(r"/#/g/([\w-]+)")
    await phone.page.goto("about:blank")
    await phone.open(f"#/g/{secret}")
    await phone.page.wait_for_url(f"**{path}")
    await stage.show(phone, "guest-asked")
    await phone.page.locator("button[value=soon]").click()
    await expect(phone.page.locator("a.main[href^='tel:']")).to_be_visible()
    await stage.show(phone, "guest-answered")
    await phone.page.locator("summary").click()
    await phone.page.locator("button[value=week]").click()
    await expect(phone.page.locator("button[value=none]")).to_be_visible()
    await stage.show(phone, "guest-quiet")
    await phone.page.goto(f"{phone.url}/g/me/account")
    await stage.show(phone, "guest-account")
    await _submit(phone, "/g/me/account/code")
    await stage.show(phone, "guest-account-code")
    await phone.page.goto(f"{phone.url}/g/me/account/finger")
    await expect(phone.page.locator("#code")).to_be_visible()
    await stage.show(phone, "guest-account-finger")
    await maya.ask("POST", f"/v1/reach-outs/{pressed['id']}/close", {"outcome": "ok_now"})
    await phone.page.goto(f"{phone.url}{path}")
    await stage.show(phone, "guest-over")
    await phone.page.goto(f"{phone.url}/g")
    await stage.show(phone, "guest-closed")
    owner = await stage.phone(maya, "#/circle", notifications=False)
    await stage.sees(owner, "guest.head")
    await stage.show(owner, "circle-guest")
    await stage.goes(owner, f"#/people/{person_id}")
    await stage.sees(owner, "guest.say", name="Sam")
    await stage.show(owner, "person-guest")
