"""Which rows need which key of the two key files, as far as their seals say: a tag in front names the key."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import ColumnElement, LargeBinary, and_, false, func, literal, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from core import key_file
from core.encryption import Keyring
from models import Channel, Device, Person

SealedColumn = InstrumentedAttribute[bytes] | InstrumentedAttribute[bytes | None]

SEALED_BY_MASTER_KEYS: Final[Mapping[str, SealedColumn]] = {"data keys": Person.data_key}
SEALED_BY_PUSH_KEYS: Final[Mapping[str, SealedColumn]] = {
    "addresses of devices": Device.push_address,
    "addresses of channels": Channel.push_address,
}
SAMPLE: Final = 100
"""Rows of each kind that a start looks at, the oldest. After a backup was restored, each of them tells."""


async def count_needing(session: AsyncSession, sealed: Mapping[str, SealedColumn], names: tuple[str, ...]) -> list[str]:
    """Return what needs one of these keys, such as "3 of the data keys"."""
    return await _count_rows(session, {what: (column, _sealed_by(column, names)) for what, column in sealed.items()})


async def count_lacking(
    session: AsyncSession, keyring: Keyring, *, sample: int | None = None
) -> tuple[list[str], list[str]]:
    """Return what needs a key that the master key file, and the push key file, do not hold: a file of another time.

    Of each kind the oldest `sample` rows are looked at, or all. Of a file that is missing or another database's, nothing is said.
    """
    lacking = []
    for trusted, keys, sealed in (
        (keyring.trusted, keyring.masters, SEALED_BY_MASTER_KEYS),
        (keyring.push.trusted, keyring.push.keys, SEALED_BY_PUSH_KEYS),
    ):
        without = {
            what: (column, and_(column.is_not(None), not_(_sealed_by(column, keys.names))))
            for what, column in sealed.items()
        }
        lacking.append(await _count_rows(session, without, sample) if trusted else [])
    return lacking[0], lacking[1]


async def _count_rows(
    session: AsyncSession,
    conditions: Mapping[str, tuple[SealedColumn, ColumnElement[bool]]],
    sample: int | None = None,
) -> list[str]:
    found = []
    for what, (column, condition) in conditions.items():
        rows = select(condition.label("counts")).select_from(column.class_)
        if sample is not None:
            rows = rows.order_by(column.class_.id).limit(sample)
        chosen = rows.subquery()
        counting = select(func.count()).select_from(chosen).where(chosen.c.counts)
        if count := (await session.execute(counting)).scalar_one():
            found.append(f"{count} of the {what}")
    return found


def _sealed_by(column: SealedColumn, names: tuple[str, ...]) -> ColumnElement[bool]:
    tags = [key_file.tag(name) for name in names]
    return or_(false(), *(func.substr(column, 1, len(tag)) == literal(tag, LargeBinary) for tag in tags))
