"""A short run of people who do anything at the same moment; the long one is part of `make fuzz`."""

import re

import pytest

from tests.fuzz.at_once import PARTINGS, REQUESTS, play_at_once
from tests.world.operations import documented_operations
from tests.world.world import World


@pytest.mark.slow
async def test_whatever_three_people_do_at_once_is_answered(world: World) -> None:
    statuses = await play_at_once(world, moments=8, seed=6)
    assert sum(count for status, count in statuses.items() if status < 300) > sum(statuses.values()) / 4, statuses


def test_every_request_is_one_of_the_api() -> None:
    known = {(operation.method, re.sub(r"{\w+}", "{}", operation.path)) for operation in documented_operations()}
    asked = {(method, re.sub(r"{\w+}", "{}", path).partition("?")[0]) for method, path, _ in (*REQUESTS, *PARTINGS)}
    assert asked <= known
