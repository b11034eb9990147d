"""The phone app in a throttled browser: time until the first screen is usable, and until a press is on the wire."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

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
MAX_JAVASCRIPT_KB = 30
# Records when the first button or link of the app has been painted; by then it responds.
RECORD_FIRST_PAINT = """new MutationObserver((_, watch) => {
  if (!document.querySelector('main a.btn, main button')) return;
  watch.disconnect();
  requestAnimationFrame(() => setTimeout(() => { window.drawn = performance.now(); }));
}).observe(document, { childList: true, subtree: true });"""


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
        "the wire*: from the end of the three seconds of undo to the request for the press, without a slow network.",
        rounds,
        ("network", "first screen s", "again s", "press on the wire ms"),
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
            first, again, sent = [], [], []
            for number in range(rounds + 1):
                fresh = await _measure_new_visitor(browser, url, network)
                known, pressed = await _measure_signed_in(browser, url, network, wire)
                if number or short:  # the first round warms up
                    first.append(fresh)
                    again.append(known)
                    sent.append(pressed)
            report.row(network.name, spread(first), spread(again), spread(sent))
            report.at_most(f"First screen, {network.name}", spread(first), MAX_FIRST_SCREEN_SECONDS, " s")
            report.at_most(f"Press on the wire, {network.name}", spread(sent), MAX_PRESS_MILLISECONDS, " ms")
    report.at_most(
        "JavaScript in all, in gzip as the server sends it", spread([_script_kilobytes()]), MAX_JAVASCRIPT_KB, " kB"
    )
    return report


def _script_kilobytes() -> float:
    """Return the kilobytes of script that the server sends, including the service worker."""
    return (
        sum(len(file.compressed or file.body) for path, file in files(find_folder()).items() if path.endswith(".js"))
        / 1000
    )


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


async def _sign_up(context: BrowserContext, url: str) -> None:
    body = {
        "sign_in_name": f"bench.{secrets.token_hex(6)}",
        "passphrase": "a lantern by the window",
        "display_name": "Noor",
        "carrier": "cookie",
    }
    headers = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
    reply = await context.request.post(f"{url}/v1/people", data=body, headers=headers)
    if not reply.ok:
        raise RuntimeError(await reply.text())


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
