"""One person's phone: a browser window with the app, and push delivery to its service worker."""

import asyncio
import json
import math
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, CDPSession, Locator, Page, Worker, expect

from tests.faults.people import PASSPHRASE, Person
from tests.standins.webpush import Subscription, WebPushStandIn
from tests.world.patience import patient

Edit = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Edits a push into what another server would have sent."""
WIDTHS = {320: 640, 412: 839}
"""Screen heights by width."""
SCRIPTS = Path(__file__).parent / "scripts"
AXE = Path(__file__).parents[2] / "phone" / "node_modules" / "axe-core" / "axe.min.js"
# The browser's own console errors about failed requests; the app cannot prevent those.
EXPECTED = re.compile(
    r"^Failed to load resource|net::ERR_|^A bad HTTP response code|^EventSource's response has a MIME type"
)


expect.set_options(timeout=patient(5_000))


class Phone:
    """A phone with the app. Errors of all its pages are collected in `errors`."""

    def __init__(self, name: str, url: str, context: BrowserContext, page: Page, push: WebPushStandIn) -> None:
        self.name = name
        self.url = url
        self.context = context
        self.page = page
        self.sign_in_name = ""
        self.errors: list[str] = []
        self.delivered: list[Mapping[str, Any]] = []
        """What the push service has handed to this phone's worker."""
        self._push = push
        self._latest: str | None = None
        """The content of the push that was delivered last."""
        self._subscription: Subscription | None = None
        self._devtools: CDPSession | None = None
        self._registrations: dict[str, str] = {}
        context.on("weberror", lambda error: self.errors.append(f"{error.error}"))
        context.on("console", lambda message: self._heard(message.type, message.text))

    @classmethod
    async def create(
        cls,
        browser: Browser,
        url: str,
        push: WebPushStandIn,
        name: str,
        *,
        width: int = 412,
        theme: Literal["dark", "light"] = "dark",
        language: str = "en-GB",
        notifications: bool = True,
        **more: Any,
    ) -> "Phone":
        """Create a phone that has never opened the app; `notifications`: whether its browser may show them."""
        context = await browser.new_context(
            viewport={"width": width, "height": WIDTHS[width]},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            color_scheme=theme,
            locale=language,
            timezone_id="Europe/London",
            **more,
        )
        context.set_default_timeout(patient(10_000))
        if notifications:
            await context.grant_permissions(["notifications"], origin=url)
        page = await context.new_page()
        phone = cls(name, url, context, page, push)
        await context.expose_function("testSubscribe", phone._subscribe)
        await context.add_init_script(path=SCRIPTS / "every_page.js")
        return phone

    async def open(self, where: str = "") -> None:
        """Open a route such as `#/circle`, or the app's address."""
        await self.page.goto(f"{self.url}/{where}")

    async def sign_up(self) -> None:
        """Create an account, from the first screen to the recovery codes."""
        await self.link("Create account").first.click()
        await self.fill_in_an_account()

    async def fill_in_an_account(self, *, keep_codes: bool = True) -> None:
        self.sign_in_name = f"{self.name.lower()}.{secrets.token_hex(4)}"
        await self.page.get_by_label("What your people call you").fill(self.name)
        await self.page.get_by_label("Sign-in name").fill(self.sign_in_name)
        await self.page.get_by_label("Passphrase").fill(PASSPHRASE)
        await self.page.get_by_label("I am 18 or older").check()
        await self.press_button(re.compile("^Create account"))
        if keep_codes:
            await self.press_button("I have written them down")

    async def belongs_to(self, person: Person) -> None:
        """Sign in as somebody who has an account already."""
        body = {"sign_in_name": person.sign_in_name, "passphrase": PASSPHRASE, "carrier": "cookie"}
        reply = await self.context.request.post(
            f"{self.url}/v1/sessions", data=body, headers={"Origin": self.url, "Sec-Fetch-Site": "same-origin"}
        )
        assert reply.ok, await reply.text()
        self.sign_in_name = person.sign_in_name

    async def gets_a_sensor(self) -> tuple[CDPSession, str]:
        """Add a virtual fingerprint sensor; return the DevTools session and the authenticator's id."""
        devtools = await self.context.new_cdp_session(self.page)
        await devtools.send("WebAuthn.enable")
        sensor = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        authenticator = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": sensor})
        return devtools, authenticator["authenticatorId"]

    async def switches_notifications_on(self) -> None:
        await self.context.grant_permissions(["notifications"], origin=self.url)
        await self.go("Settings")
        await self.press_button("Send me a test")
        await self.pushed("test")
        await self.sees("Notifications work on this phone")

    async def asks(self, path: str) -> Any:
        """Request the API as whoever is signed in on this phone."""
        return await self.page.evaluate("async path => (await fetch(path)).json()", path)

    async def close(self) -> None:
        # An answer that a test still holds back fails with the page; the next test would be told of it.
        for page in self.context.pages:
            await page.unroute_all(behavior="ignoreErrors")
        await self.context.unroute_all(behavior="ignoreErrors")
        await self.context.close()

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error" and not EXPECTED.search(text):
            self.errors.append(text)

    # ------------------------------------------------------------------------------------------ what it shows

    def heading(self, text: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("heading", name=text)

    def button(self, text: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=text, exact=isinstance(text, str))

    def link(self, text: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("link", name=text, exact=isinstance(text, str))

    def text(self, text: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_text(text)

    async def press_button(self, text: str | re.Pattern[str]) -> None:
        await self.button(text).click()

    async def go(self, tab: str) -> None:
        """Follow a link of the navigation at the bottom."""
        await self.page.get_by_role("navigation").get_by_role("link", name=re.compile(f"^{tab}")).click()

    async def sees(self, text: str | re.Pattern[str], within: float = 10.0) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible(timeout=patient(within) * 1000)

    async def sees_heading(self, text: str | re.Pattern[str], within: float = 10.0) -> None:
        await expect(self.heading(text).first).to_be_visible(timeout=patient(within) * 1000)

    async def no_longer_sees(self, text: str | re.Pattern[str], within: float = 10.0) -> None:
        await expect(self.page.get_by_text(text)).to_have_count(0, timeout=patient(within) * 1000)

    # ---------------------------------------------------------------------------------------------- its worker

    async def _subscribe(self, server_key: str) -> dict[str, Any]:
        """Replace PushManager.subscribe, which hangs where there is no push service."""
        self._subscription = self._push.subscribe(server_key)
        return {"endpoint": self._subscription.endpoint, "keys": self._subscription.keys}

    async def worker(self) -> Worker:
        """Return the service worker, waiting for its registration."""
        workers = self.context.service_workers
        return workers[0] if workers else await self.context.wait_for_event("serviceworker")

    async def controlled(self) -> None:
        """Wait until the service worker controls the page; from then on the app opens offline."""
        for _ in range(200):
            if await self.page.evaluate("navigator.serviceWorker.controller !== null"):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{self.name}'s page has no service worker")

    async def devtools(self) -> CDPSession:
        if self._devtools is None:
            self._devtools = await self.context.new_cdp_session(self.page)

            def updated(event: dict[str, Any]) -> None:
                for registration in event["registrations"]:
                    self._registrations[registration["scopeURL"]] = registration["registrationId"]

            self._devtools.on("ServiceWorker.workerRegistrationUpdated", updated)
            await self._devtools.send("ServiceWorker.enable")
        return self._devtools

    async def registration(self) -> str:
        """Return the browser's id of the service worker's registration."""
        await self.devtools()
        for _ in range(200):
            if self._registrations:
                return next(iter(self._registrations.values()))
            await asyncio.sleep(0.05)
        raise AssertionError(f"{self.name}'s phone has no service worker")

    async def pushed(self, kind: str, within: float = 10.0, edit: Edit = lambda content: content) -> Mapping[str, Any]:
        """Wait until the push service receives a push of this kind, and deliver it to the service worker.

        Unchanged, or as `edit` returns it: as a newer or an older server would have sent it.
        """
        content = await self.receives(kind, within)
        self.delivered.append(content)
        await self.delivers(json.dumps(edit(content)))
        return content

    async def receives(self, kind: str, within: float = 10.0) -> Mapping[str, Any]:
        """Wait until the push service receives a push of this kind, without delivering it."""
        waited = 0.0
        while waited < patient(within):
            for attempt in self._push.accepted if self._subscription else ():
                fresh = attempt.json not in self.delivered
                if (
                    self._subscription
                    and attempt.subscription_id == self._subscription.id
                    and fresh
                    and _kind(attempt.json) == kind
                ):
                    return attempt.json
            await asyncio.sleep(0.05)
            waited += 0.05
        on = "has" if self._subscription else "has never"
        raise AssertionError(f"no push of the kind {kind} came for {self.name}, who {on} switched notifications on")

    async def delivers(self, data: str) -> None:
        """Hand the service worker a push with this content."""
        self._latest = data
        message = {"origin": self.url, "registrationId": await self.registration(), "data": data}
        await (await self.devtools()).send("ServiceWorker.deliverPushMessage", message)

    async def notifications(self) -> list[dict[str, Any]]:
        """Return the notifications that are shown."""
        shown = "async () => (await self.registration.getNotifications()).map(({title, body, tag, data, actions, requireInteraction, silent}) => ({title, body, tag, data, actions, requireInteraction, silent}))"
        return list(await (await self.worker()).evaluate(shown))

    async def shows_notification(self, within: float = 30.0, *, at_once: bool = False) -> dict[str, Any]:
        """Return the newest notification that is shown. `at_once`: it must come of the one push that was delivered."""
        waited, again = 0.0, patient(within) / 2
        while waited < patient(within):
            notifications = await self.notifications()
            if notifications:
                return notifications[-1]
            await asyncio.sleep(0.05)
            waited += 0.05
            if self._latest is not None and waited >= again and not at_once:
                # Under load Chromium now and then starts no worker for a push of the DevTools. A server that has no receipt
                # sends such a push once more, too.
                again = math.inf
                await self.delivers(self._latest)
        raise AssertionError(f"{self.name}'s phone shows no notification")

    async def taps_notification(self, action: str = "") -> None:
        """Tap the newest notification, or one of its buttons."""
        await (await self.worker()).evaluate((SCRIPTS / "tap.js").read_text(), action)

    # ------------------------------------------------------------------------------------------ what must hold

    async def is_sound(self) -> None:
        """Assert that the current screen fits its width and passes axe."""
        wide = await self.page.evaluate((SCRIPTS / "too_wide.js").read_text())
        assert wide == [], f"{self.name}: wider than the screen at {self.page.url}: {wide}"
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        violations = await self.page.evaluate((SCRIPTS / "axe.js").read_text())
        assert violations == [], f"{self.name}: axe at {self.page.url}: {json.dumps(violations, indent=1)}"


def _kind(content: Mapping[str, Any]) -> str:
    data = content.get("data", content)
    return str(data.get("kind", content.get("kind", "")))
