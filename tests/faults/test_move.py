"""An installation moves from SQLite to PostgreSQL and back, also when it is killed in between; a backup is restored."""

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path

from migrations.run import upgrade
from tests.faults.installation import Circle, Installation
from tests.faults.processes import Server, eventually
from tests.faults.stores import Store, embedded

NOTE = "The stairs are dark tonight."
ROWS = 20_000


async def _run(installation: Installation, *words: str) -> tuple[int, str]:
    process = installation.run(*words)
    return await process.end(within=240), process.logged


async def _furnished(installation: Installation) -> tuple[Server, Circle, str]:
    server = await installation.serve()
    circle = await installation.circle(server, members=2)
    await circle.owner.ask("PATCH", "/v1/me", {"hours": [{"day": 1, "from": "08:00", "to": "22:00"}]})
    reach_out = await circle.owner.press(NOTE)
    await installation.pushed(circle.members)
    await circle.members[0].ask("POST", f"/v1/reach-outs/{reach_out['id']}/answers", {"kind": "here"})
    return server, circle, str(reach_out["id"])


async def _everything_is_there(circle: Circle, server: Server, reach_out: str) -> None:
    for person in (*circle.owners, *circle.members):
        person.at = server
    seen = await circle.owner.ask("GET", f"/v1/reach-outs/{reach_out}")
    assert (seen["note"], seen["state"]) == (NOTE, "answered")
    assert (await circle.owner.ask("GET", "/v1/me"))["hours"][0]["from"] == "08:00"
    await circle.each_has_once(reach_out)


async def test_an_installation_moves_to_postgresql_and_back(
    sqlite_installation: Installation, empty_postgres: Store, tmp_path: Path
) -> None:
    installation, file = sqlite_installation, sqlite_installation.store
    server, circle, reach_out = await _furnished(installation)
    keys = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    status, said = await _run(installation, "move", "--to", empty_postgres.url)
    assert status == 1
    assert "is in use" in said
    server.kill()

    status, said = await _run(installation, "move", "--to", empty_postgres.url)
    assert status == 0, said
    assert "people: 3 rows, the same" in said
    # The old copy is not served by mistake.
    stale = installation.run("serve", "--port", "0")
    assert await stale.end(within=90) == 1
    assert "was moved to postgresql://" in stale.logged

    installation.store = empty_postgres
    served = await installation.serve()
    await _everything_is_there(circle, served, reach_out)
    assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == keys
    await circle.owner.ask("POST", f"/v1/reach-outs/{reach_out}/close", {"outcome": "ok_now"})
    pressed = await circle.owner.press("from PostgreSQL")
    await installation.pushed(circle.members, times=2)
    served.kill()

    home = tmp_path / "again.db"
    status, said = await _run(installation, "move", "--to", f"sqlite:///{home}")
    assert status == 0, said
    assert home.stat().st_mode & 0o777 == 0o600
    installation.store = replace(file, url=f"sqlite:///{home}", file=home)
    again = await installation.serve(env={"PORCHLIGHT_DATABASE_URL": f"sqlite:///{home}"})
    for person in (*circle.owners, *circle.members):
        person.at = again
    await circle.each_has_once(pressed["id"])


async def test_a_move_that_was_killed_goes_on_where_it_was(
    sqlite_installation: Installation, empty_postgres: Store
) -> None:
    server, circle, reach_out = await _furnished(sqlite_installation)
    server.kill()
    await sqlite_installation.store.change(
        *(
            "INSERT INTO throttles (key_hash, free_at) VALUES "
            + ", ".join(
                f"(x'{hashlib.sha256(str(n).encode()).hexdigest()}', '2026-11-29 10:00:00.000000')"
                for n in range(start, start + 1000)
            )
            for start in range(0, ROWS, 1000)
        )
    )
    moving = sqlite_installation.run("move", "--to", empty_postgres.url)
    await eventually(lambda: "throttles" in moving.logged or not moving.running, 120, lambda: moving.tail)
    moving.kill()
    # A half-filled database is not served.
    half = sqlite_installation.run("serve", "--port", "0", env=dict(empty_postgres.env))
    assert await half.end(within=90) == 1, half.logged
    assert "unfinished" in half.logged

    status, said = await _run(sqlite_installation, "move", "--to", empty_postgres.url)
    assert status == 0, said
    assert "Going on with an earlier move." in said
    assert await empty_postgres.count("throttles") >= ROWS
    sqlite_installation.store = empty_postgres
    await _everything_is_there(circle, await sqlite_installation.serve(), reach_out)


async def test_only_an_empty_database_is_moved_into(installation: Installation, tmp_path: Path) -> None:
    """On each database: into one that is in use by another installation, and into itself."""
    server = await installation.serve()
    await installation.circle(server, members=1)
    server.kill()
    status, said = await _run(installation, "move", "--to", installation.store.url)
    assert (status, "there already" in said) == (1, True), said
    other = tmp_path / "other"
    other.mkdir()
    second = Installation(other, embedded(other), None)
    async with second:
        await second.circle(await second.serve(), members=1)
    before = await second.store.count("people")
    status, said = await _run(installation, "move", "--to", second.store.url)
    assert (status, "not empty" in said) == (1, True), said
    assert await second.store.count("people") == before
    assert (await installation.serve()).running, "nothing was switched"


async def test_a_target_that_is_refused_stays_as_it_is(sqlite_installation: Installation, tmp_path: Path) -> None:
    """Another installation of an earlier release, whose servers could not go on with newer tables."""
    await sqlite_installation.store.migrate()
    other = tmp_path / "other"
    other.mkdir()
    store = embedded(other)
    await upgrade(f"sqlite+aiosqlite:///{store.file}", "0020")
    await store.change("INSERT INTO installation (name, value) VALUES ('master_key', 'of another')")
    status, said = await _run(sqlite_installation, "move", "--to", store.url)
    assert (status, "not empty" in said) == (1, True), said
    assert await store.rows("SELECT version_num FROM alembic_version") == [("0020",)]


async def test_a_backup_is_restored_and_what_was_there_is_kept(
    sqlite_installation: Installation, tmp_path: Path
) -> None:
    server, circle, reach_out = await _furnished(sqlite_installation)
    copy = tmp_path / "copy.db"
    assert (await _run(sqlite_installation, "backup", str(copy)))[0] == 0
    late = await circle.owner.ask("POST", f"/v1/reach-outs/{reach_out}/close", {"outcome": "ok_now"})
    assert late["state"] == "closed"
    status, said = await _run(sqlite_installation, "restore", str(copy))
    assert (status, "in use" in said) == (1, True), said
    server.kill()
    for bad, why in ((tmp_path / "nowhere.db", "no file"), (tmp_path / "keys" / "master.key", "no backup")):
        status, said = await _run(sqlite_installation, "restore", str(bad))
        assert (status, why in said) == (1, True), said
    status, said = await _run(sqlite_installation, "restore", str(copy))
    assert status == 0, said
    [aside] = await asyncio.to_thread(lambda: list(tmp_path.glob("porchlight.db.before-*")))
    assert await embedded(tmp_path).count("people") == 3
    assert aside.stat().st_size > 0
    await _everything_is_there(circle, await sqlite_installation.serve(), reach_out)


async def test_on_postgresql_both_commands_say_what_to_run(postgres_installation: Installation, tmp_path: Path) -> None:
    status, said = await _run(postgres_installation, "backup", str(tmp_path / "copy.db"))
    assert (status, "pg_dump" in said) == (1, True), said
    status, said = await _run(postgres_installation, "restore", str(tmp_path / "copy.db"))
    assert (status, "pg_restore" in said) == (1, True), said
