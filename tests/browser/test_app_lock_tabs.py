"""The app lock and tabs that are still starting while another one is locked."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.locked import opens_app, sets_pin
from tests.world.patience import patient

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def test_another_tab_that_is_still_starting_locks_too(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await opens_app(new_phone, noor, service_workers="block")
    await phone.sees("1 person can be reached now.")
    await noor.ask("PATCH", "/v1/me", {"language": "de"})
    other = await phone.context.new_page()
    sentences: asyncio.Future[Route] = asyncio.get_running_loop().create_future()

    async def hold_back(route: Route) -> None:
        sentences.set_result(route)

    await other.route(re.compile(r"/assets/de-.*\.json"), hold_back)
    await other.goto(f"{phone.url}/#/circle")
    await expect(other.get_by_text("Ben").first).to_be_visible()
    await asyncio.wait_for(sentences, patient(10))
    await sets_pin(phone)
    await expect(other.get_by_role("heading", name="Locked")).to_be_visible()
    await (await sentences).continue_()
    await expect(other.get_by_role("heading", name="Gesperrt")).to_be_visible()
    assert "Ben" not in await other.content()
