"""A list of ids as a single parameter, so that a statement is compiled once: an array on PostgreSQL, JSON on SQLite."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect, String, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine


class IdList(TypeDecorator[Sequence[UUID]]):
    """The column type of the list: an array of UUIDs, or JSON text."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Uuid()) if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: Sequence[UUID] | None, dialect: Dialect) -> Any:  # noqa: ANN401 (the driver's)
        if value is None or dialect.name == "postgresql":
            return value
        return json.dumps([id_.hex for id_ in value])


class AnyOf(FunctionElement[Any]):
    """The condition that a column equals one of the ids in the parameter `name`."""

    inherit_cache = True
    # SQLAlchemy would compare a boolean to 1 on SQLite, which then scans every row.
    type = NullType()

    def __init__(self, column: InstrumentedAttribute[UUID], name: str) -> None:
        super().__init__(column, bindparam(name, type_=IdList()))


@compiles(AnyOf)
def _compile_any_of(element: AnyOf, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 (the compiler's own)
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY ({ids})"


@compiles(AnyOf, "sqlite")
def _compile_any_of_on_sqlite(element: AnyOf, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 (the compiler's own)
    column, ids = element.clauses
    listed = select(func.json_each(ids).table_valued("value").c.value)
    return compiler.process(column.in_(listed), **options)
