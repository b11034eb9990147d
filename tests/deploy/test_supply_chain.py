"""An audit that was not made is not called passed, and images can be pinned by digest."""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types

from scripts.audit import FOUND, LOCKED, NOT_ASKED, PASSED, Outcome, exit_status, read_npm_audit, read_pip_audit
from scripts.pin_images import FILES, IMAGE, ROOT, pin

HTTPX = {"name": "httpx", "version": "0.28.1", "vulns": []}
ADVISORY = {"id": "PYSEC-2026-1", "fix_versions": ["0.28.2"], "aliases": [], "description": "x"}
UNKNOWN = {"name": "uvicorn", "skip_reason": "Dependency not found on the index and could not be audited: uvicorn (1)"}
NPM_TOTAL = {"dependencies": {"total": 3}}
DIGEST = "sha256:" + "0a" * 32


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([HTTPX], PASSED, "1 packages, no advisory"),
        ([HTTPX | {"vulns": [ADVISORY]}], FOUND, "httpx 0.28.1: PYSEC-2026-1, mended in 0.28.2"),
        ([HTTPX | {"vulns": [ADVISORY]}, UNKNOWN], FOUND, "PYSEC-2026-1"),
        ([HTTPX, UNKNOWN], NOT_ASKED, "does not answer for 1 of 2 packages"),
        ([UNKNOWN], NOT_ASKED, "NOT AUDITED"),
        ([], NOT_ASKED, "NOT AUDITED"),
    ],
)
def test_a_package_that_the_service_does_not_know_was_not_audited(
    packages: list[object], status: int, said: str
) -> None:
    outcome = read_pip_audit("requirements.txt", json.dumps({"dependencies": packages, "fixes": []}))
    assert outcome.status == status
    assert said in outcome.lines[0]


@pytest.mark.parametrize("output", ["", "Traceback (most recent call last):", "[]", '{"error": "offline"}'])
def test_no_reply_is_not_a_pass(output: str) -> None:
    assert read_pip_audit("requirements.txt", output).status == NOT_ASKED
    assert read_npm_audit("package-lock.json", output).status == NOT_ASKED


def test_npms_report_is_read() -> None:
    clean = json.dumps({"vulnerabilities": {}, "metadata": NPM_TOTAL})
    assert read_npm_audit("app", clean) == Outcome("app", PASSED, ["3 packages, no advisory"])
    found = json.dumps({"vulnerabilities": {"vite": {"severity": "high", "range": "<9"}}, "metadata": NPM_TOTAL})
    assert read_npm_audit("app", found) == Outcome("app", FOUND, ["vite: high, <9"])


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([PASSED, PASSED], PASSED),
        ([PASSED, NOT_ASKED], NOT_ASKED),
        ([NOT_ASKED, FOUND], FOUND),
        ([], NOT_ASKED),
    ],
)
def test_what_was_found_weighs_more_than_what_was_not_asked(statuses: list[int], expected: int) -> None:
    assert exit_status([Outcome("any", status, []) for status in statuses]) == expected


def test_every_locked_list_is_audited_and_has_hashes() -> None:
    lists = {path.name for path in ROOT.glob("requirements*.txt")}
    # The tools that audit, mutate and generate are not part of what is built or run, and run in an environment of their own.
    # So do the peers to measure against.
    assert lists == {
        *LOCKED,
        "requirements-audit.txt",
        "requirements-clients.txt",
        "requirements-mutants.txt",
        "requirements-peers.txt",
    }
    for name in lists:
        text = (ROOT / name).read_text()
        assert text.count("--hash=sha256:") >= len(re.findall(r"^[\w.-]+(\[\w+\])?==", text, re.MULTILINE)) > 0
        assert "://" not in text, f"{name} names an index"


def test_every_image_can_be_pinned_and_stays_pinned() -> None:
    for path in FILES:
        text = (ROOT / path).read_text()
        digests = {match["name"]: DIGEST for match in IMAGE.finditer(text)}
        pinned = pin(text, digests)
        assert pinned.count(DIGEST) == len(list(IMAGE.finditer(text))) > 0
        assert pin(pinned, digests) == pinned
    compose = yaml.safe_load(
        pin((ROOT / "deploy/compose.yaml").read_text(), {"postgres:16": DIGEST, "caddy:2": DIGEST})
    )
    assert compose["services"]["database"]["image"] == f"postgres:16@{DIGEST}"
    assert compose["services"]["server-1"]["image"] == "porchlight"


@pytest.mark.parametrize("says", [DIGEST, "ERROR: no such host"])
def test_a_registry_that_does_not_answer_leaves_the_files_as_they_were(tmp_path: Path, says: str) -> None:
    for path in ("scripts/pin_images.py", *FILES):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text((ROOT / path).read_text())
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(f"#!/bin/sh\necho '{says}'\n")
    docker.chmod(docker.stat().st_mode | stat.S_IXUSR)
    result = subprocess.run(
        [sys.executable, "scripts/pin_images.py"],
        cwd=tmp_path,
        env={"PATH": f"{docker.parent}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    changed = [path for path in FILES if (tmp_path / path).read_text() != (ROOT / path).read_text()]
    assert (result.returncode, changed) == ((0, list(FILES)) if says == DIGEST else (1, [])), result.stderr


def test_no_container_keeps_a_capability_it_does_not_need() -> None:
    services = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    assert {name: service["cap_add"] for name, service in services.items() if "cap_add" in service} == {
        "caddy": ["NET_BIND_SERVICE"]
    }
    # As root its entry point would change owners first, which needs capabilities.
    assert services["database"]["user"] == "postgres"
