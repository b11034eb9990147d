"""Every process is stopped and replaced while people press; and a release at work when the tables become the next one's."""

import asyncio

import pytest

from models import Base
from tests.faults.installation import House
from tests.faults.night.checker import check
from tests.faults.night.life import Life
from tests.faults.night.machine import Machine
from tests.faults.night.rolling import roll
from tests.faults.night.run import quiet

# A dozen processes start in each; on a machine that does much else that alone takes minutes.
pytestmark = [pytest.mark.timeout(1500), pytest.mark.slow, pytest.mark.promise(9)]


async def test_every_process_makes_way_for_another_and_nobody_goes_without_an_answer(bare_house: House) -> None:
    found, history = await roll(bare_house, seed=3)
    assert found.wrong == []
    assert found.pressed > 10
    assert found.pushes > 100
    # Nobody was told anything else than that it is done, or (where a server was just starting) to ask again.
    assert {status for status in history.statuses if status >= 500} <= {503}


async def test_a_release_works_on_while_the_tables_become_the_next_ones_and_starts_on_them(
    postgres_house: House,
) -> None:
    """What a migration may do beside the release before: add columns that have a default, tables, wider constraints."""
    house = postgres_house
    machine = Machine(house)
    await machine.start()
    circle = await house.circle(machine.servers[0], owners=2, members=3)
    life = Life(circle, [server.url for server in machine.servers], seed=5)
    living = asyncio.create_task(life.go_on())
    await asyncio.sleep(1)
    for table in Base.metadata.sorted_tables:
        await house.store.change(f"ALTER TABLE {table.name} ADD COLUMN of_the_next integer NOT NULL DEFAULT 1")
    await house.store.change(
        "CREATE TABLE lanterns (id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE)",
        "ALTER TABLE notices DROP CONSTRAINT ck_notices_kind",
        "UPDATE alembic_version SET version_num = '9999'",
    )
    before = len(life.history.of("pressed"))
    await asyncio.sleep(2)
    for place in ("s0", "w0"):
        await machine.relieve(place)
    await asyncio.sleep(1)
    life.stop()
    await living
    await quiet(house)
    found = await check(house, life.history)
    assert found.wrong == []
    assert len(life.history.of("pressed")) > before
    assert {status for status in life.history.statuses if status >= 500} <= {503}
    assert not await house.store.count("reach_outs", "of_the_next <> 1")
