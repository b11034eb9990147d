"""Isolates a block: its failure is logged and counted, and does not propagate to the surrounding code."""

from types import TracebackType
from typing import Literal, Self

import structlog

from core.telemetry import ISOLATED_FAILURES

log = structlog.get_logger(__name__)


class Isolation:
    """A context manager that suppresses every `Exception`. `error` is what the block raised, None when it succeeded.

    Cancellation, exits and interrupts pass through: they concern whoever runs the block. The error's traceback is dropped
    unless `traced`: it refers to the frame that refers to this object, and would keep everything that the block used,
    including connections, alive until the next garbage collection.
    """

    __slots__ = ("_event", "_fields", "_level", "_traced", "error")

    def __init__(
        self, event: str | None, level: Literal["warning", "error"], fields: dict[str, object], *, traced: bool = False
    ) -> None:
        self._event = event
        self._level = level
        self._fields = fields
        self._traced = traced
        self.error: Exception | None = None

    @property
    def failure(self) -> Exception:
        """The exception that the block raised. Raises RuntimeError when it succeeded."""
        if self.error is None:
            raise RuntimeError("the block did not fail")
        return self.error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.error = error if self._traced else error.with_traceback(None)
        if self._event is not None:
            ISOLATED_FAILURES.labels(self._event).inc()
            # Only the type: a message or a traceback may quote what a person wrote.
            getattr(log, self._level)(self._event, error=type(error).__name__, **self._fields)
        return True


def isolated(event: str, *, level: Literal["warning", "error"] = "warning", **fields: object) -> Isolation:
    """Continue after the block whatever it raises, and log a failure as `event`, a static name, with these fields."""
    return Isolation(event, level, fields)


def caught(*, traced: bool = False) -> Isolation:
    """Continue after the block whatever it raises, without logging: the caller handles `error`. `traced` keeps its traceback."""
    return Isolation(None, "warning", {}, traced=traced)
