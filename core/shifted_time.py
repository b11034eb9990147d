"""Time arithmetic inside a statement, which each database writes in its own way."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from core.types import UtcDateTime


class shifted_time(FunctionElement[Any]):  # noqa: N801 (written like a function of SQL)
    """`shifted_time(time, seconds)`: the time that many seconds later. SQLite keeps milliseconds, PostgreSQL microseconds."""

    name = "shifted_time"
    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, time: ColumnElement[Any], seconds: ColumnElement[float]) -> None:
        super().__init__(time, seconds)


@compiles(shifted_time, "postgresql")
def _on_postgresql(element: shifted_time, compiler: SQLCompiler, **options: object) -> str:
    time, seconds = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({time} + make_interval(secs => {seconds}))"


@compiles(shifted_time, "sqlite")
def _on_sqlite(element: shifted_time, compiler: SQLCompiler, **options: object) -> str:
    time, seconds = (compiler.process(clause, **options) for clause in element.clauses)
    # Written as `UtcDateTime` writes times, with six digits, so that they compare as text.
    return f"strftime('%Y-%m-%d %H:%M:%f000', {time}, {seconds} || ' seconds')"
