"""A short night of faults on each database; `make faults` holds the long ones, docs/reliability.md what came of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.house import House
from tests.faults.night.checker import check
from tests.faults.night.plan import AT_POINTS, KILLS, Fault, plan
from tests.faults.night.run import AFTER_A_RESTART, spend
from tests.faults.stores import Store, embedded

pytestmark = [pytest.mark.timeout(240), pytest.mark.slow, pytest.mark.promise(2), pytest.mark.promise(9)]

MODULE = "tests.faults.doomed"


@pytest.fixture
async def doomed_sqlite(tmp_path: Path, compiled: Path | None) -> AsyncIterator[House]:
    async with House(tmp_path, embedded(tmp_path), compiled, MODULE) as house:
        yield house


@pytest.fixture
async def doomed_postgres(tmp_path: Path, empty_postgres: Store, compiled: Path | None) -> AsyncIterator[House]:
    await empty_postgres.migrate()
    async with House(tmp_path, empty_postgres, compiled, MODULE) as house:
        yield house


@pytest.fixture(params=["sqlite", "postgres"])
def doomed(request: pytest.FixtureRequest) -> House:
    found = request.getfixturevalue(f"doomed_{request.param}")
    assert isinstance(found, House)
    return found


async def test_a_night_of_faults_loses_nothing(doomed: House) -> None:
    house = doomed
    night = await spend(house, seed=7, rounds=2)
    assert night.found.wrong == []
    assert night.kills >= 1
    assert max(night.made_good) < AFTER_A_RESTART
    assert night.found.pressed > 5
    assert night.found.pushes > 50
    # The checker sees what is missing: a notice, a reach-out, a push that only the record knows of.
    await house.store.change(
        "DELETE FROM notices WHERE id = (SELECT id FROM notices WHERE kind = 'reach_out' ORDER BY id LIMIT 1)"
    )
    house.fcm.attempts.clear()
    for file in house.folder.glob("*.looks"):
        lines = file.read_text().replace(", ", ", 9")
        file.write_text(lines)
    seen = {line.split(":")[0] for line in (await check(house, night.history)).wrong}
    assert {"notice lost", "push lost", "late"} <= seen


def test_a_seed_says_it_all_and_every_fault_comes() -> None:
    for kind, least in (("sqlite", 14), ("postgresql", 15)):
        one = plan(7, 60, kind)
        assert one == plan(7, 60, kind) != plan(8, 60, kind)
        assert len({injury.fault for injury in one[:least]}) == least
        assert sum(injury.fault in KILLS for injury in one) >= 40
        assert set(AT_POINTS) <= {injury.fault for injury in one}
    everywhere = {injury.fault for kind in ("sqlite", "postgresql") for injury in plan(1, 20, kind)}
    assert everywhere == set(Fault)
