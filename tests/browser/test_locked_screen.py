"""The lamp of the locked screen: holding it is a press, by finger, by key and by screen reader; a tap is none. And without it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import CDPSession, expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.eventually import eventually
from tests.browser.locked import PIN, locked_by_pin, shows_nothing_of, types_pin
from tests.browser.phone import SCRIPTS, Phone

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

KEPT = (SCRIPTS / "kept.js").read_text()
Point = tuple[float, float]


HELD_MS = 2_100
LATER = timedelta(seconds=10)


async def _lamp(phone: Phone) -> tuple[CDPSession, Point]:
    """Stop the page's clock; return DevTools to touch with, and the middle of the lamp."""
    await phone.page.clock.install()
    await phone.page.clock.pause_at(datetime.now(UTC) + LATER)
    box = await phone.button("Reach out now").bounding_box()
    assert box is not None
    devtools = await phone.context.new_cdp_session(phone.page)
    return devtools, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


async def _touch(devtools: CDPSession, kind: str, *fingers: Point) -> None:
    points: list[dict[str, Any]] = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
    await devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


async def test_who_cannot_hold_the_lamp_taps_twice(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor, width=320)
    other_way = phone.button("I cannot hold it")
    await expect(other_way).to_have_count(0)
    lamp = await phone.button("Reach out now").bounding_box()
    await phone.button("Reach out now").tap()
    await expect(other_way).to_be_visible()
    assert await phone.button("Reach out now").bounding_box() == lamp, "nothing moves from under a finger"
    await phone.is_sound()
    await other_way.tap()
    await phone.sees_heading("Your people are told.", within=20)
    await shows_nothing_of(phone)
    assert len(await ben.inbox()) == 1


async def test_holding_the_lamp_is_a_press_and_a_tap_is_none(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor)
    await phone.sees("Hold the lamp for two seconds to reach out.")
    devtools, middle = await _lamp(phone)
    await phone.page.touchscreen.tap(*middle)
    await phone.sees("A little longer: hold the lamp for two seconds.")
    await phone.page.clock.run_for(HELD_MS)
    await expect(phone.button("Undo")).to_have_count(0)

    await _touch(devtools, "touchStart", middle)
    await expect(phone.page.locator(".hold .run")).to_have_count(1)
    await phone.page.clock.run_for(HELD_MS)
    await expect(phone.button("Undo")).to_be_visible()
    await _touch(devtools, "touchEnd")
    await shows_nothing_of(phone)
    await phone.press_button("Undo")
    await phone.sees_heading("Locked")
    assert await ben.inbox() == []

    await _touch(devtools, "touchStart", middle)
    await expect(phone.page.locator(".hold .run")).to_have_count(1)
    await phone.page.clock.resume()
    await phone.sees_heading("Your people are told.")
    await _touch(devtools, "touchEnd")
    await eventually(ben.inbox, lambda notices: len(notices) == 1)


async def test_a_finger_that_leaves_the_lamp_begins_anew(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor)
    devtools, middle = await _lamp(phone)
    clock, ring = phone.page.clock, phone.page.locator(".hold .run")
    await _touch(devtools, "touchStart", middle)
    # A hand that trembles does not leave it.
    await _touch(devtools, "touchMove", (middle[0] + 30, middle[1] - 30))
    await clock.run_for(1_900)
    await expect(ring).to_have_count(1)
    await _touch(devtools, "touchMove", (middle[0], middle[1] + 200))
    await expect(ring).to_have_count(0)
    await clock.run_for(HELD_MS)
    await _touch(devtools, "touchMove", middle)
    await clock.run_for(1_900)
    await expect(ring).to_have_count(1)
    # A second finger.
    await _touch(devtools, "touchStart", middle, (middle[0] + 20, middle[1]))
    await clock.run_for(1_900)
    await expect(ring).to_have_count(1)
    # A call comes in.
    await _touch(devtools, "touchCancel")
    await expect(ring).to_have_count(0)
    # Another window.
    await _touch(devtools, "touchStart", middle)
    await expect(ring).to_have_count(1)
    await clock.run_for(100)
    await phone.page.evaluate("dispatchEvent(new Event('blur'))")
    await expect(ring).to_have_count(0)
    await clock.run_for(HELD_MS)
    await _touch(devtools, "touchEnd")
    menu = "lamp => !lamp.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))"
    assert await phone.button("Reach out now").evaluate(menu), "the browser's menu takes the finger from the lamp"
    await expect(phone.heading("Locked")).to_be_visible()
    assert await ben.inbox() == []


