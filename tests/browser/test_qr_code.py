"""An invitation by QR code: one phone shows it, the other scans it off the screen."""

import base64

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import SCRIPTS, Phone
from tests.faults.people import Person
from tests.faults.processes import ROOT, Server

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.whole_browser]

READER = ROOT / "phone/node_modules/jsqr/dist/jsQR.js"
READ = (SCRIPTS / "read_code.js").read_text()


async def read_code(camera: Phone, picture: bytes) -> str:
    """Decode the QR code in this picture."""
    await camera.page.goto("about:blank")
    await camera.page.evaluate(READER.read_text(encoding="utf-8"))
    read = await camera.page.evaluate(READ, base64.b64encode(picture).decode())
    assert read is not None, "the camera finds no code in the picture"
    return str(read)


@pytest.mark.parametrize(("theme", "width"), [("dark", 320), ("light", 412)])
async def test_an_invitation_is_scanned_accepted_and_confirmed(
    new_phone: NewPhone, circle: NewCircle, server: Server, theme: str, width: int
) -> None:
    (maya,) = await circle("Maya")
    ana = await Person.sign_up(server, "Ana")
    showing = await new_phone("Maya", theme=theme, width=width)
    reading = await new_phone("Ana")
    await showing.belongs_to(maya)
    await reading.belongs_to(ana)
    await showing.open("#/circle")
    await showing.press_button("Invite someone")
    await showing.press_button("Show code and link")
    code = showing.page.get_by_role("img", name="Invitation code")
    await expect(code).to_be_visible()
    link = await read_code(reading, await showing.page.screenshot())
    assert link.startswith(f"{showing.url}/#/invitation/")

    await reading.page.goto(link)
    await reading.sees_heading("Maya would like you in their circle.")
    await reading.press_button("Say yes")
    await reading.page.get_by_text("Wake me any time").click()
    await reading.press_button("Go on")
    await reading.press_button("Skip the words")
    await reading.sees_heading("Say these two words to Maya.")
    words = await reading.page.locator("p[lang=en]").inner_text()
    assert (await maya.ask("GET", "/v1/circle"))["items"][0]["state"] == "accepted"

    # The code has been used: nothing covers the two words to compare.
    await showing.sees("Ana said yes.")
    await expect(showing.page.get_by_role("dialog")).to_have_count(0)
    assert await showing.page.locator("p[lang=en]").inner_text() == words
    await showing.press_button("They are the same")
    await showing.sees("Ana is in your circle.")
    assert (await maya.ask("GET", "/v1/circle"))["items"][0]["state"] == "active"

    # The same code again tells Ana that she is in, and is useless to anybody else.
    await reading.page.goto("about:blank")
    await reading.page.goto(link)
    await reading.sees_heading("You are in the circle of Maya.")
    another = await new_phone("Eli")
    await another.page.goto(link)
    await another.sees("This link cannot be used any more.")
