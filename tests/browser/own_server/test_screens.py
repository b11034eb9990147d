"""A sample of `make shots`: most screens once, alternating width, theme and language, accessible and without script errors."""

from collections.abc import Iterator
from itertools import cycle

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.shots.gallery import Gallery, Theme, View
from tests.browser.shots.scenes import SAMPLE, SCENES, channels_env
from tests.browser.shots.stage import Stage
from tests.faults.installation import Installation
from tests.faults.processes import Server
from tests.standins.gateways import HttpGateway

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.whole_browser]

TURNS: list[tuple[int, Theme, str]] = [
    # The smallest phone shows the longest words.
    (320, "light", "de"),
    (412, "dark", "en"),
    (412, "light", "es"),
    (320, "dark", "de"),
]


@pytest.fixture(scope="module")
def sms() -> Iterator[HttpGateway]:
    with HttpGateway() as gateway:
        yield gateway


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(installation: Installation, sms: HttpGateway) -> Server:
    return await installation.serve(env=channels_env(sms))


@pytest.mark.parametrize(("scene", "turn"), list(zip(SAMPLE, cycle(TURNS), strict=False)))
async def test_screens_fit_and_are_accessible(
    browser: Browser,
    installation: Installation,
    server: Server,
    sms: HttpGateway,
    scene: str,
    turn: tuple[int, Theme, str],
) -> None:
    width, theme, language = turn
    gallery = Gallery((View(width, theme),), strained=width == 320)
    stage = Stage(browser, installation, server, sms, gallery, language)
    try:
        await SCENES[scene](stage)
    finally:
        await stage.clear()
    assert gallery.seen
    assert gallery.wrong == []
