"""A command as its operator gives it: in a process and a folder of its own, whose logs are its standard error."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_command(folder: Path, *words: str, **settings: str) -> tuple[int, str]:
    """Run `porchlight` in this folder, where its data is too; return its status and all that it said."""
    unset = {name: value for name, value in os.environ.items() if not name.startswith("PORCHLIGHT_")}
    ended = subprocess.run(
        [sys.executable, "-P", "-m", "cli.main", *words],
        cwd=folder,
        env={**unset, "PYTHONPATH": str(ROOT), "PORCHLIGHT_DATA_DIR": str(folder), **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr
