"""Keyboard helpers: press Tab until an element has the focus, and describe what has it."""

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
    """Describe the focused element: `tag`, `text`, whether it is visible (`shown`) and on the screen (`inside`)."""
    return dict(await page.evaluate(WHERE))


async def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until `wanted` has the focus. Every stop on the way must be visible."""
    for _ in range(MOST_STEPS):
        if await wanted.count() == 1 and await wanted.evaluate("(one) => one === document.activeElement"):
            return
        await page.keyboard.press(key)
        at = await focus(page)
        # A page that was just shown gives the focus to its heading by itself; Tab stops at neither.
        if at["tag"] not in {"BODY", "H1"}:
            assert at["shown"], f"the focus cannot be seen: {at}"
            assert at["inside"], f"the focus is off the screen: {at}"
    raise AssertionError(f"Tab never leads to {wanted}; it is at {await focus(page)}")


async def stands_at_the_heading(page: Page, text: str) -> None:
    """Assert that after a change of screen the focus, and with it a screen reader, begins at the heading."""
    await page.wait_for_function(
        "(text) => document.activeElement.tagName === 'H1' && document.activeElement.textContent.startsWith(text)",
        arg=text,
    )
