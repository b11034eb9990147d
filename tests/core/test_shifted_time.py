"""Times that a statement computes are those that Python would have, and compare with those that were written."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Float, bindparam, select

from core.database import Database
from core.database_address import sqlalchemy_url
from core.shifted_time import shifted_time
from core.types import UtcDateTime

AT = datetime(2024, 2, 29, 23, 59, 59, 999000, tzinfo=UTC)
SHIFTED = shifted_time(bindparam("at", type_=UtcDateTime), bindparam("seconds", type_=Float))


@pytest.mark.parametrize("seconds", [0.0, 0.001, 5, 30.0, 86_400.0, -60.0, -0.5])
async def test_a_time_is_shifted_by_seconds(database_url: str, seconds: float) -> None:
    database = Database(sqlalchemy_url(database_url), connections=3)
    try:
        async with database.read() as session:
            row = (
                await session.execute(
                    select(SHIFTED, bindparam("at", type_=UtcDateTime) < SHIFTED), {"at": AT, "seconds": seconds}
                )
            ).one()
    finally:
        await database.close()
    assert row[0] == AT + timedelta(seconds=seconds)
    assert bool(row[1]) is (seconds > 0)
