"""Every process is stopped and replaced while people press; and a release keeps running when its tables are migrated to the next."""

import asyncio

import pytest

from models import Base
from tests.faults.installation import Installation
from tests.faults.night.checker import check
from tests.faults.night.cluster import Cluster
from tests.faults.night.rolling import roll
from tests.faults.night.run import quiet
from tests.faults.night.workload import Workload

# A dozen processes start in each; on a busy machine that alone takes minutes.
pytestmark = [pytest.mark.timeout(1500), pytest.mark.slow, pytest.mark.promise(9)]


async def test_every_request_is_answered_during_a_rolling_restart(
    bare_installation: Installation,
) -> None:
    findings, history = await roll(bare_installation, seed=3)
    assert findings.wrong == []
    assert findings.pressed > 10
    assert findings.pushes > 100
    assert len({reply.whom for reply in history.of("written")}) == 3, (
        "words, check-ins and commitments, by both releases"
    )
    # Every reply was a success or (where a server was just starting) a 503.
    assert {status for status in history.statuses if status >= 500} <= {503}


async def test_the_previous_release_runs_and_starts_on_newer_tables(
    postgres_installation: Installation,
) -> None:
    """Migrate as allowed beside the previous release: add columns with defaults, tables, wider constraints."""
    installation = postgres_installation
    cluster = Cluster(installation)
    await cluster.start()
    circle = await installation.circle(cluster.servers[0], owners=2, members=3)
    workload = Workload(circle, [server.url for server in cluster.servers], seed=5)
    living = asyncio.create_task(workload.go_on())
    await asyncio.sleep(1)
    for table in Base.metadata.sorted_tables:
        await installation.store.change(f"ALTER TABLE {table.name} ADD COLUMN of_the_next integer NOT NULL DEFAULT 1")
    await installation.store.change(
        "CREATE TABLE lanterns (id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES people (id) ON DELETE CASCADE)",
        "ALTER TABLE notices DROP CONSTRAINT ck_notices_kind",
        "UPDATE alembic_version SET version_num = '9999'",
    )
    before = len(workload.history.of("pressed"))
    await asyncio.sleep(2)
    for place in ("s0", "w0"):
        await cluster.relieve(place)
    await asyncio.sleep(1)
    workload.stop()
    await living
    await quiet(installation)
    findings = await check(installation, workload.history)
    assert findings.wrong == []
    assert len(workload.history.of("pressed")) > before
    assert {status for status in workload.history.statuses if status >= 500} <= {503}
    assert not await installation.store.count("reach_outs", "of_the_next <> 1")
