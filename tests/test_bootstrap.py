"""scripts/bootstrap: which Python it uses, and what it prints when there is none."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHELL_TOOLS = ("sh", "cat", "cp", "dirname", "mkdir", "rm")

FAKE_PYTHON = """#!/bin/sh
# Stands in for Python: a release ({release}), with or without venv ({venv}), that writes down what it is asked to do.
case "$*" in
  *version_info*) [ {release} = recent ] ;;
  *"import venv"*) [ {venv} = yes ] ;;
  *"import pip"*) : ;;
  "-m venv --clear "*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && echo "venv {name}" >> calls ;;
  *) echo "pip $*" >> calls ;;
esac
"""


class Checkout:
    """A folder with the script, and a PATH whose only Pythons are those added here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "porchlight"
        self.programs = folder / "bin"
        (self.folder / "scripts").mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "bootstrap", self.folder / "scripts")
        self.programs.mkdir()
        for tool in SHELL_TOOLS:
            (self.programs / tool).symlink_to(str(shutil.which(tool)))

    def add_python(self, name: str, *, release: str = "recent", venv: str = "yes") -> Path:
        path = self.programs / name
        path.write_text(FAKE_PYTHON.format(name=name, release=release, venv=venv))
        path.chmod(0o755)
        return path

    def bootstrap(self, python: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.folder / "scripts" / "bootstrap"],
            env={"PATH": str(self.programs), "PYTHON": python},
            cwd=self.programs,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def calls(self) -> list[str]:
        log = self.folder / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def environments_made(self) -> list[str]:
        return [call.removeprefix("venv ") for call in self.calls() if call.startswith("venv ")]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def test_without_python_it_says_what_to_install(checkout: Checkout) -> None:
    done = checkout.bootstrap()
    assert done.returncode == 1
    assert done.stderr.startswith("Porchlight needs Python 3.11 or newer, and none was found: install it")
    assert len(done.stderr.splitlines()) == 1


def test_it_names_the_python_that_is_too_old(checkout: Checkout) -> None:
    checkout.add_python("python3", release="old")
    done = checkout.bootstrap()
    assert done.returncode == 1
    assert "3.11 or newer, and python3 is older: install a newer one" in done.stderr
    assert checkout.calls() == []


def test_it_names_the_python_that_lacks_venv(checkout: Checkout) -> None:
    checkout.add_python("python3", venv="no")
    checkout.add_python("python", release="old")
    done = checkout.bootstrap()
    assert done.returncode == 1
    assert "needs Python's venv module, which python3 lacks: install it" in done.stderr
    assert "apt install python3-venv" in done.stderr


def test_it_skips_a_python_that_is_too_old_or_lacks_venv(checkout: Checkout) -> None:
    checkout.add_python("python3", release="old")
    checkout.add_python("python3.13", venv="no")
    checkout.add_python("python3.12")
    done = checkout.bootstrap()
    assert done.returncode == 0, done.stderr
    assert checkout.environments_made() == ["python3.12"]


def test_the_python_setting_comes_first(checkout: Checkout) -> None:
    checkout.add_python("python3")
    named = checkout.add_python("a python of my own")
    assert checkout.bootstrap(python=str(named)).returncode == 0
    assert checkout.environments_made() == ["a python of my own"]


def test_it_installs_pinned_packages_and_records_the_folder(checkout: Checkout) -> None:
    checkout.add_python("python3")
    assert checkout.bootstrap().returncode == 0
    pinned, editable = [call for call in checkout.calls() if call.startswith("pip ")]
    assert pinned.endswith("--require-hashes -r requirements-dev.txt")
    assert editable.endswith("--no-deps --no-build-isolation --editable .")
    stamp = checkout.folder / ".venv" / ".porchlight-installed"
    assert stamp.read_text() == str(checkout.folder.resolve())


def test_a_working_environment_is_kept_and_a_moved_one_is_rebuilt(checkout: Checkout) -> None:
    checkout.add_python("python3")
    assert checkout.bootstrap().returncode == 0
    assert checkout.bootstrap().returncode == 0
    assert checkout.environments_made() == ["python3"]
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("elsewhere"))
    assert checkout.bootstrap().returncode == 0
    assert checkout.environments_made() == ["python3", "python3"]
