"""What libraries log: enough to look for it, and nothing of what somebody wrote."""

import json
import logging

import pytest

from core.telemetry import _LibraryFormatter

SECRET = "Rough evening"


def _line(name: str, said: str, *args: object) -> dict[str, str]:
    record = logging.LogRecord(name, logging.ERROR, "/lib/pool.py", 7, said, args, None, "_clean")
    found: dict[str, str] = json.loads(_LibraryFormatter().format(record))
    return found


@pytest.mark.parametrize(
    ("name", "said", "message"),
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
def test_a_librarys_line_says_what_it_is_about(name: str, said: str, message: str) -> None:
    line = _line(name, said)
    assert (line["event"], line["logger"], line["message"]) == ("library", name, message)
    assert SECRET not in str(line)


def test_arguments_never_come_into_the_log() -> None:
    assert SECRET not in str(_line("sqlalchemy.pool", "Exception terminating connection %r", SECRET))
