"""`porchlight demo`: a readable week, told against a real server, after which nothing is left."""

import pytest

from cli.demo import play
from cli.demo_people import StoryError
from cli.demo_week import tell_week
from core.settings import Settings
from tests.world.world import World

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday night", "Saturday", "Sunday")
ACCOUNTS = (
    "people",
    "memberships",
    "check_ins",
    "reach_ins",
    "talks",
    "commitments",
    "reach_outs",
    "rhythms",
    "notices",
)


async def test_the_week_is_told_day_by_day_and_leaves_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    await tell_week(world.here.http)
    await world.settle()
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines if line.startswith(DAYS)] == list(DAYS)
    told = "\n".join(lines)
    for said in (
        'Ana reads: feeling 1 of 4, tired, "Work was long."',
        "Ben reads: feeling 1 of 4.",
        "Ana sees you.",
        'Ben to Maya: "Walked past our bench."',
        "They have talked.",
        "Ana says yes first.",
        "Maya says: not today. Nobody is told.",
        "Maya's reach-out is answered.",
        "Ana and Ben have the all-clear.",
        'Maya to Ana, with one tap: "Thank you for last night."',
        "Ana will be asked once to be in touch, on 2026-03-11 at 10:00",
        "Maya's week: 1 press,",
        "in touch with 2 people.",
        "Nothing of the story is left.",
    ):
        assert said in told, said
    assert max(map(len, lines)) <= 132, "a terminal shows a line as one"
    assert [await world.count(table) for table in ACCOUNTS] == [0] * len(ACCOUNTS)


async def test_a_step_with_another_result_stops_it(settings: Settings) -> None:
    async with World(settings.model_copy(update={"registration": "closed"})) as world:
        with pytest.raises(StoryError, match="Maya could not sign up: 403"):
            await tell_week(world.here.http)


async def test_without_a_server_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert await play("http://127.0.0.1:9") == 1
    printed = capsys.readouterr()
    assert "Is a server running at http://127.0.0.1:9? `make run` starts one." in printed.err
