"""`porchlight audit` on a real database."""

import pytest

from cli import audit
from core.settings import Settings
from tests.world.world import World


async def test_audit_prints_its_findings_and_sets_the_exit_status(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with World(settings) as world:
        assert await audit.audit_command(settings) == 0
        assert capsys.readouterr().out.startswith("Nothing found")
        maya, sponsor = await world.circle("sponsor")
        # The test's clock is behind the machine's, so everything is overdue for the command.
        world.here.forget_pushes()
        await maya.press()
        assert await audit.audit_command(settings) == 1
        output = capsys.readouterr().out
        assert "reach_out_overdue" in output
        assert "delivery_overdue" in output
        assert "Maya" not in output
        await world.work()
        await world.forward(11)
        await world.work()
        assert await sponsor.pushed() == ["reach_out"]
