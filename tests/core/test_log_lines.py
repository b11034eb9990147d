"""Log lines of libraries: enough to search for, and no personal content."""

import json
import logging

import pytest

from core.telemetry import _LibraryFormatter

SECRET = "Rough evening"


def _line(name: str, message: str, *args: object) -> dict[str, str]:
    record = logging.LogRecord(name, logging.ERROR, "/lib/pool.py", 7, message, args, None, "_clean")
    line: dict[str, str] = json.loads(_LibraryFormatter().format(record))
    return line


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        (
            "asyncio",
            f"Task was destroyed but it is pending!\ntask: <Task '{SECRET}'>",
            "Task was destroyed but it is pending",
        ),
        ("asyncio", f"Exception in callback Later.run({SECRET!r})", "Exception in callback Later.run"),
        ("uvicorn.error", "Application startup complete.", "Application startup complete."),
        ("uvicorn.error", "[Errno 98] address already in use", "[Errno 98] address already in use"),
        ("sqlalchemy.pool.impl", "Exception terminating connection %r", "Exception terminating connection"),
        ("somebody.else", SECRET, "pool._clean"),
    ],
)
def test_a_library_log_line_is_kept_without_its_variable_parts(name: str, raw: str, message: str) -> None:
    line = _line(name, raw)
    assert (line["event"], line["logger"], line["message"]) == ("library", name, message)
    assert SECRET not in str(line)


def test_arguments_are_never_logged() -> None:
    assert SECRET not in str(_line("sqlalchemy.pool", "Exception terminating connection %r", SECRET))
