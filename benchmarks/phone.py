"""The phone app in a throttled browser: until the first screen is usable, a press is on the wire, a person's page is open."""

import asyncio
import contextlib
import re
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page

from api.phone_app import files, find_folder
from benchmarks.environment import Environment
from benchmarks.figures import Report, spread
from benchmarks.servers import start_porchlight
from tests.browser.chromium import NO_CHROMIUM, chromium, find

PHONE = {"viewport": {"width": 412, "height": 839}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
CPU_SLOWDOWN = 4
UNDO_MS = 3_000
MAX_FIRST_SCREEN_SECONDS = 1.5
MAX_PRESS_MILLISECONDS = 50
MAX_PERSON_PAGE_MILLISECONDS = 100
MAX_FIRST_JAVASCRIPT_KB, MAX_JAVASCRIPT_KB = 30, 60
WORDS_IN_THREAD = 20
# Records when the first button or link of the app has been painted; by then it responds.
RECORD_FIRST_PAINT = """new MutationObserver((_, watch) => {
  if (!document.querySelector('main a.btn, main button')) return;
  watch.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.drawn = performance.now(); }));
}).observe(document, { childList: true, subtree: true });"""
# Taps a link, and returns the milliseconds until the newest entry of the thread behind it has been painted.
OPEN_THREAD = """([link, newest]) => new Promise((done) => {
  const began = performance.now();
  const watch = new MutationObserver(() => {
    if (!document.querySelector('main.person')?.textContent.includes(newest)) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  });
  watch.observe(document, { childList: true, subtree: true });
  document.querySelector(`a[href="${link}"]`).click();
})"""


@dataclass(frozen=True, slots=True)
class Network:
    """The latency that DevTools add to every request (ms), and the bandwidth down and up (kbit/s)."""

    name: str
    latency: float
    down: float
    up: float


NETWORKS = (
    Network("slow 4G, as lines are (150 ms)", 150, 1_638.4, 768),
    Network("slow 4G, as the DevTools emulate it (562 ms)", 562.5, 1_474.56, 675),
)


async def run(environment: Environment, *, short: bool) -> Report:
    rounds = 1 if short else 5
    report = Report(
        "phone",
        f"The built app in Chromium with its processor slowed down {CPU_SLOWDOWN} times, on `porchlight serve`. *First screen*: "
        "from the start of the navigation, with an empty cache, until a button or link of the app has been drawn and "
        "responds. *Again*: the same for somebody signed in whose phone already has the app, on the same network. *On "
        "the wire*: from the end of the three seconds of undo to the request for the press, without a slow network. "
        f"*Person page*: from the tap on somebody in the circle until the newest of {WORDS_IN_THREAD} entries of the thread "
        "with them has been painted, for somebody who has opened it before.",
        rounds,
        ("network", "first screen s", "again s", "press on the wire ms", "person page ms"),
    )
    program = find()
    if program is None:
        report.notes.append(f"Not measured: {NO_CHROMIUM}.")
        return report
    address = await environment.database("phone")
    async with (
        start_porchlight(environment.env(address)) as server,
        PressRecorder(server.port).up() as wire,
        chromium(program) as browser,
    ):
        url = f"http://localhost:{wire.port}"
        for network in NETWORKS:
            first, again, sent, opened = [], [], [], []
            fetched: set[int] = set()
            for number in range(rounds + 1):
                fresh = await _measure_new_visitor(browser, url, network)
                known, pressed = await _measure_signed_in(browser, url, network, wire)
                person, requests = await _measure_person_page(browser, url, network)
                if number or short:  # the first round warms up
                    first.append(fresh)
                    again.append(known)
                    sent.append(pressed)
                    opened.append(person)
                    fetched.add(requests)
            report.row(network.name, spread(first), spread(again), spread(sent), spread(opened))
            report.at_most(f"First screen, {network.name}", spread(first), MAX_FIRST_SCREEN_SECONDS, " s")
            report.at_most(f"Press on the wire, {network.name}", spread(sent), MAX_PRESS_MILLISECONDS, " ms")
            report.at_most(f"Person page, {network.name}", spread(opened), MAX_PERSON_PAGE_MILLISECONDS, " ms")
            report.notes.append(f"{network.name}: {_in_words(fetched)} read the thread before it is marked as read.")
    first_kilobytes, kilobytes = _script_kilobytes()
    report.at_most(
        "JavaScript of the first screen and the press, in gzip as the server sends it",
        spread([first_kilobytes]),
        MAX_FIRST_JAVASCRIPT_KB,
        " kB",
    )
    report.at_most("JavaScript in all, in Brotli as the server sends it", spread([kilobytes]), MAX_JAVASCRIPT_KB, " kB")
    return report


def _in_words(requests: set[int]) -> str:
    return "one request" if requests == {1} else f"{' or '.join(map(str, sorted(requests)))} requests"


def _script_kilobytes() -> tuple[float, float]:
    """Return the kilobytes of script that the first screen and the press need in gzip, and of all in Brotli, as phone/build/size.mjs does."""
    served = files(find_folder())
    scripts = {path: file.compressed for path, file in served.items() if path.endswith(".js")}
    weights = {path: len(compressed["gzip"]) / 1000 for path, compressed in scripts.items()}
    named = re.findall(r'(?:src|href)="(/assets/[\w.-]+\.js)"', served["/index.html"].body.decode())
    first = {"/sw.js"}.union(
        *(_with_imports(path, {name: served[name].body.decode() for name in weights}) for path in named)
    )
    return sum(weights[path] for path in first), sum(len(compressed["br"]) / 1000 for compressed in scripts.values())


def _with_imports(path: str, scripts: dict[str, str]) -> Iterator[str]:
    """Yield a script and whatever it imports before it runs."""
    yield path
    for name in re.findall(r"""(?:from|import)\s*["']\./([\w.-]+\.js)["']""", scripts[path]):
        yield from _with_imports(f"/assets/{name}", scripts)


async def _measure_new_visitor(browser: Browser, url: str, network: Network) -> float:
    """Return the seconds until the first screen of a new visitor."""
    context = await browser.new_context(**PHONE)
    try:
        page = await context.new_page()
        await _throttle(await context.new_cdp_session(page), network)
        return await _seconds_until_drawn(page, url)
    finally:
        await context.close()


async def _measure_signed_in(
    browser: Browser, url: str, network: Network, wire: "PressRecorder"
) -> tuple[float, float]:
    """Return the seconds until Home for a signed-in person, and the milliseconds from the end of the undo to the request."""
    context = await browser.new_context(**PHONE)
    try:
        await _sign_up(context, url)
        page = await context.new_page()
        await page.goto(url)
        await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        await page.get_by_role("button", name="Reach out now").wait_for()
        devtools = await context.new_cdp_session(page)
        await _throttle(devtools, network)
        again = await _seconds_until_drawn(page, url)
        await _throttle(devtools, None)
        return again, await _press(page, wire)
    finally:
        await context.close()


async def _measure_person_page(browser: Browser, url: str, network: Network) -> tuple[float, int]:
    """Return the milliseconds until somebody's page is painted that was open before, and how many requests read the thread."""
    mine, theirs = await browser.new_context(**PHONE), await browser.new_context(**PHONE)
    try:
        newest, other_id = await _write_thread(mine, theirs, url)
        page = await mine.new_page()
        async with page.expect_response(f"**/v1/threads/{other_id}/read"):
            await page.goto(f"{url}/#/people/{other_id}")
            await page.get_by_text(newest).wait_for()
        await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
        await page.goto(f"{url}/#/circle")
        link = f"#/people/{other_id}"
        await page.locator(f'a[href="{link}"]').first.wait_for()
        await _throttle(await mine.new_cdp_session(page), network)
        # Whatever the screen before still does, and the look at everything that a changed network leads to, is not measured.
        await page.wait_for_timeout(4_000)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(f"{request.method} {request.url.removeprefix(url)}"))
        async with page.expect_response(f"**/v1/threads/{other_id}?**"):
            milliseconds = float(await page.evaluate(OPEN_THREAD, [link, newest]))
        await page.wait_for_timeout(1_000)
        reads = [
            line
            for line in takewhile(lambda line: not line.startswith("POST"), asked)
            if line.startswith("GET /v1/threads/")
        ]
        return milliseconds, len(reads)
    finally:
        await mine.close()
        await theirs.close()


