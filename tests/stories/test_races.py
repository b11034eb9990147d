"""Races provoked on purpose: no deadlock, and neither request undoes the other."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from models import Device
from models import Person as PersonRow
from notifications.transports.protocol import Rejected
from rules.circle.ways import MAX_REFUSALS
from tests.world.bookends import MINUTE, plans
from tests.world.person import Person
from tests.world.race import race, until_blocked
from tests.world.world import World


async def test_an_account_is_erased_while_its_bookend_is_due(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.device()
    await plans(maya, sponsor)
    await world.forward(80 * MINUTE)
    await race(world, "notices IN SHARE", world.here.worker.move("bookends"), erased(maya))
    assert await world.count("bookends") == 0


async def test_a_companion_is_erased_while_they_are_told(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await plans(maya, sponsor)
    await world.forward(80 * MINUTE)
    await race(world, "notices IN SHARE", world.here.worker.move("bookends"), erased(sponsor))
    assert await world.count("people") == 1


async def test_an_account_is_erased_while_it_is_signed_out_elsewhere(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await (await sponsor.again()).device()
    await maya.press()
    await world.settle()
    await race(
        world,
        "notices IN SHARE",
        erased(sponsor),
        sponsor.send("DELETE", "/v1/sessions/others"),
    )
    assert await world.count("people") == 1
    assert (await maya.reach_out())["recipients"] == []


async def test_a_notice_is_read_while_its_reader_is_removed(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await maya.press()
    await world.settle()
    [notice] = await sponsor.inbox("reach_out")
    removed, _ = await race(
        world,
        "bookends IN EXCLUSIVE",
        maya.send("DELETE", f"/v1/circle/{sponsor.places[maya.id]}"),
        sponsor.send("POST", f"/v1/inbox/{notice['id']}/read"),
    )
    assert removed.status_code == 204
    assert await sponsor.inbox() == []


async def test_a_sign_in_with_the_old_passphrase_does_not_outlive_the_new_one(world: World) -> None:
    maya = await world.person("Maya")
    credentials = {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}
    signed_in, changed = await race(
        world,
        "sessions IN SHARE",
        world.here.http.post("/v1/sessions", json=credentials),
        maya.send("PUT", "/v1/me/passphrase", {"passphrase": "another one by the door"}),
    )
    assert changed.status_code == 204
    token = signed_in.json()["session"]["token"] if signed_in.is_success else "refused"
    reply = await world.here.http.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 401


async def test_a_recovery_that_is_sent_twice_at_the_same_moment_opens_the_account_twice(world: World) -> None:
    maya = await world.person("Maya")
    code = {"recovery_code": maya.recovery_codes[0], "new_passphrase": "another one by the door"}
    body, headers = {"sign_in_name": maya.sign_in_name, **code}, {"Idempotency-Key": "again"}
    twice = (world.here.http.post("/v1/sessions/recovery", json=body, headers=headers) for _ in range(2))
    replies = await race(world, "recovery_codes IN SHARE", *twice)
    assert [reply.status_code for reply in replies] == [201, 201]
    # Neither counts as a guess.
    for _ in range(9):
        wrong = {"sign_in_name": maya.sign_in_name, "passphrase": "wrong"}
        assert (await world.here.http.post("/v1/sessions", json=wrong)).status_code == 401


async def test_a_member_is_removed_while_they_mute_the_person(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    place = sponsor.places[maya.id]
    await maya.press()
    await world.settle()
    until = (world.now() + timedelta(hours=1)).isoformat()
    muted, removed = await race(
        world,
        "reach_outs IN EXCLUSIVE",
        sponsor.send("PATCH", f"/v1/supporting/{place}", {"muted_until": until}),
        maya.send("DELETE", f"/v1/circle/{place}"),
    )
    assert (muted.status_code, removed.status_code) == (200, 204)


async def test_a_member_is_removed_while_a_calm_ask_is_raised(world: World) -> None:
    maya, sponsor, _ = await world.circle("sponsor", "friend")
    calm = await maya.press(calm=True)
    await world.settle()
    removed, raised = await race(
        world,
        "memberships IN EXCLUSIVE",
        maya.send("DELETE", f"/v1/circle/{sponsor.places[maya.id]}"),
        maya.send("POST", f"/v1/reach-outs/{calm['id']}/raise"),
    )
    assert (removed.status_code, raised.status_code) == (204, 200)


@pytest.mark.parametrize("how", ["block", "erasure"])
async def test_a_reach_out_is_closed_while_its_person_ends_something(world: World, how: str) -> None:
    """From the third press on, a close keeps on the person's row how long phones are spared."""
    maya, sponsor = await world.circle("sponsor")
    for _ in range(2):
        await maya.press()
        await maya.close()
    await maya.press()
    await maya.proves()
    act = (
        maya.send("POST", "/v1/blocks", {"person_id": sponsor.id}) if how == "block" else maya.send("DELETE", "/v1/me")
    )
    closing = maya.send("POST", f"/v1/reach-outs/{world.reach_out}/close", {"outcome": "ok_now"})
    closed, acted = await race(world, "reach_outs IN EXCLUSIVE", closing, act)
    assert closed.status_code == 200
    assert acted.status_code in {201, 204}


async def test_a_passphrase_is_recovered_while_its_person_is_told(world: World) -> None:
    maya, _, friend = await world.circle("sponsor", "friend", steps=[1, 2])
    await maya.press()
    await world.settle()
    await world.forward(90)
    code = {"recovery_code": friend.recovery_codes[0], "new_passphrase": "another one by the door"}
    _, recovered = await race(
        world,
        "notices IN SHARE",
        world.here.worker.move("ladders"),
        world.here.http.post("/v1/sessions/recovery", json={"sign_in_name": friend.sign_in_name, **code}),
    )
    assert recovered.status_code == 201
    assert await maya.sees(friend) is not None


