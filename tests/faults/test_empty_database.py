"""A server on a PostgreSQL database that is not migrated yet: it waits, reports that, and starts by itself."""

from tests.faults.installation import Installation
from tests.faults.people import Person


async def test_a_server_on_an_empty_database_is_not_ready_until_it_is_migrated(bare_installation: Installation) -> None:
    server = bare_installation.start()
    await server.answers(503)
    migrate = bare_installation.run("migrate")
    assert await migrate.end(within=45) == 0, migrate.logged
    await server.answers()
    await Person.sign_up(server, "Maya")
    again = bare_installation.run("migrate")
    assert await again.end(within=45) == 0, again.logged
