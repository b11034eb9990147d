"""What a command cannot explain is told by kind and place; no row of anybody's stands in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.command import run_command

ROW = "marked-value-of-a-row"


def test_a_statement_that_fails_is_told_without_its_values(tmp_path: Path) -> None:
    assert run_command(tmp_path, "migrate")[0] == 0
    with closing(sqlite3.connect(tmp_path / "porchlight.db")) as database:
        database.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON operator_actions BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )
        database.commit()
    status, said = run_command(tmp_path, "admin", "--by", ROW, "people")
    assert status == 1
    for told in ("command_failed", "IntegrityError", "cli/admin.py:"):
        assert told in said
    assert ROW not in said
