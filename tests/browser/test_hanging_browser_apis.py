"""Browser APIs that neither succeed nor fail: the app opens, and the press is sent once."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOLD = re.compile("told|phone|saved|reached")
NEVER_OPENS = "IDBFactory.prototype.open = () => ({});"
NEVER_ENDS = """
  const request = () => ({});
  IDBDatabase.prototype.transaction = () => ({ objectStore: () => ({ get: request, put: request, delete: request, clear: request }) });
"""
OTHERS = """
  const never = () => new Promise(() => undefined);
  CacheStorage.prototype.open = never;
  ServiceWorkerContainer.prototype.register = never;
  Object.defineProperty(ServiceWorkerContainer.prototype, 'ready', { get: never });
  SubtleCrypto.prototype.encrypt = SubtleCrypto.prototype.decrypt = SubtleCrypto.prototype.generateKey = never;
"""


@pytest.mark.parametrize("silence", [NEVER_OPENS + OTHERS, NEVER_ENDS], ids=["never opens", "never ends"])
async def test_a_press_goes_out_without_any_storage(new_phone: NewPhone, circle: NewCircle, silence: str) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.context.add_init_script(silence)
    await phone.open()
    await phone.sees("1 person can be reached now.")

    await phone.context.set_offline(True)
    await phone.press_button("Reach out now")
    await phone.sees_heading("Not sent yet")
    await phone.sees("Please keep Porchlight open")

    await phone.context.set_offline(False)
    await phone.sees_heading(TOLD, within=20)
    assert len(await ben.inbox()) == 1
    assert len((await noor.ask("GET", "/v1/reach-outs?mine=true"))["items"]) == 1


async def test_a_lock_that_another_tab_never_releases(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    frozen = await phone.context.new_page()
    await frozen.goto(f"{phone.url}/docs")
    await frozen.evaluate(
        "new Promise((held) => navigator.locks.request('porchlight-press', () => (held(), new Promise(() => {}))))"
    )
    await phone.open()
    await phone.page.bring_to_front()
    await phone.sees("1 person can be reached now.")
    async with phone.page.expect_response(
        lambda response: response.request.method == "POST" and response.url.endswith("/v1/reach-outs")
    ):
        await phone.press_button("Reach out now")
    await expect(phone.heading("Not sent yet")).to_have_count(0)
    assert len(await ben.inbox()) == 1
