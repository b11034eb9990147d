"""`porchlight import` without anybody who types: what it says when it is given no passphrase."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import ROOT


@pytest.mark.parametrize("standard_input", ["<&-", "</dev/null"], ids=["closed", "empty"])
def test_without_a_passphrase_it_says_what_to_do(tmp_path: Path, standard_input: str) -> None:
    (tmp_path / "porchlight.zip").write_bytes(b"PK")
    command = f'"{sys.executable}" -P -m cli.main import porchlight.zip --person ana --url http://127.0.0.1:1'
    ended = subprocess.run(
        ["/bin/sh", "-c", f"{command} {standard_input}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "There is no passphrase. Type it when it is asked for, or give it on standard input.\n"