async def erased(person: Person) -> None:
    await person.post("/v1/sessions/current/proof", {"passphrase": person.passphrase})
    await person.delete("/v1/me")


async def test_the_same_block_twice_at_the_same_moment_is_answered_twice(world: World) -> None:
    """With one key, as a phone sends it again while the first reply is still on its way."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    body = {"person_id": sponsor.id}
    await maya.post("/v1/blocks", body, 201)
    again = [maya.send("POST", "/v1/blocks", body, key="again") for _ in range(2)]
    assert [reply.status_code for reply in await race(world, "idempotency_keys IN SHARE", *again)] == [201, 201]
    await maya.post("/v1/blocks", {"person_id": friend.id}, 201)
    bodies = (body, {"person_id": friend.id})
    others = [maya.send("POST", "/v1/blocks", each, key="another") for each in bodies]
    assert sorted(reply.status_code for reply in await race(world, "idempotency_keys IN SHARE", *others)) == [201, 422]


async def test_two_who_have_pressed_part_while_a_member_of_both_goes_on_a_break(world: World) -> None:
    """The break locks both reach-outs in the order of their ids; a block locked them in that of the memberships."""
    maya, ana, ben = await world.circle("sponsor", "friend")
    await ana.welcomes(maya)
    await ana.welcomes(ben)
    await ana.press()
    await maya.press()
    block = maya.send("POST", "/v1/blocks", {"person_id": ana.id})
    away = ben.send("PATCH", "/v1/me", {"away_until": (world.now() + timedelta(hours=2)).isoformat()})
    replies = await race(world, "recipients IN SHARE", block, away)
    assert [reply.status_code for reply in replies] == [201, 200]


@pytest.mark.parametrize("what", ["practice", "word", "commitment"])
async def test_a_copy_is_not_refused_for_what_the_first_one_has_done(world: World, what: str) -> None:
    """Only one may be open, three words in a row, ten may run: the copy of the last one meets a limit that is its own doing."""
    maya, sponsor = await world.circle("sponsor")
    path, body, before = {
        "practice": ("/v1/practices", {}, 0),
        "word": ("/v1/reach-ins", {"to": sponsor.id}, 2),
        "commitment": ("/v1/commitments", {"text": "Call", "days": [1], "at": "21:00"}, 9),
    }[what]
    for _ in range(before):
        await maya.post(path, body, 201)
    twice = (maya.send("POST", path, body, key="again") for _ in range(2))
    copies = await race(world, "idempotency_keys IN SHARE", *twice)
    assert [copy.status_code for copy in copies] == [201, 201]
    assert len({copy.json()["id"] for copy in copies}) == 1
    assert (await maya.send("POST", path, body, key="another")).status_code in {409, 429}


async def test_two_accounts_claim_one_address_while_its_push_results_are_recorded(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    [where] = sponsor.devices.values()
    for person in (sponsor, friend):
        for address in person.devices.values():
            world.transport.answer(address, Rejected("forbidden"))
    await maya.press()
    for _ in range(6):
        await world.forward(31)
        # In any order: the world checks for deadlocks when it closes.
        await asyncio.gather(
            maya.does("nudge"), friend.device(address=where), sponsor.device(address=where), world.work()
        )
    await world.settle()
    live = [
        row["id"]
        for person in (sponsor, friend)
        for row in (await person.get("/v1/devices"))["items"]
        if row["disabled_at"] is None and person.devices.get(row["id"]) == where
    ]
    assert len(live) == 1, "one live device an address, whoever had it before"


async def test_concurrent_answers_keep_the_longer_pause(world: World) -> None:
    """The longer answer keeps holding the ladder, whichever was written last."""
    maya, sponsor, friend = await world.circle("sponsor", "friend")
    await maya.press()
    answers = (sponsor.answer("soon", minutes=15), friend.answer("calling"))
    await race(world, "recipients IN SHARE", *answers)
    row = await world.row()
    assert row.state == "answered"
    assert row.paused_until is not None
    assert row.paused_until - row.created_at > timedelta(minutes=16)
    assert len(await maya.inbox("answered")) == 2
    assert "answered" in await friend.kinds(), "the first answer is announced to others"
    assert "answered" not in await sponsor.kinds(), "the second one only to the person"


async def test_a_phone_that_works_again_is_not_reported_as_unreachable_at_that_moment(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    [device] = sponsor.devices
    world.here.forget_pushes()
    await maya.press()
    async with world.database.write() as session:
        refusing = {"refusals": MAX_REFUSALS, "refusal": "forbidden", "refused_at": world.now()}
        await session.execute(update(Device).where(Device.id == UUID(device)).values(refusing))
        await session.commit()
    await world.forward(10.1)
    reported = update(PersonRow).where(PersonRow.id == UUID(sponsor.id)).values(unreachable_told_at=world.now())
    async with world.database.write() as session:
        # As far as a worker comes that has found them unreachable and writes the notices of it next.
        await session.execute(reported)
        if world.sqlite:
            await session.commit()
        sending = asyncio.create_task(world.work())
        await until_blocked(world, [sending])
        await session.commit()
    await sending
    assert await sponsor.pushed() == ["reach_out"]
    assert [row["reachable"] for row in await maya.circle()] == [True]
