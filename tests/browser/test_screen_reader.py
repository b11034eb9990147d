"""What a screen reader gets: roles, names, and live announcements of changes."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import NewCircle, NewPhone

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOME = """
- main:
  - button "Reach out now"
  - heading "1 person can be reached now." [level=1]
  - heading "How are you today?" [level=2]
  - list:
    - listitem:
      - button "Very low"
    - listitem:
      - button "Low"
    - listitem:
      - button "So-so"
    - listitem:
      - button "Okay"
    - listitem:
      - button "Good"
- navigation "Main":
  - list:
    - listitem:
      - link "Home"
    - listitem:
      - link /Inbox/
    - listitem:
      - link "Circle"
    - listitem:
      - link "Settings"
"""
RING = """
- main:
  - heading "In a moment Ben is told." [level=1]
  - paragraph: You have done the hard part.
  - button "Undo"
  - paragraph: Undo within three seconds, and nobody is told.
"""
WAITING = """
- main:
  - heading "Ben is told." [level=1]
"""
NAMELESS = """() => [...document.querySelectorAll('button, a[href], input, select, textarea, [role=img], [role=switch], dialog')]
  .filter((one) => one.checkVisibility())
  .filter((one) => !(one.ariaLabel || one.textContent.trim() || [...(one.labels ?? [])].some((label) => label.textContent.trim()) || one.getAttribute('aria-labelledby')))
  .map((one) => one.outerHTML.slice(0, 200))"""


async def everything_is_named(page: Page) -> None:
    assert await page.evaluate(NAMELESS) == []
    assert await page.get_by_role("heading", level=1).count() == 1
    assert await page.get_by_role("main").count() == 1


async def test_home_and_a_press(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    body = phone.page.locator("body")
    await expect(body).to_match_aria_snapshot(HOME)
    await expect(phone.page.get_by_role("link", name="Home")).to_have_attribute("aria-current", "page")
    await phone.press_button("Reach out now")
    await expect(body).to_match_aria_snapshot(RING)
    await expect(body).to_match_aria_snapshot(WAITING)
    await everything_is_named(phone.page)
    # Later changes are announced in a live region that exists from the start.
    status = phone.page.locator("#announcer[role=status]")
    await expect(status).to_have_text("Ben is told.")
    await status.evaluate("(one) => { one.dataset.stood = 'before'; }")
    reach_out = (await ben.inbox())[0]["reach_out_id"]
    await ben.ask("POST", f"/v1/reach-outs/{reach_out}/answers", {"kind": "calling"})
    await expect(phone.page.locator("[data-stood=before]")).to_have_text("Ben is calling you now.")
    await everything_is_named(phone.page)


@pytest.mark.parametrize(
    "where",
    [
        "#/inbox",
        "#/circle",
        "#/circle/times",
        "#/bookends",
        "#/calm",
        "#/calm/slip",
        "#/calm/rest",
        "#/settings",
        "#/settings/hours",
        "#/settings/number",
        "#/settings/fallback",
        "#/settings/devices",
        "#/settings/privacy",
        "#/settings/delete",
    ],
)
async def test_every_control_has_an_accessible_name(new_phone: NewPhone, circle: NewCircle, where: str) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open(where)
    await expect(phone.page.get_by_role("heading", level=1)).to_be_visible()
    await everything_is_named(phone.page)


async def test_the_lang_attribute_matches_the_text(new_phone: NewPhone) -> None:
    phone = await new_phone("Noor", language="es-MX")
    await phone.open()
    await expect(phone.page.locator("html")).to_have_attribute("lang", "es")
    await expect(phone.link("Crear cuenta").or_(phone.link("Iniciar sesión")).first).to_be_visible()
    await everything_is_named(phone.page)
