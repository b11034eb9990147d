"""Find Chromium, start it, and set up its windows for tests."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
NO_CHROMIUM = (
    "no Chromium: install it (on Debian and Ubuntu: apt install chromium), or set PORCHLIGHT_TESTS_CHROMIUM to its path;"
    " the tests of the phone app need it"
)


def find() -> str | None:
    """Return the browser's program, None when this machine has none."""
    named = os.environ.get("PORCHLIGHT_TESTS_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def chromium(program: str) -> AsyncIterator[Browser]:
    """Start one browser, in which every person gets their own context."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()
