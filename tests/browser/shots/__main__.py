"""`python -m tests.browser.shots [scene …]`: play every scene in every language, width and theme, into build/shots/."""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.browser.chromium import NO_CHROMIUM, chromium, find
from tests.browser.shots.gallery import Gallery
from tests.browser.shots.scenes import SCENES, STILLS, channels_env
from tests.browser.shots.stage import Stage
from tests.browser.shots.words import LANGUAGES
from tests.faults.installation import Installation
from tests.faults.processes import ROOT
from tests.faults.stores import embedded
from tests.standins.gateways import HttpGateway

FOLDER = ROOT / "build" / "shots"
IMAGES = ROOT / "docs" / "images"


async def main(names: list[str], languages: list[str]) -> int:
    program = find()
    if program is None:
        sys.exit(NO_CHROMIUM)
    FOLDER.mkdir(parents=True, exist_ok=True)
    IMAGES.mkdir(parents=True, exist_ok=True)
    stills = {title: IMAGES / f"{name}.png" for name, title in STILLS.items()}
    gallery = Gallery(folder=FOLDER, stills=stills)
    folder = Path(tempfile.mkdtemp(prefix="porchlight-shots-"))
    try:
        with HttpGateway() as sms:
            await play(program, folder, sms, gallery, names, languages)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for wrong in gallery.wrong:
        tell(f"WRONG {wrong}")
    tell(f"{len(gallery.seen)} screens, {len(gallery.wrong)} findings; pictures in {FOLDER.relative_to(ROOT)}/")
    return 1 if gallery.wrong else 0


async def play(
    program: str, folder: Path, sms: HttpGateway, gallery: Gallery, names: list[str], languages: list[str]
) -> None:
    """Play these scenes in these languages against a server in this folder."""
    async with chromium(program) as browser, Installation(folder, embedded(folder), None) as installation:
        server = await installation.serve(env=channels_env(sms))
        for language in languages:
            for name in names:
                began = time.monotonic()
                stage = Stage(browser, installation, server, sms, gallery, language)
                try:
                    await SCENES[name](stage)
                except Exception as error:  # noqa: BLE001 (the other scenes are still worth looking at)
                    gallery.wrong.append(f"{name}-{language}: {type(error).__name__}: {error}")
                finally:
                    await stage.clear()
                tell(f"{name} ({language}): {time.monotonic() - began:.0f} s")


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.browser.shots", description=__doc__)
    parser.add_argument("scenes", nargs="*", help=f"of {', '.join(SCENES)}; all without one")
    parser.add_argument("--language", action="append", choices=LANGUAGES)
    arguments = parser.parse_args()
    sys.exit(asyncio.run(main(arguments.scenes or list(SCENES), arguments.language or LANGUAGES)))
