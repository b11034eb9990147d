"""Hands that have only a keyboard: Tab until something has the focus, and a look at where the focus is."""

from typing import Any

from playwright.async_api import Locator, Page

MOST_STEPS = 60
WHERE = """() => {
  const at = document.activeElement;
  const box = at.getBoundingClientRect();
  const ring = (one) => one && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) > 0;
  // A radio button or a switch is drawn by what surrounds it.
  const shown = ring(at) || ring(at.closest('label, .switch, .choice'));
  return { tag: at.tagName, text: at.textContent.slice(0, 60), shown, inside: box.bottom > 0 && box.top < innerHeight };
}"""


async def focus(page: Page) -> dict[str, Any]:
    """Where the keyboard is: `tag`, `text`, whether that can be seen (`shown`), whether it is on the screen (`inside`)."""
    return dict(await page.evaluate(WHERE))


async def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until `wanted` has the focus. Every stop on the way must be one that the eye can follow."""
    for _ in range(MOST_STEPS):
        if await wanted.count() == 1 and await wanted.evaluate("(one) => one === document.activeElement"):
            return
        await page.keyboard.press(key)
        at = await focus(page)
        if at["tag"] != "BODY":
            assert at["shown"], f"the focus cannot be seen: {at}"
            assert at["inside"], f"the focus is off the screen: {at}"
    raise AssertionError(f"Tab never leads to {wanted}; it is at {await focus(page)}")


async def stands_at_the_heading(page: Page, text: str) -> None:
    """After a change of screen the keyboard, and with it a screen reader, begins at what the screen says."""
    await page.wait_for_function(
        "(text) => document.activeElement.tagName === 'H1' && document.activeElement.textContent.startsWith(text)",
        arg=text,
    )
