"""What the log says of a database that fails: its kind and code, and none of the words in the statement."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.database import fault
from tests.world.world import World


async def test_a_fault_is_named_by_its_code_and_without_words(world: World) -> None:
    with pytest.raises(DBAPIError) as failed:
        async with world.database.write() as session:
            await session.execute(text("INSERT INTO nowhere VALUES ('Maya')"))
    kind, code = fault(failed.value).split(" ")
    assert kind.endswith("Error")
    assert code == ("SQLITE_ERROR" if world.sqlite else "42P01")


def test_a_connection_that_was_refused_has_no_code() -> None:
    assert fault(ConnectionRefusedError("10.0.0.7")) == "ConnectionRefusedError"
