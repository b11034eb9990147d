"""The phone app is built when something about it has changed, and with whatever Node there is."""

import sys
from pathlib import Path

import pytest

import hatch_build

FAKE_NPM = """#!{python}
import sys
from pathlib import Path
with Path(".said").open("a") as said:
    said.write(" ".join(sys.argv[1:]) + "\\n")
if sys.argv[1] == "ci":
    Path("node_modules").mkdir(exist_ok=True)
if sys.argv[1] == "run":
    Path("dist").mkdir(exist_ok=True)
    Path("dist/index.html").write_text("built")
"""


@pytest.fixture
def phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sources of an app, and an npm that only writes down what it was asked."""
    folder = tmp_path / "phone"
    (folder / "src").mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    (folder / "src" / "main.ts").write_text("let light = 'on'")
    for name, value in {"PHONE": folder, "BUILT": folder / "dist", "MODULES": folder / "node_modules"}.items():
        monkeypatch.setattr(hatch_build, name, value)
    _machine(tmp_path, monkeypatch, "v22.1.0")
    return folder


def _machine(folder: Path, monkeypatch: pytest.MonkeyPatch, node: str) -> None:
    """A machine with this Node."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    for name, text in {"npm": FAKE_NPM.format(python=sys.executable), "node": f"#!/bin/sh\necho {node}\n"}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))


def _asked(phone: Path) -> list[str]:
    """What npm was asked since the last look."""
    said = phone / ".said"
    words = [line.split()[0] for line in said.read_text().splitlines()] if said.exists() else []
    said.unlink(missing_ok=True)
    return words


def test_it_is_built_once_and_again_when_a_source_has_changed(phone: Path) -> None:
    hatch_build.build()
    assert _asked(phone) == ["ci", "run"]
    hatch_build.build()
    assert _asked(phone) == []
    (phone / "src" / "main.ts").write_text("let light = 'off'")
    hatch_build.build()
    assert _asked(phone) == ["run"], "the packages are the same"
    (phone / "package-lock.json").write_text('{"packages": {}}')
    hatch_build.build()
    assert _asked(phone) == ["ci", "run"]
    (phone / "dist" / "index.html").unlink()
    hatch_build.build()
    assert _asked(phone) == ["run"]


def test_no_script_of_a_package_runs(phone: Path) -> None:
    hatch_build.build()
    assert "ci --ignore-scripts" in (phone / ".said").read_text()


@pytest.mark.parametrize(
    ("node", "good"), [("v20.19.0", True), ("v24.1.0", True), ("v20.18.9", False), ("v18.20.0", False)]
)
def test_a_node_that_is_too_old_is_as_good_as_none(
    phone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, node: str, good: bool
) -> None:
    _machine(tmp_path, monkeypatch, node)
    assert (hatch_build.machines_node() is not None) is good


def test_without_any_node_it_says_what_is_missing(phone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(hatch_build, "FROM_PYPI", "no_such_module")
    monkeypatch.setattr(hatch_build, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="needs Node"):
        hatch_build.build()
