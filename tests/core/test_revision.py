"""The revision of this release, known without Alembic, which a start that has nothing to migrate does not load."""

import subprocess
import sys
from pathlib import Path

from alembic.script import ScriptDirectory

from core.database_address import sqlalchemy_url
from migrations.run import config, head_revision

START = """
import asyncio, sys
from migrations.run import upgrade
asyncio.run(upgrade(sys.argv[1]))
raise SystemExit("alembic" in sys.modules)
"""


def test_the_last_file_is_the_head_of_the_migrations() -> None:
    assert head_revision() == ScriptDirectory.from_config(config()).get_current_head()


def test_only_a_start_that_migrates_loads_alembic(tmp_path: Path) -> None:
    url = sqlalchemy_url(f"sqlite:///{tmp_path / 'porchlight.db'}")
    loads = [subprocess.run([sys.executable, "-c", START, url], check=False).returncode for _ in range(2)]
    assert loads == [1, 0]
