"""Answers and what follows: concurrent, withdrawn and late answers, together, nudges, closing, reflections."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from tests.world.world import World


def parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("kind", "fields", "pause"),
    [("calling", {}, 600), ("here", {}, 600), ("soon", {"minutes": 5}, 420), ("soon", {"minutes": 15}, 1020)],
)
async def test_an_answer_pauses_the_ladder(world: World, kind: str, fields: dict[str, Any], pause: int) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    answered = await sponsor.answer(kind, **fields)
    assert (answered["kind"], answered["minutes"]) == (kind, fields.get("minutes"))
    assert answered["reach_out"]["state"] == "answered"
    seen = await maya.reach_out()
    assert (parse_time(seen["paused_until"]) - parse_time(answered["created_at"])).total_seconds() == pause
    row = await maya.sees(sponsor)
    assert row is not None
    assert (row["state"], row["answer"], row["minutes"]) == ("answered", kind, fields.get("minutes"))
    assert row["answered_at"] == answered["created_at"]
    assert await friend.pushed() == ["reach_out", "answered"]
    assert [notice["from"]["id"] for notice in await maya.inbox("answered")] == [sponsor.id]


async def test_promised_minutes_count_from_the_answer(world: World) -> None:
    """A later look shows when the minutes began; they do not start again."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    pressed = await maya.press()
    assert {row["answered_at"] for row in pressed["recipients"]} == {None}
    answer = await sponsor.answer("soon", minutes=10)
    await world.forward(240)
    for viewer in (maya, sponsor, friend):
        row = await viewer.sees(sponsor)
        assert row is not None
        assert (row["minutes"], row["answered_at"]) == (10, answer["created_at"])
    assert {row["answered_at"] for row in (await friend.reach_out())["recipients"] if row["answer"] is None} == {None}
    changed = await sponsor.answer("soon", minutes=5)
    row = await sponsor.sees(sponsor)
    assert row is not None
    assert row["answered_at"] == changed["created_at"] > answer["created_at"]


INVALID_ANSWERS: list[object] = [
    {},
    {"kind": "maybe"},
    {"kind": "soon"},
    {"kind": "soon", "minutes": 0},
    {"kind": "soon", "minutes": -1},
    {"kind": "calling", "minutes": 5},
    {"kind": "here", "mood": "x"},
    {"kind": "here", "text": "x" * 4001},
    {"kind": "soon", "minutes": "soon"},
    [],
    None,
]