async def _write_thread(mine: BrowserContext, theirs: BrowserContext, url: str) -> tuple[str, str]:
    """Let two people be in one circle and write to each other; return the newest words, and the other's id."""
    me, other = await _sign_up(mine, url), await _sign_up(theirs, url)
    invited = await _ask(mine, url, "/v1/invitations", {"role": "sponsor"})
    accepted = await _ask(theirs, url, "/v1/invitations/accept", {"token": invited["token"]})
    await _ask(mine, url, f"/v1/circle/{accepted['id']}/confirm", {})
    newest = ""
    for number in range(WORDS_IN_THREAD // 2):
        newest = f"Thinking of you, {number}."
        await _ask(mine, url, "/v1/reach-ins", {"to": other["id"], "text": "Long day. I am glad that you are there."})
        await _ask(theirs, url, "/v1/reach-ins", {"to": me["id"], "text": newest})
    return newest, str(other["id"])


async def _sign_up(context: BrowserContext, url: str) -> dict[str, Any]:
    body = {
        "sign_in_name": f"bench.{secrets.token_hex(6)}",
        "passphrase": "a lantern by the window",
        "display_name": "Noor",
        "carrier": "cookie",
    }
    account: dict[str, Any] = (await _ask(context, url, "/v1/people", body))["person"]
    return account


async def _ask(context: BrowserContext, url: str, path: str, body: object) -> dict[str, Any]:
    headers = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
    reply = await context.request.post(f"{url}{path}", data=body, headers=headers)
    if not reply.ok:
        raise RuntimeError(await reply.text())
    answered: dict[str, Any] = await reply.json()
    return answered


async def _seconds_until_drawn(page: Page, url: str) -> float:
    await page.add_init_script(RECORD_FIRST_PAINT)
    await page.goto(url)
    drawn = await page.wait_for_function("() => window.drawn")
    return float(await drawn.json_value()) / 1000


async def _press(page: Page, wire: "PressRecorder") -> float:
    """Return the milliseconds from the end of the undo to the request's first byte, from the page or its worker."""
    await page.evaluate("() => addEventListener('click', () => { window.tapped ??= Date.now(); }, true)")
    wire.pressed_at.clear()
    await page.get_by_role("button", name="Reach out now").tap()
    began = time.monotonic()
    while not wire.pressed_at and time.monotonic() - began < 30:
        await page.wait_for_timeout(20)
    return float(wire.pressed_at[0] - await page.evaluate("() => window.tapped") - UNDO_MS)


class PressRecorder:
    """A proxy between browser and server that records the time of each press."""

    def __init__(self, to: int) -> None:
        self.port = 0
        self.pressed_at: list[float] = []
        """Milliseconds since 1970, as in the browser."""
        self._to = to

    @asynccontextmanager
    async def up(self) -> AsyncIterator["PressRecorder"]:
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._to)
        await asyncio.gather(self._copy(reader, server_writer), self._copy(server_reader, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while part := await reader.read(65_536):
                if part.startswith(b"POST /v1/reach-outs "):
                    self.pressed_at.append(time.time() * 1000)
                writer.write(part)
                await writer.drain()
        writer.close()


async def _throttle(devtools: CDPSession, network: Network | None) -> None:
    await devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    await devtools.send("Network.enable")
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    if network is not None:
        kilobit = 1_000 / 8
        conditions |= {
            "latency": network.latency,
            "downloadThroughput": network.down * kilobit,
            "uploadThroughput": network.up * kilobit,
        }
    await devtools.send("Network.emulateNetworkConditions", conditions)
