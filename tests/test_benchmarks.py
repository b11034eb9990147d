"""The benchmarks hang together: each has its place on the page, the peers stand apart, and kills are judged rightly."""

import ast
import re
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.peers.kills import Aftermath, Killed, judge
from benchmarks.peers.sides import CELERY, PROCRASTINATE
from tests.standins.fcm import FcmAttempt

ROOT = Path(__file__).parents[1]


def arrived(at: float, token: str, **data: str) -> FcmAttempt:
    return FcmAttempt(at, token, {"data": data}, 200, "bearer")


def test_every_benchmark_has_its_place_on_the_page() -> None:
    page = (ROOT / "docs" / "performance.md").read_text()
    assert re.findall(r"^<!-- ([\w-]+) -->$", page, re.MULTILINE) == list(BENCHMARKS)


@pytest.mark.parametrize("package", [CELERY, PROCRASTINATE])
def test_a_peer_imports_nothing_of_ours_but_its_own(package: str) -> None:
    """It runs in an environment that has none of our packages."""
    files = sorted((ROOT / package.replace(".", "/")).glob("*.py"))
    files += [ROOT / "benchmarks" / "peers" / name for name in ("shared.py", "shared_firebase.py")]
    modules = {
        node.module or ""
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
    }
    own = {"api", "benchmarks", "cli", "core", "migrations", "models", "notifications", "rules", "tests", "worker"}
    ours = {module for module in modules if module.split(".")[0] in own}
    assert {module for module in ours if not module.startswith((package, "benchmarks.peers.shared"))} == set()
    assert {f"{package}.{part}" for part in ("serve", "work", "setup")} <= {
        ".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files
    }


def test_a_push_that_never_arrived_is_lost() -> None:
    press = Killed("committed", 100.0, ("a", "b"))
    assert judge([press], []) == Aftermath(lost=2, doubled=0, longest=0.0)
    assert judge([press], [arrived(101, "a"), arrived(101, "c")]) == Aftermath(lost=1, doubled=0, longest=0.0)
    assert judge([press], [arrived(101, "a"), arrived(103, "b")]) == Aftermath(lost=0, doubled=0, longest=3.0)


def test_a_push_that_arrived_again_is_doubled_but_that_of_a_later_rung_is_not() -> None:
    press = Killed("sent", 0.0, ("a",))
    twice = [arrived(1, "a"), arrived(9, "a")]
    assert judge([press], twice) == Aftermath(lost=0, doubled=1, longest=1.0)
    rungs = [arrived(1, "a", delivery_id="1"), arrived(90, "a", delivery_id="2")]
    assert judge([press], rungs) == Aftermath(lost=0, doubled=0, longest=1.0)
    assert judge([press], [*rungs, arrived(91, "a", delivery_id="1")]).doubled == 1
