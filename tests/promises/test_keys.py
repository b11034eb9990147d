"""Lost keys: a missing master key withholds notes and never alarms; without any key nobody is shown as reachable."""

import pytest

from tests.world.world import World, without_any_key, without_the_master_key


@pytest.mark.promise(10)
async def test_promise_10_a_lost_key_withholds_a_note_and_never_an_alarm(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    broken = await world.another_process(without_the_master_key(world.keyring))
    for somebody in (maya, sponsor):
        somebody.process = broken
    pressed = await maya.press(note="Please come.")
    assert pressed["note"] is None
    # The alarm reaches the address that the phone registered, from the process that cannot read the note.
    assert await sponsor.pushed() == ["reach_out"]
    assert [member["reachable"] for member in await maya.circle()] == [True]
    assert await maya.sees_state(sponsor) == "handed"
    assert [notice["kind"] for notice in await sponsor.inbox("reach_out")] == ["reach_out"]
    await sponsor.answer("calling")
    await maya.close()
    assert "all_clear" in await sponsor.kinds()
    assert await sponsor.pushed() == ["reach_out", "all_clear"]


@pytest.mark.promise(10)
async def test_promise_10_without_any_key_nobody_is_shown_as_reachable(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=(1, 2))
    broken = await world.another_process(without_any_key())
    maya.process = broken
    pressed = await maya.press()
    assert {row["state"] for row in pressed["recipients"]} == {"unreachable"}
    assert pressed["unanswered_at"] is not None, "no rung waits for members who cannot be reached"
    assert [(row["reachable"], row["available_now"]) for row in await maya.circle()] == [(False, False)] * 2
    assert (await maya.get("/v1/circle"))["anyone_available"] is False
    await broken.work()
    assert await sponsor.pushed() == await friend.pushed() == []
    assert (await broken.http.get("/healthz")).status_code == 200
    ready = await broken.http.get("/readyz")
    assert (ready.status_code, ready.json()["because"]) == (503, "push_keys")
    assert "master.key" in ready.json()["detail"]
    assert (await broken.http.get("/readyz?to=serve")).status_code == 200
    # A process that has the key sends the waiting pushes in its first turn, and nobody is unreachable any more.
    await world.work()
    assert await sponsor.pushed() == await friend.pushed() == ["reach_out"]
    assert {row["state"] for row in (await maya.reach_out())["recipients"]} == {"handed"}


@pytest.mark.promise(10)
async def test_promise_10_an_open_reach_out_shows_when_the_last_key_is_lost(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await world.settle()
    broken = await world.another_process(without_any_key())
    await world.forward(90)
    await broken.work()
    assert await maya.sees_state(sponsor) == "unreachable"
    assert (await maya.reach_out())["unanswered_at"] is not None


@pytest.mark.promise(10)
async def test_promise_10_the_next_worker_with_the_key_sends_the_push(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    maya.process = await world.another_process(without_any_key())
    await maya.press()
    await maya.process.settle()
    await world.forward(60)
    await world.work()
    assert await sponsor.pushed() == ["reach_out"]