async def test_invalid_answers_are_refused(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    for body in INVALID_ANSWERS:
        problem = await sponsor.does("answers", body, expect=422)
        assert problem["type"] == "/problems/invalid"
    assert (await maya.reach_out())["state"] == "waiting"
    assert (await maya.answer("calling", expect=403))["type"] == "/problems/not-yours"


async def test_concurrent_answers_are_both_kept_and_others_are_told_once(world: World) -> None:
    maya, *members = await world.circle("sponsor", "friend", "fellow")
    await maya.press()
    await world.settle()
    await asyncio.gather(*(member.answer("calling") for member in members[:2]))
    assert (await maya.reach_out())["state"] == "answered"
    assert [await maya.sees_state(member) for member in members] == ["answered", "answered", "handed"]
    assert len(await maya.inbox("answered")) == 2, "the person learns of both"
    assert (await members[2].pushed()).count("answered") == 1, "the others are told only once"


async def test_a_retried_answer_is_one_answer(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    replies = await asyncio.gather(*(sponsor.answer("here", key="k", text="On my way") for _ in range(4)))
    assert len({reply["id"] for reply in replies}) == 1
    assert await maya.messages() == ["On my way"]
    assert (await sponsor.answer("calling", 422, key="k"))["type"] == "/problems/key-reused"
    await maya.close()
    assert (await sponsor.answer("here", key="k", text="On my way"))["id"] == replies[0]["id"]


async def test_withdrawing_the_last_answer_sets_it_waiting_again(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await sponsor.answer("calling")
    await sponsor.answer("cannot")
    seen = await maya.reach_out()
    assert (seen["state"], seen["paused_until"]) == ("waiting", None)
    assert await maya.sees_state(sponsor) == "declined"
    await sponsor.answer("soon", minutes=2)
    await friend.answer("here")
    await friend.answer("cannot")
    assert (await maya.reach_out())["state"] == "answered", "one answer still stands"


async def test_a_decline_changes_nothing_for_the_others(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await sponsor.answer("cannot")
    assert (await maya.reach_out())["state"] == "waiting"
    assert await maya.inbox("answered") == []
    assert await friend.pushed() == ["reach_out"]


@pytest.mark.parametrize("how", ["left", "removed", "blocked", "erased"])
async def test_losing_the_last_helper_sets_it_waiting_again(world: World, how: str) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    await sponsor.answer("calling")
    await maya.does("together")
    match how:
        case "left":
            await sponsor.delete(f"/v1/supporting/{sponsor.places[maya.id]}")
        case "removed":
            await maya.delete(f"/v1/circle/{sponsor.places[maya.id]}")
        case "blocked":
            await maya.post("/v1/blocks", {"person_id": sponsor.id})
        case "erased":
            await sponsor.delete("/v1/me")
    seen = await maya.reach_out()
    assert seen["state"] == "waiting"
    assert [row["person"]["id"] for row in seen["recipients"]] == [friend.id]


async def test_a_closed_reach_out_takes_no_answers_and_messages(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await maya.close()
    refusals = [
        await sponsor.answer("calling", expect=409),
        await sponsor.says("There", expect=409),
        await maya.says("Thanks", expect=409),
        await sponsor.does("together", expect=409),
        await maya.does("together", expect=409),
        await maya.does("nudge", expect=409),
    ]
    assert {problem["type"] for problem in refusals} == {"/problems/closed"}
    assert await maya.messages() == []


async def test_a_concurrent_answer_and_close_end_closed(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    reply, _ = await asyncio.gather(
        sponsor.send("POST", f"/v1/reach-outs/{world.reach_out}/answers", {"kind": "calling"}), maya.close()
    )
    assert reply.status_code in {201, 409}
    seen = await maya.reach_out()
    assert seen["state"] == "closed"
    assert (await maya.sees_state(sponsor) == "answered") is (reply.status_code == 201)


async def test_either_side_may_report_that_they_are_together(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    nobody = await maya.does("together", expect=409)
    assert nobody["type"] == "/problems/nobody-answered"
    await maya.does("together", {"person_id": (await world.person()).id}, expect=404)
    # They met without an answer: naming the member counts as the member's answer.
    seen = await maya.does("together", {"person_id": friend.id}, expect=200)
    assert (seen["state"], seen["paused_until"]) == ("together", None)
    assert await maya.sees_state(friend) == "answered"
    assert (await sponsor.pushed())[-1] == "answered"
    await maya.close()
    await maya.press()
    # A recipient's report counts as an answer, and asks the person to confirm.
    seen_by_sponsor = await sponsor.does("together", expect=200)
    assert (seen_by_sponsor["state"], await maya.sees_state(sponsor)) == ("answered", "answered")
    assert [notice["from"]["id"] for notice in await maya.inbox("are_you_talking")] == [sponsor.id]
    await sponsor.does("together", expect=200)
    assert len(await maya.inbox("are_you_talking")) == 1, "a repeated report asks once"
    assert (await maya.does("together", expect=200))["state"] == "together"
    # A later answer leaves the state as it is.
    await friend.answer("here")
    assert (await maya.reach_out())["state"] == "together"


async def test_a_nudge_is_a_further_press(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    assert (await maya.does("nudge", expect=200))["state"] == "waiting"
    assert await sponsor.pushed() == ["reach_out"]
    await world.forward(31)
    await asyncio.gather(*(maya.does("nudge", expect=200) for _ in range(5)))
    assert await sponsor.pushed() == ["reach_out"] * 2
    assert (await sponsor.does("nudge", expect=403))["type"] == "/problems/not-yours"


async def test_only_the_person_closes_and_only_once(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    # A close before the pushes are sent would cancel them.
    await world.settle()
    assert (await sponsor.close(expect=403))["type"] == "/problems/not-yours"
    for outcome in ("expired", "fine", ""):
        await maya.close(outcome, expect=422)
    closed = await maya.close("mistake")
    assert (closed["state"], closed["outcome"]) == ("closed", "mistake")
    assert (await maya.close("connected"))["outcome"] == "mistake", "the first outcome stands"
    assert await sponsor.pushed() == ["reach_out", "all_clear"]
    assert (await sponsor.kinds()).count("all_clear") == 1


async def test_a_close_is_safe_to_retry(world: World) -> None:
    """After a lost reply the same key and body give the same close, even when closed; another body is refused."""
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await world.settle()
    closed = await maya.does("close", {"outcome": "ok_now"}, expect=200, key="k")
    assert closed["outcome"] == "ok_now"
    assert await maya.does("close", {"outcome": "ok_now"}, expect=200, key="k") == closed
    reused = await maya.does("close", {"outcome": "mistake"}, expect=422, key="k")
    assert reused["type"] == "/problems/key-reused"
    assert (await maya.does("close", {"outcome": "mistake"}, expect=200))["outcome"] == "ok_now", (
        "without a key the first outcome stands"
    )
    assert (await sponsor.kinds()).count("all_clear") == 1
    again = await maya.press()
    assert (await maya.does("close", {"outcome": "mistake"}, expect=200, key="k"))["id"] == again["id"]


async def test_a_reflection_is_private(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    early = await maya.does("reflection", {"seen": 2}, expect=409)
    assert early["type"] == "/problems/not-closed"
    await maya.close()
    assert await maya.does("reflection", {"seen": 3, "safe": 2}) == {"seen": 3, "safe": 2, "soothed": None}
    assert await maya.does("reflection", {"soothed": 0, "safe": None}) == {"seen": 3, "safe": None, "soothed": 0}
    for wrong in ({"seen": 4}, {"seen": -1}, {"calm": 1}, {"seen": "much"}):
        await maya.does("reflection", wrong, expect=422)
    assert (await sponsor.does("reflection", {"seen": 0}, expect=403))["type"] == "/problems/not-yours"
    assert "soothed" not in str(await sponsor.reach_out())
