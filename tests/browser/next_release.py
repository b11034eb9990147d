"""`python -m tests.browser.next_release serve`: the same server with the next version of the phone app."""

import shutil
import sys
import tempfile
from pathlib import Path

from api import phone_app
from cli.main import main

MARK = '<meta name="version" content="newer">'


def next_version(folder: Path) -> Path:
    """Copy the built app as the next version: a marked page, and a service worker with another cache name."""
    built = next(folder for folder in phone_app.APP_FOLDERS if folder.is_dir())
    newer = folder / "dist"
    shutil.copytree(built, newer)
    page, worker = newer / "index.html", newer / "sw.js"
    page.write_text(page.read_text(encoding="utf-8").replace("<head>", f"<head>{MARK}"), encoding="utf-8")
    worker.write_text(worker.read_text(encoding="utf-8").replace("shell-", "newer-shell-"), encoding="utf-8")
    return newer


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        # Final in production; only this test server serves another version.
        vars(phone_app)["APP_FOLDERS"] = (next_version(Path(folder)),)
        sys.exit(main())
