"""Shared by all tables: the metadata with its naming convention, and the types of columns."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, LargeBinary, MetaData, String, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

from core.types import UtcDateTime

Id = Annotated[UUID, mapped_column(Uuid, primary_key=True)]
Timestamp = Annotated[datetime, mapped_column(UtcDateTime)]
Encrypted = Annotated[bytes, mapped_column(LargeBinary)]
"""Ciphertext of core.encryption, which one person's data key decrypts."""
Hash = Annotated[bytes, mapped_column(LargeBinary(32))]
ShortText = Annotated[str, mapped_column(String(32))]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {UUID: Uuid, datetime: UtcDateTime}


def enum_check(column: str, values: type[StrEnum], *more: str) -> CheckConstraint:
    """Return a CHECK constraint that the column holds a value of this enum, or one of `more`."""
    listed = ", ".join(f"'{value}'" for value in [*values, *more])
    return CheckConstraint(f"{column} IN ({listed})", name=column)
