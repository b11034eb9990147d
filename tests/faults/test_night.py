"""A short night of faults on each database; `make faults` runs the long ones, docs/reliability.md has their results."""

import pytest

from tests.faults.installation import Installation
from tests.faults.night.checker import check
from tests.faults.night.plan import AT_POINTS, KILLS, Fault, plan
from tests.faults.night.run import AFTER_A_RESTART, spend
from tests.world.patience import patient

pytestmark = [pytest.mark.timeout(720), pytest.mark.slow, pytest.mark.promise(2), pytest.mark.promise(9)]


async def test_a_night_of_faults_loses_nothing(installation: Installation) -> None:
    night = await spend(installation, seed=7, rounds=2)
    assert night.findings.wrong == []
    assert night.kills >= 1
    assert max(night.made_good) < patient(AFTER_A_RESTART)
    assert night.findings.pressed > 5
    assert night.findings.pushes > 50
    assert night.findings.looks >= night.findings.pushes
    # The checker detects a missing notice, a push that is only recorded, a missing look and a late one.
    await installation.store.change(
        "DELETE FROM notices WHERE id = (SELECT id FROM notices WHERE kind = 'reach_out' ORDER BY id LIMIT 1)"
    )
    installation.fcm.attempts.clear()
    for file in installation.folder.glob("*.looks"):
        # Every second look is removed, the others begin long after the end.
        lines = file.read_text().splitlines(keepends=True)
        file.write_text("".join(lines[::2]).replace(", ", ", 9"))
    seen = {line.split(":")[0] for line in (await check(installation, night.history)).wrong}
    assert {"notice lost", "push lost", "late", "unlooked"} <= seen


def test_a_seed_repeats_its_plan_and_every_fault_occurs() -> None:
    for kind, least in (("sqlite", 14), ("postgresql", 15)):
        injuries = plan(7, 60, kind)
        assert injuries == plan(7, 60, kind) != plan(8, 60, kind)
        assert len({injury.fault for injury in injuries[:least]}) == least
        assert sum(injury.fault in KILLS for injury in injuries) >= 40
        assert set(AT_POINTS) <= {injury.fault for injury in injuries}
    everywhere = {injury.fault for kind in ("sqlite", "postgresql") for injury in plan(1, 20, kind)}
    assert everywhere == set(Fault)
