"""The operator's page: numbers of presses and pushes, for the operator alone, without a name."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from pydantic import SecretStr

from core.unit_of_work import UnitOfWork
from rules.upkeep import numbers
from rules.upkeep.numbers import HUMAN_WITHIN, time_to_human
from tests.world.process import Process
from tests.world.world import World

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FORWARDED = {"x-forwarded-for": "203.0.113.9"}


async def _numbers(world: World) -> numbers.Numbers:
    async with world.database.read() as session:
        return await numbers.read_numbers(UnitOfWork(session, world.clock.now(), world.keyring))


async def test_presses_and_the_time_to_a_human_are_counted(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    before = await _numbers(world)
    assert (before.people, before.human.presses, before.human.median) == (2, 0, None)
    await maya.press(note="marked-note")
    await world.passes(180)
    await sponsor.answer("cannot")
    assert (await _numbers(world)).human.answered == 0, "a no is no human who comes"
    await world.passes(60)
    await sponsor.answer("here")
    after = await _numbers(world)
    assert (after.open_reach_outs, after.human.presses, after.human.answered) == (1, 1, 1)
    assert after.human.median is not None
    assert 4 * MINUTE <= after.human.median < 5 * MINUTE
    assert dict(after.human.within)[2 * MINUTE] == 0
    assert dict(after.human.within)[5 * MINUTE] == 1
    assert after.presses_by_day[-1] == (world.clock.now().date(), 1)
    assert sum(count for _, count in after.presses_by_day) == 1


async def test_a_press_by_mistake_is_not_counted(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    await maya.press()
    await maya.close("mistake")
    counted = await _numbers(world)
    assert (counted.open_reach_outs, counted.human.presses, sum(n for _, n in counted.presses_by_day)) == (0, 0, 0)


def observed(what: str = "count") -> float:
    return REGISTRY.get_sample_value(f"porchlight_press_to_first_answer_seconds_{what}") or 0.0


async def test_a_calm_ask_is_counted_from_when_it_became_a_press(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    before, seconds = observed(), observed("sum")
    await maya.press(calm=True)
    await world.passes(600)
    await sponsor.answer("here")
    calm = await _numbers(world)
    assert (calm.open_reach_outs, calm.human.presses, sum(n for _, n in calm.presses_by_day)) == (1, 0, 0)
    await maya.does("raise", expect=200)
    raised = await _numbers(world)
    assert (raised.human.presses, raised.human.answered) == (1, 0), "a calm yes is no answer to the press"
    await world.passes(45)
    await sponsor.answer("calling")
    answered = await _numbers(world)
    assert answered.human.median is not None
    assert answered.human.median < MINUTE
    assert answered.presses_by_day[-1][1] == 1
    assert observed() == before + 1
    assert observed("sum") - seconds < 60


async def test_the_histogram_holds_the_first_answer_once(world: World) -> None:
    maya, first, second = await world.circle("sponsor", "friend")
    await maya.press()
    before = observed()
    await first.answer("cannot")
    assert observed() == before
    await second.answer("soon", minutes=5)
    await first.answer("here")
    await second.answer("calling")
    assert observed() == before + 1


async def test_the_page_shows_numbers_and_no_names(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press(note="marked-note")
    await sponsor.answer("here", text="marked-words")
    reply = await world.here.http.get("/operator")
    assert reply.status_code == 200
    assert "Time to a human" in reply.text
    assert reply.headers["cache-control"] == "no-store"
    for word in ("marked", "Maya", maya.id, sponsor.id):
        assert word not in reply.text
    assert "<script" not in reply.text


@pytest.mark.parametrize("path", ["/operator", "/metrics"])
async def test_only_the_operator_may_look(world: World, path: str) -> None:
    async def status(process: Process, **headers: str) -> int:
        return (await process.http.get(path, headers=FORWARDED | headers)).status_code

    maya = await world.person("Maya")
    assert await status(world.here) == 404, "without a token there is nothing to find"
    assert await status(world.here, authorization=f"Bearer {maya.token}") == 404
    guarded = await world.another_process(
        settings=world.settings.model_copy(update={"metrics_token": SecretStr("let me see")})
    )
    refused = 401 if path == "/operator" else 404
    basic = base64.b64encode(b"anybody:let me see").decode()
    wrong = base64.b64encode(b"let me see:wrong").decode()
    assert await status(guarded) == refused
    for given_header in ("Bearer wrong", f"Basic {wrong}", "Basic !", "Basic", "Bearer", "let me see"):
        assert await status(guarded, authorization=given_header) == refused, given_header
    assert await status(guarded, authorization="Bearer let me see") == 200
    assert await status(guarded, authorization=f"Basic {basic}") == 200


@pytest.mark.parametrize("path", ["/operator", "/metrics"])
async def test_a_request_to_a_public_name_is_not_a_local_one(world: World, path: str) -> None:
    for host, expected in (
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("porch.example", 404),
        ("localhost.evil.example:8000", 404),
        ("127.0.0.1.evil.example", 404),
        ("<>", 404),
    ):
        assert (await world.here.http.get(path, headers={"host": host})).status_code == expected, host


@pytest.mark.parametrize("path", ["/operator", "/metrics"])
async def test_a_token_may_have_any_letters_and_odd_ones_are_only_wrong(world: World, path: str) -> None:
    guarded = await world.another_process(
        settings=world.settings.model_copy(update={"metrics_token": SecretStr("lässt sehen")})
    )

    async def status(authorization: bytes) -> int:
        headers = [(b"x-forwarded-for", b"192.0.2.1"), (b"authorization", authorization)]
        return (await guarded.http.get(path, headers=headers)).status_code

    refused = 401 if path == "/operator" else 404
    for odd in (b"Basic \xff", "Basic ä".encode(), b"Bearer \xff", b"Bearer l\xe4sst sehen"):
        assert await status(odd) == refused, odd
    assert await status("Bearer lässt sehen".encode()) == 200
    assert await status(b"Basic " + base64.b64encode("x:lässt sehen".encode())) == 200


@given(st.lists(st.tuples(st.integers(0, 120), st.none() | st.integers(0, 120)), max_size=30))
def test_shares_are_of_presses_that_can_tell(presses: list[tuple[int, int | None]]) -> None:
    made = [
        (NOW - ago * MINUTE, None if waited is None or waited > ago else NOW - (ago - waited) * MINUTE)
        for ago, waited in presses
    ]
    human = time_to_human(made, unreached=0, now=NOW)
    assert human.answered <= human.presses == len(made)
    for limit, share in human.within:
        told = [
            answered is not None and answered - pressed <= limit
            for pressed, answered in made
            if answered or NOW - pressed >= limit
        ]
        assert share == (sum(told) / len(told) if told else None)
    assert [limit for limit, _ in human.within] == list(HUMAN_WITHIN)


def test_a_young_press_does_not_lower_a_share() -> None:
    shares = dict(time_to_human([(NOW - MINUTE, None)], unreached=1, now=NOW).within)
    assert set(shares.values()) == {None}
