"""Building the phone app: only after a change, and with any Node that is recent enough."""

import sys
from pathlib import Path

import pytest

import hatch_build

FAKE_NPM = """#!{python}
import sys
from pathlib import Path
with Path(".npm-log").open("a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "ci":
    Path("node_modules").mkdir(exist_ok=True)
if sys.argv[1] == "run":
    Path("dist").mkdir(exist_ok=True)
    Path("dist/index.html").write_text("built")
"""


@pytest.fixture
def phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create the sources of an app, and an npm that only logs its arguments."""
    folder = tmp_path / "phone"
    (folder / "src").mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    (folder / "src" / "main.ts").write_text("let light = 'on'")
    for name, value in {"PHONE": folder, "BUILT": folder / "dist", "MODULES": folder / "node_modules"}.items():
        monkeypatch.setattr(hatch_build, name, value)
    _install_node(tmp_path, monkeypatch, "v22.1.0")
    return folder


def _install_node(folder: Path, monkeypatch: pytest.MonkeyPatch, node: str) -> None:
    """Put this Node, and the fake npm, on a PATH of their own."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name, text in {"npm": FAKE_NPM.format(python=sys.executable), "node": f"#!/bin/sh\necho {node}\n"}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))


def _npm_commands(phone: Path) -> list[str]:
    """Return the npm commands since the last call."""
    log = phone / ".npm-log"
    words = [line.split()[0] for line in log.read_text().splitlines()] if log.exists() else []
    log.unlink(missing_ok=True)
    return words


def test_the_app_is_rebuilt_only_when_a_source_has_changed(phone: Path) -> None:
    hatch_build.build()
    assert _npm_commands(phone) == ["ci", "run"]
    hatch_build.build()
    assert _npm_commands(phone) == []
    (phone / "src" / "main.ts").write_text("let light = 'off'")
    hatch_build.build()
    assert _npm_commands(phone) == ["run"], "the packages are the same"
    (phone / "package-lock.json").write_text('{"packages": {}}')
    hatch_build.build()
    assert _npm_commands(phone) == ["ci", "run"]
    (phone / "dist" / "index.html").unlink()
    hatch_build.build()
    assert _npm_commands(phone) == ["run"]


def test_package_scripts_never_run(phone: Path) -> None:
    hatch_build.build()
    assert "ci --ignore-scripts" in (phone / ".npm-log").read_text()


@pytest.mark.parametrize(
    ("node", "good"), [("v20.19.0", True), ("v24.1.0", True), ("v20.18.9", False), ("v18.20.0", False)]
)
def test_an_old_node_is_ignored(
    phone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str, good: bool
) -> None:
    _install_node(tmp_path, monkeypatch, node)
    assert (hatch_build.find_node() is not None) is good


def test_without_node_it_says_what_is_missing(phone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(hatch_build, "PYPI_NODE_MODULE", "no_such_module")
    monkeypatch.setattr(hatch_build, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="needs Node"):
        hatch_build.build()
