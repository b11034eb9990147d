"""An operator who goes back to the release before finds its commands working on the tables of the next."""

import sqlite3
from contextlib import closing
from pathlib import Path

from migrations.run import head_revision
from tests.cli.command import run_command


def test_the_release_before_starts_on_the_tables_of_the_next(tmp_path: Path) -> None:
    """As servers on PostgreSQL do: a migration only adds, so an operator may go back."""
    assert run_command(tmp_path, "migrate")[0] == 0
    newer = f"{int(head_revision()) + 1:04}"
    with closing(sqlite3.connect(tmp_path / "porchlight.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (newer,))
        database.commit()
    for command in ("migrate", "audit"):
        status, said = run_command(tmp_path, command)
        assert status == 0, said
    with closing(sqlite3.connect(tmp_path / "porchlight.db")) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(newer,)]
