"""A server on a PostgreSQL database that nobody has migrated yet: it waits, says so, and begins by itself."""

from tests.faults.installation import House
from tests.faults.people import Person


async def test_a_server_on_an_empty_database_is_not_ready_until_it_is_migrated(bare_house: House) -> None:
    server = bare_house.start()
    await server.answers(503)
    migrate = bare_house.run("migrate")
    assert await migrate.end(within=45) == 0, migrate.said
    await server.answers()
    await Person.sign_up(server, "Maya")
    again = bare_house.run("migrate")
    assert await again.end(within=45) == 0, again.said
