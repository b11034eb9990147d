"""A short run of the fuzzer: no request gets a 500 or an undocumented reply."""

from pathlib import Path

import pytest

from tests.faults.conftest import compiled  # noqa: F401 (a fixture)
from tests.faults.installation import Installation
from tests.faults.stores import embedded
from tests.fuzz.run import fuzz


@pytest.mark.slow
@pytest.mark.timeout(720)
async def test_every_fuzzed_request_gets_a_documented_reply(
    tmp_path: Path,
    compiled: Path | None,  # noqa: F811
) -> None:
    async with Installation(tmp_path, embedded(tmp_path), compiled) as installation:
        outcome = await fuzz(installation, seed=1, examples=3)
    assert outcome.good, "\n".join([outcome.output, *outcome.wrong])
    assert outcome.unreached == set(), "every operation of the OpenAPI document is asked"
    assert outcome.unaccepted == set(), "and lets something through"
