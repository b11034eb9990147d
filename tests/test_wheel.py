"""The wheel, installed in an environment without the sources: it holds everything that Porchlight needs to run."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[1]
OWN_PACKAGES = ("api", "cli", "core", "migrations", "models", "notifications", "rules", "worker")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the current sources."""
    folder = tmp_path_factory.mktemp("wheel")
    run = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(run, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [built] = folder.glob("porchlight-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `porchlight` command of an environment that holds the wheel and this environment's dependencies.

    Each package except Porchlight itself is linked: a .pth file for the whole folder would also run this environment's
    own .pth files, which lead back to the sources.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder, with_pip=False)
    here = Path(sysconfig.get_path("purelib"))
    [site_packages] = folder.glob("lib/python*/site-packages")
    for package in here.iterdir():
        if package.suffix != ".pth" and "porchlight" not in package.name and package.name != "__pycache__":
            (site_packages / package.name).symlink_to(package)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(folder / "bin" / "python"),
        "install",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*pip, "--quiet", str(wheel)], check=True, capture_output=True, timeout=120, env=_bare(folder))
    return folder / "bin" / "porchlight"


def test_the_wheel_holds_every_module_and_data_file_and_nothing_else(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert {name.partition("/")[0] for name in held} == set(OWN_PACKAGES)
    sources = {
        str(path.relative_to(ROOT))
        for package in OWN_PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix in {".py", ".json", ".mako"}
    }
    assert sources <= held
    assert "rules/data/helplines.json" in held
    assert {"api/built/index.html", "api/built/sw.js", "api/built/manifest.webmanifest"} <= held, (
        "the phone app as well"
    )
    assert not [name for name in held if "node_modules" in name or name.endswith((".ts", ".tsx", ".map"))]


def test_no_dependency_ships_a_package_of_the_same_name() -> None:
    owners = packages_distributions()
    others = {name: set(owners.get(name, [])) - {"porchlight"} for name in OWN_PACKAGES}
    assert {name: packages for name, packages in others.items() if packages} == {}


def test_the_wheel_names_its_license(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        [license_text] = [name for name in archive.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        assert "\nLicense-Expression: AGPL-3.0-or-later\n" in archive.read(metadata).decode()
        assert archive.read(license_text) == (ROOT / "LICENSE").read_bytes()


def test_commands_run_from_the_wheel_and_not_from_the_sources(installed: Path, tmp_path: Path) -> None:
    python = installed.with_name("python")
    code = "import json, sys; from importlib.util import find_spec as f; print(json.dumps([f(m).origin for m in sys.argv[1:]]))"
    origins = subprocess.run(
        [python, "-c", code, *OWN_PACKAGES],
        cwd=tmp_path,
        env=_bare(installed.parents[1]),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    for module in json.loads(origins.stdout):
        assert Path(module).is_relative_to(installed.parents[1])
    help_text = _porchlight(installed, tmp_path, "--help")
    for command in ("serve", "work", "migrate", "demo", "backup", "openapi", "keys"):
        assert command in help_text
    document = json.loads(_porchlight(installed, tmp_path, "openapi"))
    assert "/v1/reach-outs" in document["paths"]


def test_the_installed_wheel_migrates_and_serves(installed: Path, tmp_path: Path) -> None:
    _porchlight(installed, tmp_path, "migrate")
    assert (tmp_path / "var" / "porchlight.db").exists()
    with _port() as port, (tmp_path / "log").open("wb") as log:
        serve = [str(installed), "serve", "--port", str(port)]
        with subprocess.Popen(serve, cwd=tmp_path, env=_bare(installed.parents[1]), stdout=log, stderr=log) as server:
            try:
                with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, verify=False) as http:
                    _ready(http, server, tmp_path / "log")
                    assert http.get("/v1/helplines?region=DE").status_code == 200
                    assert http.get("/docs/assets/swagger-ui.css").status_code == 200
                    page = http.get("/", headers={"Accept": "text/html"}).text
                    [script] = re.findall(r'<script[^>]* src="(/assets/[^"]+)"', page)
                    assert http.get(script).status_code == 200
            finally:
                server.kill()


def _ready(http: httpx.Client, server: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 90
    while True:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        assert time.monotonic() < until, log.read_text(encoding="utf-8")
        with contextlib.suppress(httpx.TransportError):
            if http.get("/readyz").status_code == 200:
                return
        time.sleep(0.05)


def _porchlight(installed: Path, folder: Path, *words: str) -> str:
    """Return the output of a command, which must succeed in a folder outside the project."""
    done = subprocess.run(
        [installed, *words],
        cwd=folder,
        env=_bare(installed.parents[1]),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _bare(environment: Path) -> dict[str, str]:
    """Return environment variables without our sources and settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORCHLIGHT_", "PYTHONPATH"))}
    if sys.dont_write_bytecode:
        # If Python may not write bytecode, every start compiles everything again.
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        kept["PYTHONPYCACHEPREFIX"] = str(environment / "compiled")
    return kept


@contextlib.contextmanager
def _port() -> Iterator[int]:
    """Yield a free port; bound so that nobody else gets it, but not listened on, so that the server can use it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
