"""Isolation: an error ends only its own block, and is logged by its type alone."""

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


def test_an_isolated_error_is_logged_by_type_counted_and_swallowed() -> None:
    before = failures("test_failed")
    with structlog.testing.capture_logs() as logs, isolated("test_failed", level="error", number=3) as block:
        raise LookupError("a note that somebody wrote")
    assert logs == [{"event": "test_failed", "error": "LookupError", "number": 3, "log_level": "error"}]
    assert failures("test_failed") == before + 1
    assert isinstance(block.failure, LookupError)


def test_a_block_without_an_error_logs_nothing() -> None:
    with structlog.testing.capture_logs() as logs, isolated("test_failed") as block:
        pass
    assert logs == []
    assert block.error is None
    with pytest.raises(RuntimeError):
        _ = block.failure


def test_a_caught_error_is_not_logged() -> None:
    with structlog.testing.capture_logs() as logs, caught() as block:
        raise LookupError
    assert logs == []
    assert isinstance(block.error, LookupError)


@pytest.mark.parametrize("error", [asyncio.CancelledError, KeyboardInterrupt, SystemExit])
def test_cancellation_and_exits_pass_through(error: type[BaseException]) -> None:
    with pytest.raises(error), isolated("test_failed"):
        raise error


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_code_catches_every_exception(package: str) -> None:
    """Broad excepts belong in `core.isolation`, which logs an error without its message."""
    broad = [
        f"{file.relative_to(ROOT)}:{handler.lineno}"
        for file in sorted((ROOT / package).rglob("*.py"))
        for handler in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(handler, ast.ExceptHandler) and _is_broad(handler) and not _reraises(handler)
    ]
    assert broad == []


def _is_broad(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"}
    )


def _reraises(handler: ast.ExceptHandler) -> bool:
    """Tell whether the handler raises, be it the same error or another."""
    return any(isinstance(step, ast.Raise) for step in ast.walk(handler))


def test_a_caught_error_keeps_no_reference_to_the_frame() -> None:
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
