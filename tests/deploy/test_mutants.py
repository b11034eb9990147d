"""`make mutants`: what counts as noticed, and that what it is told to change and to run exists."""

import tomllib
from pathlib import Path

from scripts.mutants import NEEDED, count, share, table

ROOT = Path(__file__).parents[2]
RESULTS = """
    rules.access.daily.x_shared_with__mutmut_1: killed
    rules.access.daily.x_shared_with__mutmut_2: timeout
    rules.access.daily.x_shared_with__mutmut_3: survived
    rules.access.daily.xǁRowsǁput__mutmut_4: no tests
    rules.circle.sharing.x__notice_ids__mutmut_1: killed
"""


def test_what_survives_or_is_reached_by_no_test_was_not_noticed() -> None:
    counts = count(RESULTS.splitlines())
    assert {name: share(row) for name, row in counts.items()} == {"rules.access.daily": 0.5, "rules.circle.sharing": 1}
    assert [line.split() for line in table(counts)][-1] == ["all", "5", "mutants", "3", "noticed", "60.0%"]


def test_what_is_changed_and_what_judges_it_exists() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    for pattern in settings["only_mutate"]:
        assert list(ROOT.glob(pattern)), pattern
    for path in (*settings["pytest_add_cli_args_test_selection"], *settings["also_copy"], *NEEDED):
        assert (ROOT / path).exists(), path
