"""Check and photograph screens in every requested width and theme."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.browser.phone import SCRIPTS, WIDTHS, Phone

Theme = Literal["dark", "light"]


@dataclass(frozen=True)
class View:
    width: int
    theme: Theme

    def __str__(self) -> str:
        return f"{self.width}-{self.theme}"


VIEWS = (View(412, "dark"), View(412, "light"), View(320, "dark"), View(320, "light"))


STRAINS = {
    "large": ("document.documentElement.style.fontSize = '200%'", "document.documentElement.style.fontSize = ''"),
    "rtl": ("document.documentElement.dir = 'rtl'", "document.documentElement.dir = 'ltr'"),
}
"""Scripts that strain a screen, each with the one that undoes it."""


@dataclass
class Gallery:
    """Checks screens. `folder`: where the pictures go, none without it. `stills`: paths of pictures for the docs, by title."""

    views: tuple[View, ...] = VIEWS
    folder: Path | None = None
    strained: bool = True
    stills: dict[str, Path] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    async def hang(self, phone: Phone, name: str, language: str) -> None:
        """Check the screen that `phone` shows. Faults are collected, so that later screens are checked as well."""
        for view in self.views:
            await phone.page.set_viewport_size({"width": view.width, "height": WIDTHS[view.width]})
            await phone.page.emulate_media(color_scheme=view.theme)
            await phone.page.evaluate((SCRIPTS / "stand_still.js").read_text())
            title = f"{name}-{view}-{language}"
            self.seen.append(title)
            try:
                await phone.is_sound()
            except AssertionError as error:
                self.wrong.append(f"{title}: {error}")
            await self._picture(phone, title)
        if self.strained:
            await self._strained(phone, f"{name}-{language}")
        self.wrong += [f"{name}-{language}: {error}" for error in phone.errors]
        phone.errors.clear()

    async def _strained(self, phone: Phone, title: str) -> None:
        """Check the screen on the smallest phone with text of twice the size, and from right to left."""
        await phone.page.set_viewport_size({"width": 320, "height": WIDTHS[320]})
        for strain, (put, lift) in STRAINS.items():
            await phone.page.evaluate(put)
            wide = await phone.page.evaluate((SCRIPTS / "too_wide.js").read_text())
            if self.folder is not None:
                await phone.page.screenshot(path=self.folder / f"{title}-{strain}.png", scale="css")
            await phone.page.evaluate(lift)
            if wide:
                self.wrong.append(f"{title}, {strain}: {wide}")

    async def _picture(self, phone: Phone, title: str) -> None:
        if still := self.stills.get(title):
            await phone.page.screenshot(path=still, scale="css")
        if self.folder is None:
            return
        await phone.page.screenshot(path=self.folder / f"{title}.png", scale="css")
        # The page scrolls below the bottom bar; a full-page picture needs a window of that height.
        whole = int(await phone.page.evaluate("Math.ceil(document.documentElement.scrollHeight)"))
        size = phone.page.viewport_size
        assert size is not None
        if whole > size["height"] + 2:
            await phone.page.set_viewport_size({"width": size["width"], "height": whole})
            await asyncio.sleep(0.1)
            await phone.page.screenshot(path=self.folder / f"{title}-full.png", scale="css")
