"""Many tabs of one browser: the connections that HTTP/1.1 leaves them are enough for a press."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.faults.people import Person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.whole_browser
async def test_a_press_is_sent_with_seven_tabs_open(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    streams: list[str] = []
    phone.context.on("request", lambda request: streams.append(request.url) if "/v1/events" in request.url else None)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    further = [await phone.context.new_page() for _ in range(6)]
    for page in further:
        await page.goto(phone.url)
        await expect(page.get_by_role("heading", name="1 person can be reached now.")).to_be_visible()
    assert len(streams) == 1, "one stream a browser"

    # Every tab gets the events of the one stream.
    last = further[-1]
    await last.get_by_role("button", name="Reach out now").click()
    for page in (phone.page, *further):
        await expect(page.get_by_role("heading", name=re.compile("told|phone"))).to_be_visible()
    assert len(await ben.inbox()) == 1

    # The tab with the stream is closed, and another one takes over.
    await phone.page.close()
    await ben.ask("POST", f"/v1/reach-outs/{await _open_one(noor)}/answers", {"kind": "calling"})
    await expect(last.get_by_role("heading", name=re.compile("Ben is calling you now"))).to_be_visible()
    await asyncio.gather(*(page.close() for page in further))


async def _open_one(noor: Person) -> str:
    [reach_out] = (await noor.ask("GET", "/v1/reach-outs?mine=true&open=true"))["items"]
    return str(reach_out["id"])
