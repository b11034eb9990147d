"""The stage of a scene: people with circles, their phones, and the gallery that checks the screens."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from playwright.async_api import Browser, Locator, expect

from tests.browser.phone import Phone
from tests.browser.shots.gallery import Gallery
from tests.browser.shots.words import catalogue, say
from tests.faults.installation import Installation
from tests.faults.people import Person
from tests.faults.processes import Server
from tests.standins.gateways import HttpGateway

LOCALES = {"en": "en-GB", "es": "es-ES", "de": "de-AT"}
NUMBERS = {"Ana": "+1 202 555 0143", "Ben": "+1 202 555 0178"}

Scene = Callable[["Stage"], Awaitable[None]]


class Stage:
    """The stage in one language. `clear` closes every phone that was opened on it."""

    def __init__(
        self,
        browser: Browser,
        installation: Installation,
        server: Server,
        sms: HttpGateway,
        gallery: Gallery,
        language: str,
    ) -> None:
        self.installation = installation
        self.server = server
        self.sms = sms
        self.gallery = gallery
        self.language = language
        self._browser = browser
        self._phones: list[Phone] = []

    def say(self, key: str, **values: str) -> str:
        return say(self.language, key, **values)

    def own(self, words: Mapping[str, str]) -> str:
        """Return a person's own text in this language, else in English."""
        return words.get(self.language, words["en"])

    # ---------------------------------------------------------------------------------------------------- people

    async def person(self, name: str, called: str | None = None, **about: Any) -> Person:
        member = await Person.sign_up(self.server, name)
        profile = {"language": self.language, "contact": NUMBERS.get(name), "display_name": called or name, **about}
        await member.ask("PATCH", "/v1/me", profile)
        return member

    async def join(self, owner: Person, member: Person, role: str = "friend", step: int = 1) -> str:
        """Add a confirmed member; return the id of the membership."""
        invitation = await owner.ask("POST", "/v1/invitations", {"role": role, "step": step}, 201)
        accepted = await member.ask("POST", "/v1/invitations/accept", {"token": invitation["token"]}, 201)
        await owner.ask("POST", f"/v1/circle/{accepted['id']}/confirm")
        return str(accepted["id"])

    async def circle(self) -> list[Person]:
        """Make Maya and her circle: Ana and Ben are told at once, Chidi later, and Dee has no phone."""
        maya, ana, ben, chidi, dee = [await self.person(name) for name in ("Maya", "Ana", "Ben", "Chidi", "Dee")]
        await self.join(maya, ana, "sponsor")
        await self.join(maya, ben)
        await self.join(maya, chidi, "family", 2)
        await self.join(maya, dee, "fellow", 2)
        for member in (ana, ben, chidi):
            await member.phone()
        return [maya, ana, ben, chidi, dee]

    # ---------------------------------------------------------------------------------------------------- phones

    async def phone(self, person: Person | None = None, where: str = "", **more: Any) -> Phone:
        """Open a phone at `where`, signed in as `person`."""
        url = f"http://localhost:{self.server.port}"
        name = person.name if person else "Maya"
        phone = await Phone.create(
            self._browser,
            url,
            self.installation.push,
            name,
            language=LOCALES.get(self.language, self.language),
            reduced_motion="no-preference",
            **more,
        )
        self._phones.append(phone)
        if person:
            await phone.belongs_to(person)
        await phone.open(where)
        await self.ready(phone)
        return phone

    async def ready(self, phone: Phone) -> None:
        """Wait until the screen is drawn and its requests are done."""
        await expect(phone.page.locator("h1, .note").first).to_be_attached()
        await phone.page.wait_for_timeout(350)

    async def goes(self, phone: Phone, where: str) -> None:
        """Navigate within the app, without a reload."""
        await phone.page.evaluate("where => { location.hash = where; }", where)
        await self.ready(phone)

    async def press(self, phone: Phone, key: str, **values: str) -> None:
        await phone.page.get_by_role("button", name=self.say(key, **values), exact=True).first.click()

    def written(self, phone: Phone, key: str, **values: str) -> Locator:
        """Locate a text of the catalogue, in any plural form and with any value for placeholders that are not given."""
        places = r"\\\{(\w+)\\\}"
        forms = (
            re.sub(places, lambda place: re.escape(values[place[1]]) if place[1] in values else ".+", re.escape(form))
            for form in catalogue(self.language)[key].split("|")
        )
        return phone.page.get_by_text(re.compile("|".join(forms))).first

    async def sees(self, phone: Phone, key: str, **values: str) -> None:
        await expect(self.written(phone, key, **values)).to_be_visible(timeout=15_000)

    async def show(self, phone: Phone, name: str) -> None:
        await self.gallery.hang(phone, name, self.language)

    async def close(self, phone: Phone) -> None:
        self._phones.remove(phone)
        await phone.close()

    async def clear(self) -> None:
        while self._phones:
            await self._phones.pop().close()
