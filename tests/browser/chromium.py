"""Find Chromium, start it, and set up its windows for tests."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

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
SHELL = "chromium-headless-shell"
"""Chromium without its window, tabs and notifications: half of the processor's time."""
NO_CHROMIUM = (
    "no Chromium: install it (on Debian and Ubuntu: apt install chromium), or set PORCHLIGHT_TESTS_CHROMIUM to its path;"
    " the tests of the phone app need it"
)


def find() -> str | None:
    """Return the browser's program, None when this machine has none."""
    named = os.environ.get("PORCHLIGHT_TESTS_CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def find_shell() -> str | None:
    """Return the browser for tests that need no notification: the shell, or else the whole browser."""
    return os.environ.get("PORCHLIGHT_TESTS_CHROMIUM") or shutil.which(SHELL) or find()


class Browsers:
    """The browsers of one test process, each started when the first test needs it."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._started: dict[str, Browser] = {}

    async def get(self, program: str) -> Browser:
        if program not in self._started:
            self._started[program] = await self._stack.enter_async_context(chromium(program))
        return self._started[program]


@asynccontextmanager
async def chromium(program: str) -> AsyncIterator[Browser]:
    """Start one browser, in which every person gets their own context."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()
