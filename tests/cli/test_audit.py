"""`porchlight audit` on a real database."""

import pytest

from cli import audit
from core.settings import Settings
from tests.world.world import World


async def test_it_prints_a_table_and_says_by_its_exit_status_whether_all_is_well(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with World(settings) as world:
        assert await audit.audit_command(settings) == 0
        assert capsys.readouterr().out.startswith("Nothing found")
        maya, sponsor = await world.circle("sponsor")
        # The tests' evening lies in the past of the machine's clock: everything is overdue.
        world.here.forget_pushes()
        await maya.press()
        assert await audit.audit_command(settings) == 1
        told = capsys.readouterr().out
        assert "reach_out_overdue" in told
        assert "delivery_overdue" in told
        assert "Maya" not in told
        await world.work()
        await world.forward(11)
        await world.work()
        assert await sponsor.pushed() == ["reach_out"]
