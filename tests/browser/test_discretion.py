"""Discretion: quick hide, sealed storage, and no injected script."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewCircle, NewPhone
from tests.browser.phone import SCRIPTS, Phone

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEPT = (SCRIPTS / "kept.js").read_text()
INJECTED = """() => {
  const script = document.createElement('script');
  script.textContent = 'window.broken = "by a script in the page"';
  document.head.append(script);
  const far = document.createElement('script');
  far.src = 'https://elsewhere.example/script.js';
  document.head.append(far);
  const image = document.createElement('img');
  image.setAttribute('onerror', 'window.broken = "by an attribute"');
  image.src = '/icons/none.png';
  document.body.append(image);
  const styled = document.createElement('div');
  styled.setAttribute('style', 'position: fixed');
  document.body.append(styled);
  return getComputedStyle(styled).position;
}"""


async def twice_at_the_top(phone: Phone, *at: tuple[int, int]) -> None:
    """Double-tap. Taps that a busy machine made too slow do not count and are repeated."""
    first, second = at or ((200, 12), (200, 12))
    for _ in range(5):
        await phone.page.evaluate(
            "window.taps = []; addEventListener('pointerdown', ({timeStamp}) => taps.push(timeStamp), true)"
        )
        for x, y in (first, second):
            await phone.page.touchscreen.tap(x, y)
        taps = await phone.page.evaluate("window.taps")
        if taps[-1] - taps[0] < 400:
            return
        await phone.page.wait_for_timeout(600)
    raise AssertionError("no two quick taps on this machine")


async def test_quick_hide_and_the_way_back(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/circle")
    await phone.sees("Ben")
    await phone.page.touchscreen.tap(200, 12)
    await phone.page.wait_for_timeout(600)
    assert await phone.page.get_by_role("textbox", name="Note").count() == 0, "once is not twice"
    await twice_at_the_top(phone)
    note = phone.page.get_by_role("textbox", name="Note")
    await expect(note).to_be_visible()
    await expect(note).to_have_value("")
    # Nothing else can be seen: the page covers the whole screen, to its corners.
    covered = await phone.page.evaluate(
        "[[1, 1], [innerWidth - 2, 1], [1, innerHeight - 2], [innerWidth - 2, innerHeight - 2], [innerWidth / 2, innerHeight / 2]]"
        ".every(([x, y]) => document.elementFromPoint(x, y).tagName === 'TEXTAREA')"
    )
    assert covered
    await phone.page.keyboard.type("Milk, bread")
    await expect(note).to_have_value("Milk, bread")
    await phone.page.wait_for_timeout(500)
    await twice_at_the_top(phone)
    await expect(note).to_have_count(0)
    await expect(phone.text("Ben").first).to_be_visible()


async def test_quick_hide_covers_an_open_sheet(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/circle")
    await phone.link("Ben").click()
    await phone.press_button("More about Ben")
    await expect(phone.page.get_by_role("dialog", name="Ben")).to_be_visible()
    await phone.page.wait_for_timeout(600)
    await twice_at_the_top(phone)
    await expect(phone.page.get_by_label("Note")).to_be_visible()
    lowest = "document.elementFromPoint(innerWidth / 2, innerHeight - 60).tagName"
    assert await phone.page.evaluate(lowest) == "TEXTAREA"


async def test_quick_hide_never_presses(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    note = phone.page.get_by_role("textbox", name="Note")
    lamp = await phone.button("Reach out now").bounding_box()
    assert lamp is not None
    # On the cord and the lamp's ring; with the second tap a little lower; and with the lamp itself at the top.
    for scrolled, first, second in (
        (0, (200, 8), (200, 20)),
        (0, (206, 30), (206, 60)),
        (int(lamp["y"]), (206, 25), (206, 12)),
    ):
        await phone.page.evaluate(
            "(far) => { document.body.style.paddingBottom = '60rem'; scrollTo(0, far); }", scrolled
        )
        await twice_at_the_top(phone, first, second)
        await expect(note).to_be_visible()
        await phone.page.wait_for_timeout(500)
        await twice_at_the_top(phone, first, second)
        await expect(note).to_have_count(0)
        await expect(phone.button("Reach out now")).to_be_visible()
        await expect(phone.button("Undo")).to_have_count(0)
    # A single tap does not press either, but the body of the lamp still does.
    await phone.page.touchscreen.tap(206, 25)
    await phone.page.wait_for_timeout(600)
    await expect(phone.button("Undo")).to_have_count(0)
    await phone.page.evaluate("scrollTo(0, 0)")
    await phone.page.touchscreen.tap(206, lamp["y"] + 20)
    await expect(phone.button("Undo")).to_be_visible()
    await phone.press_button("Undo")
    assert await ben.inbox() == []


async def test_controls_at_the_top_wait_out_a_double_tap(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, _ = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open("#/settings/hours")
    back = phone.link("Back")
    box = await back.bounding_box()
    assert box is not None
    assert box["y"] < 36, "the way back is no longer at the top"
    where = (int(box["x"] + box["width"] / 2), int(box["y"] + 4))
    await twice_at_the_top(phone, where, where)
    await expect(phone.page.get_by_role("textbox", name="Note")).to_be_visible()
    await phone.page.wait_for_timeout(500)
    await twice_at_the_top(phone, where, where)
    await expect(back).to_be_visible()
    assert phone.page.url.endswith("#/settings/hours")
    await phone.page.wait_for_timeout(500)
    await phone.page.touchscreen.tap(*where)
    await expect(back).to_have_count(0)


async def test_quick_hide_during_the_undo_time_cancels_the_press(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noor", "Ben")
    phone = await new_phone("Noor")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.press_button("Reach out now")
    await twice_at_the_top(phone)
    note = phone.page.get_by_role("textbox", name="Note")
    await expect(note).to_be_visible()
    await phone.page.wait_for_timeout(3_500)
    await twice_at_the_top(phone)
    await phone.sees("Nobody was told.")
    await expect(phone.button("Reach out now")).to_be_visible()
    assert await ben.inbox() == []

    # The same for the all-clear: hiding the screen undoes it.
    reach_out = await noor.press()
    await phone.open()
    await phone.press_button("I'm okay now")
    await expect(phone.button("Undo")).to_be_visible()
    await twice_at_the_top(phone)
    await phone.page.wait_for_timeout(3_500)
    await twice_at_the_top(phone)
    await phone.sees("so the all-clear was undone")
    assert (await noor.ask("GET", f"/v1/reach-outs/{reach_out['id']}"))["closed_at"] is None


async def test_offline_data_is_not_readable(new_phone: NewPhone, circle: NewCircle) -> None:
    noor, ben = await circle("Noora", "Benedikt")
    await ben.ask("PATCH", "/v1/me", {"contact": "+44 20 7946 0123"})
    phone = await new_phone("Noora")
    await phone.belongs_to(noor)
    await phone.open()
    await phone.sees("1 person can be reached now.")
    kept = await phone.page.evaluate(KEPT)
    # It is shown at once, and sealed a moment later.
    for _ in range(100):
        if "vault" in kept:
            break
        await phone.page.wait_for_timeout(50)
        kept = await phone.page.evaluate(KEPT)
    assert len(kept["vault"]["sealed"]) > 100
    assert kept["key"] == {"extractable": False}
    elsewhere = str(
        await phone.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    )
    # Long enough not to come up by chance in what is sealed.
    for name in ("Noora", "Benedikt", "79460123", "7946 0123", "Crisis Lifeline", noor.sign_in_name):
        assert name not in str(kept) + elsewhere, name

    # It still opens offline.
    await phone.controlled()
    await phone.context.set_offline(True)
    await phone.page.reload()
    await phone.press_button("Reach out now")
    await expect(phone.link("Call Benedikt")).to_be_visible()
    assert "Benedikt" not in str(await phone.page.evaluate(KEPT))

    # Signing out removes all of it, the press and the key as well.
    await phone.press_button("Take it back")
    await phone.context.set_offline(False)
    await phone.go("Settings")
    await phone.press_button("Sign out")
    await expect(phone.link("Create account")).to_be_visible()
    assert await phone.page.evaluate(KEPT) == {"language": "en"}


async def test_injected_script_does_not_run(new_phone: NewPhone) -> None:
    phone = await new_phone("Noor")
    await phone.open()
    await expect(phone.link("Create account")).to_be_visible()
    assert phone.errors == []
    assert await phone.page.evaluate(INJECTED) == "static"
    await phone.page.evaluate("setTimeout('window.broken = \"by a text\"')")
    await phone.page.wait_for_timeout(500)
    assert await phone.page.evaluate("window.broken ?? null") is None
    refused = " ".join(phone.errors)
    for part in (
        "script-src-elem inline",
        "script-src-elem https://elsewhere.example",
        "script-src-attr",
        "style-src-attr",
        "eval",
    ):
        assert part in refused, f"{part} is not refused: {refused}"
    # These were ours.
    phone.errors.clear()
