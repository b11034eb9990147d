"""Fixtures of the browser tests: browsers and one installation a process, and phones that must end without errors."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import NO_CHROMIUM, Browsers, find, find_shell
from tests.browser.phone import Phone
from tests.faults.conftest import compiled  # noqa: F401 (a fixture)
from tests.faults.installation import Installation
from tests.faults.people import Person
from tests.faults.processes import ROOT, Server
from tests.faults.stores import embedded
from tests.world.databases import COMPLETE

NOT_BUILT = "the phone app has not been built: make install"

NewPhone = Callable[..., Awaitable[Phone]]
NewCircle = Callable[..., Awaitable[list[Person]]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers() -> AsyncIterator[Browsers]:
    async with AsyncExitStack() as stack:
        yield Browsers(stack)


@pytest_asyncio.fixture(loop_scope="session")
async def browser(request: pytest.FixtureRequest, browsers: Browsers) -> Browser:
    """The browser of this test: the shell, or all of Chromium for a test that is marked `whole_browser`."""
    program = find() if request.node.get_closest_marker("whole_browser") else find_shell()
    missing = NO_CHROMIUM if program is None else "" if (ROOT / "phone/dist/index.html").is_file() else NOT_BUILT
    if missing or program is None:
        if os.environ.get(COMPLETE) == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return await browsers.get(program)


@asynccontextmanager
async def installed(folders: pytest.TempPathFactory, compiled: Path | None) -> AsyncIterator[Installation]:  # noqa: F811
    """An installation on SQLite, with push services that keep a log."""
    folder = folders.mktemp("installation")
    async with Installation(folder, embedded(folder), compiled) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def installation(tmp_path_factory: pytest.TempPathFactory, compiled: Path | None) -> AsyncIterator[Installation]:  # noqa: F811
    """The installation of all tests that leave its server alone (others have their own, in `own_server/`)."""
    async with installed(tmp_path_factory, compiled) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(installation: Installation) -> Server:
    """`porchlight serve` with the built app."""
    return await installation.serve()


@pytest.fixture
def circle(server: Server) -> NewCircle:
    """Make a person and their circle, each with a registered phone that the test operates."""

    async def make_circle(owner: str, *members: str) -> list[Person]:
        people = [await Person.sign_up(server, name) for name in (owner, *members)]
        for member in people[1:]:
            await people[0].welcomes(member)
            await member.phone()
        return people

    return make_circle


@pytest_asyncio.fixture(loop_scope="session")
async def new_phone(browser: Browser, installation: Installation, server: Server) -> AsyncIterator[NewPhone]:
    """Open phones for people. At the end of the test none may have met a script error or a violation of the content security policy."""
    phones: list[Phone] = []

    async def give(name: str, **more: Any) -> Phone:
        phones.append(await Phone.create(browser, f"http://localhost:{server.port}", installation.push, name, **more))
        return phones[-1]

    yield give
    errors = {phone.name: phone.errors for phone in phones if phone.errors}
    for phone in phones:
        await phone.close()
    assert errors == {}