async def test_a_key_is_held_like_a_finger(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor)
    await _lamp(phone)
    for key in ("Enter", "Space"):
        await phone.button("Reach out now").focus()
        await phone.page.keyboard.press(key)
        await phone.sees("A little longer: hold the lamp for two seconds.")
        await expect(phone.button("Undo")).to_have_count(0)
        await phone.page.keyboard.down(key)
        await phone.page.clock.run_for(1_000)
        # As a keyboard repeats a key that is held.
        await phone.page.keyboard.down(key)
        await phone.page.clock.run_for(1_100)
        await expect(phone.button("Undo")).to_be_visible()
        await phone.page.keyboard.down(key)
        await phone.page.keyboard.up(key)
        await phone.press_button("Undo")
        await phone.sees_heading("Locked")
    assert await ben.inbox() == []


async def test_a_screen_reader_presses_at_once(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor)
    lamp = phone.button("Reach out now")
    await expect(lamp).to_have_accessible_description("Hold the lamp for two seconds to reach out.")
    await lamp.evaluate("lamp => lamp.click()")
    await expect(phone.button("Undo")).to_be_visible()
    await phone.press_button("Undo")
    await phone.sees_heading("Locked")
    # Some send a pointer without a size before it.
    await lamp.evaluate(
        "lamp => { for (const kind of ['pointerdown', 'pointerup', 'click'])"
        " lamp.dispatchEvent(new PointerEvent(kind, { bubbles: true, width: 0, height: 0, detail: 1 })); }"
    )
    await expect(phone.button("Undo")).to_be_visible()
    await phone.sees_heading("Your people are told.")
    await eventually(ben.inbox, lambda notices: len(notices) == 1)


async def test_the_hold_is_seen_in_steps_where_motion_is_reduced(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await locked_by_pin(new_phone, noor, reduced_motion="reduce")
    devtools, middle = await _lamp(phone)
    await _touch(devtools, "touchStart", middle)
    await expect(phone.page.locator(".hold .run")).to_have_css("animation-timing-function", "steps(4)")
    await _touch(devtools, "touchEnd")
    await phone.sees("A little longer: hold the lamp for two seconds.")


async def test_the_lamp_can_be_taken_away(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    await ben.ask("PATCH", "/v1/me", {"contact": "+442079460000"})
    phone = await locked_by_pin(new_phone, noor)
    kept = await phone.page.evaluate(KEPT)
    assert "numbers" in kept
    await types_pin(phone.page)
    await phone.sees("1 person can be reached now.")
    await phone.open("#/settings/lock")
    await phone.page.get_by_label("Your PIN").fill(PIN)
    await phone.press_button("Change the lock")
    lamp = phone.page.get_by_role("switch", name="Lamp on the locked screen")
    await expect(lamp).to_be_checked()
    await lamp.click()
    await expect(lamp).not_to_be_checked()
    await phone.no_longer_sees("Reach out now works while it is locked")
    await phone.is_sound()

    # Not even that somebody has reached out, nor whom to call.
    await noor.press()
    await phone.open()
    await phone.page.reload()
    await phone.sees_heading("Locked")
    await expect(phone.page.get_by_label("Your PIN")).to_be_visible()
    await phone.is_sound()
    await expect(phone.page.get_by_role("button")).to_have_count(2)
    await expect(phone.page.get_by_role("link")).to_have_count(0)
    kept = await phone.page.evaluate(KEPT)
    assert "numbers" not in kept
    assert "numbers-key" not in kept
    await types_pin(phone.page)
    await phone.sees(re.compile("Ben"))
