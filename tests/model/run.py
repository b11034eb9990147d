"""Plays the machine on one database: so many lives of so many steps, the same ones in every run."""

import asyncio
from pathlib import Path
from typing import Protocol

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from pydantic import SecretStr

from core.settings import Settings
from tests.model.machine import CircleMachine
from tests.model.stage import Stage


class Emptied(Protocol):
    """A migrated database that can be emptied."""

    @property
    def url(self) -> str: ...

    def empty(self) -> None: ...


def play(database: Emptied, folder: Path, *, lives: int, steps: int, number: int = 1, shrink: bool = True) -> None:
    """Play so many lives of at most `steps` steps; the first that shows somebody too much or too little is raised.

    The same `number` plays the same lives. `shrink`: look for a shorter life that fails, which takes minutes.
    """
    installed = Settings(
        _env_file=None, data_dir=folder, database_url=SecretStr(database.url), database_connections=10, sign_ups=100_000
    )
    with asyncio.Runner() as runner:

        @seed(number)
        class Machine(CircleMachine):
            def make_stage(self) -> Stage:
                database.empty()
                return Stage(runner, installed)

        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=lives,
                stateful_step_count=steps,
                deadline=None,
                phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
                derandomize=False,  # `seed` says which lives these are.
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
