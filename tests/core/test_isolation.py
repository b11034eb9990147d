"""Isolation: an error ends its block and nothing else, and is logged by its type alone."""

import ast
import asyncio
import gc
import weakref
from pathlib import Path

import pytest
import structlog
from prometheus_client import REGISTRY

from core import isolation
from core.isolation import caught, isolated

ROOT = Path(isolation.__file__).resolve().parents[1]
PACKAGES = ("api", "cli", "core", "models", "notifications", "rules", "worker")


def failures(event: str) -> float:
    return REGISTRY.get_sample_value("porchlight_isolated_failures_total", {"event": event}) or 0.0


def test_an_error_is_logged_by_its_type_counted_and_goes_no_further() -> None:
    before = failures("test_failed")
    with structlog.testing.capture_logs() as logs, isolated("test_failed", level="error", number=3) as block:
        raise LookupError("a note that somebody wrote")
    assert logs == [{"event": "test_failed", "error": "LookupError", "number": 3, "log_level": "error"}]
    assert failures("test_failed") == before + 1
    assert isinstance(block.failure, LookupError)


def test_a_block_that_ends_well_leaves_no_trace() -> None:
    with structlog.testing.capture_logs() as logs, isolated("test_failed") as block:
        pass
    assert logs == []
    assert block.error is None
    with pytest.raises(RuntimeError):
        _ = block.failure


def test_what_is_only_caught_is_not_logged() -> None:
    with structlog.testing.capture_logs() as logs, caught() as block:
        raise LookupError
    assert logs == []
    assert isinstance(block.error, LookupError)


@pytest.mark.parametrize("error", [asyncio.CancelledError, KeyboardInterrupt, SystemExit])
def test_cancellation_and_exits_pass_through(error: type[BaseException]) -> None:
    with pytest.raises(error), isolated("test_failed"):
        raise error


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_else_catches_whatever_may_come(package: str) -> None:
    """Errors that may be of any kind go through this one place, where they are logged without their words."""
    broad = [
        f"{file.relative_to(ROOT)}:{handler.lineno}"
        for file in sorted((ROOT / package).rglob("*.py"))
        for handler in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(handler, ast.ExceptHandler) and _is_broad(handler) and not _raises(handler)
    ]
    assert broad == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"}
    )


def _raises(handler: ast.ExceptHandler) -> bool:
    """Whether it raises the error again, or one of ours in its place."""
    return any(isinstance(step, ast.Raise) for step in ast.walk(handler))


def test_what_the_block_used_is_let_go_without_the_garbage_collector() -> None:
    class Connection:
        pass

    def send() -> weakref.ref[Connection]:
        connection = Connection()
        with caught() as sending:
            raise LookupError
        assert isinstance(sending.error, LookupError)
        return weakref.ref(connection)

    gc.disable()
    try:
        assert send()() is None
    finally:
        gc.enable()
