"""The phone app's own unit tests and type checks, run by vitest and tsc with the Node that builds it."""

import os
import subprocess
from pathlib import Path

import pytest

import hatch_build
from tests.world.databases import COMPLETE

NO_MODULES = "the phone app's test tools are not installed: make install"


@pytest.mark.parametrize("script", ["check", "test"])
def test_phone_unit_tests_and_type_checks_pass(script: str) -> None:
    if not (hatch_build.MODULES / "vitest").is_dir():
        if os.environ.get(COMPLETE) == "1":
            pytest.fail(NO_MODULES)
        pytest.skip(NO_MODULES)
    npm = hatch_build.find_npm()
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [*npm, "run", "--silent", script],
        cwd=hatch_build.PHONE,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
