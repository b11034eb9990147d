"""A practice over its day: in everybody's hours, over with the press, kept from whoever is not there."""

import asyncio

import pytest

from notifications.transports.protocol import DeadAddress, RetryAt
from tests.world.commitments import at_moment
from tests.world.faults import no_commit_goes_through
from tests.world.person import Person
from tests.world.practices import looks_at_practice, part_of, practises, sees_light, states
from tests.world.world import World


def hours(begin: str, end: str) -> list[dict[str, object]]:
    return [{"day": day, "from": begin, "to": end} for day in range(7)]


async def lit(person: Person) -> int:
    """The number of practice pushes to this person's phones."""
    return len(await person.pushes("practice"))


async def test_everybody_gets_one_quiet_push_a_device(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await ben.device("webpush")
    begun = await practises(maya)
    assert [await lit(person) for person in people] == [0, 1, 2]
    push = (await ana.pushes("practice"))[0].push
    assert (push.urgent, push.data["urgent"], push.data["closes"]) == (False, "false", "false")
    assert push.body == "A practice light from your circle. Tap it to show that it arrived."
    assert push.data["url"] == f"/#/practices/{begun['id']}"
    for _ in range(12):
        await world.passes(3600)
    assert [await lit(person) for person in people] == [0, 1, 2], "never again"


async def test_each_within_their_own_hours_and_nobody_is_woken(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await ana.patch("/v1/me", {"hours": hours("08:00", "12:00"), "wake_me": True, "time_zone": "Europe/Berlin"})
    await ben.patch("/v1/me", {"wake_me": True, "time_zone": "Asia/Tokyo"})
    # 20:00 in UTC: 21:00 in Berlin, 5:00 in Tokyo, where nobody declared any hours.
    begun = await practises(maya)
    assert await states(maya, begun) == ["waits", "waits"]
    assert (await part_of(maya, begun, ben))["next_at"] == "2026-03-10T22:00:00Z"
    assert len(await ana.inbox("practice")) == 1, "the inbox has it at once"
    await at_moment(world, "2026-03-10T21:59")
    assert [await lit(ana), await lit(ben)] == [0, 0]
    await at_moment(world, "2026-03-10T22:00:01")
    assert [await lit(ana), await lit(ben)] == [0, 1]
    await at_moment(world, "2026-03-11T07:00:01")
    assert [await lit(ana), await lit(ben)] == [1, 1]
    assert await states(maya, begun) == ["on_its_way", "on_its_way"]


async def test_hours_that_change_meanwhile_put_it_off_and_lose_it_not(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    for person in (ana, ben):
        await person.patch("/v1/me", {"hours": hours("08:00", "10:00")})
    begun = await practises(maya)
    await ana.patch("/v1/me", {"hours": hours("12:00", "14:00")})
    # These begin only once the practice is over.
    await ben.patch("/v1/me", {"hours": hours("20:30", "22:00")})
    await at_moment(world, "2026-03-11T08:00:01")
    assert [await lit(ana), await lit(ben)] == [0, 0]
    assert await states(maya, begun) == ["waits", "quiet"]
    await at_moment(world, "2026-03-11T12:00:01")
    assert [await lit(ana), await lit(ben)] == [1, 0]


async def test_channels_wait_for_hours_too(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await world.gives_channel(ana)
    await ana.patch("/v1/me", {"hours": hours("08:00", "12:00"), "wake_me": True})
    await practises(maya, channels=True)
    await world.settle()
    assert world.gateway.handed == []
    await at_moment(world, "2026-03-11T08:00:01")
    assert len(world.gateway.handed) == 1


@pytest.mark.parametrize("how", ["muted", "away", "in no hours"])
async def test_who_is_not_there_is_left_in_peace(world: World, people: list[Person], how: str) -> None:
    maya, ana, _ = people
    match how:
        case "muted":
            until = {"muted_until": "2026-03-12T12:00:00Z"}
            await ana.patch(f"/v1/supporting/{ana.places[maya.id]}", until)
        case "away":
            await ana.patch("/v1/me", {"away_until": "2026-03-12T12:00:00Z"})
        case "in no hours":
            await ana.patch("/v1/me", {"hours": [{"day": 6, "from": "10:00", "to": "12:00"}]})
    begun = await practises(maya)
    for _ in range(24):
        await world.passes(3600)
    assert await lit(ana) == 0
    assert (await part_of(maya, begun, ana))["state"] == "quiet"
    assert len(await ana.inbox("practice")) == 1


@pytest.mark.parametrize("how", ["muted", "away", "seen", "ended", "pressed"])
async def test_what_changes_before_the_hours_begin_calls_the_push_off(
    world: World, people: list[Person], how: str
) -> None:
    maya, ana, _ = people
    await ana.patch("/v1/me", {"hours": hours("08:00", "12:00")})
    begun = await practises(maya)
    match how:
        case "muted":
            until = {"muted_until": "2026-03-12T12:00:00Z"}
            await ana.patch(f"/v1/supporting/{ana.places[maya.id]}", until)
        case "away":
            await ana.patch("/v1/me", {"away_until": "2026-03-12T12:00:00Z"})
        case "seen":
            await sees_light(ana, begun)
        case "ended":
            await maya.post(f"/v1/practices/{begun['id']}/end", expect=200)
        case "pressed":
            await maya.press()
            await maya.close()
    await at_moment(world, "2026-03-11T08:00:01")
    assert await lit(ana) == 0


async def test_a_break_that_ends_in_time_lets_it_through(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    await ana.patch("/v1/me", {"away_until": "2026-03-11T09:00:00Z"})
    begun = await practises(maya)
    assert (await part_of(maya, begun, ana))["next_at"] == "2026-03-11T09:00:00Z"
    await at_moment(world, "2026-03-11T09:00:01")
    assert await lit(ana) == 1


@pytest.mark.parametrize("how", ["removed", "left", "blocked", "erased"])
async def test_a_former_member_sees_nothing_of_it(world: World, people: list[Person], how: str) -> None:
    maya, ana, ben = people
    await ana.patch("/v1/me", {"hours": hours("08:00", "12:00")})
    begun = await practises(maya)
    match how:
        case "removed":
            await maya.delete(f"/v1/circle/{ana.places[maya.id]}")
        case "left":
            await ana.delete(f"/v1/supporting/{ana.places[maya.id]}")
        case "blocked":
            await maya.post("/v1/blocks", {"person_id": ana.id}, expect=201)
        case "erased":
            await ana.post("/v1/sessions/current/proof", {"passphrase": ana.passphrase})
            await ana.delete("/v1/me")
    members = (await looks_at_practice(maya, begun))["members"]
    assert [member["person"]["id"] for member in members] == [ben.id]
    if how != "erased":
        await sees_light(ana, begun, 404)
        await looks_at_practice(ana, begun, 404)
        assert await ana.inbox("practice") == []
    await at_moment(world, "2026-03-11T08:00:01")
    assert await lit(ana) == 0


async def test_the_owner_is_erased(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    await ben.patch("/v1/me", {"hours": hours("08:00", "12:00")})
    begun = await practises(maya)
    await sees_light(ana, begun)
    await maya.post("/v1/sessions/current/proof", {"passphrase": maya.passphrase})
    await maya.delete("/v1/me")
    assert [await world.count(table) for table in ("practices", "practice_members")] == [0, 0]
    assert await world.count("push_proofs") == 1, "it is Ana's own"
    for person in (ana, ben):
        await looks_at_practice(person, begun, 404)
        assert await person.inbox("practice") == []
    await at_moment(world, "2026-03-11T08:00:01")
    assert await lit(ben) == 0


async def test_a_member_without_a_phone_finds_it_in_the_inbox(world: World) -> None:
    maya, ana = await world.circle("sponsor", devices=False)
    begun = await practises(maya)
    assert await states(maya, begun) == ["no_phone"]
    assert len(await ana.inbox("practice")) == 1
    await sees_light(ana, begun)
    assert await states(maya, begun) == ["seen"]
    # Seen, and yet there is no phone that could be proved.
    assert (await maya.circle())[0]["proved_at"] is None


async def test_refused_for_good_is_said_at_once_and_silence_only_in_the_end(world: World, people: list[Person]) -> None:
    maya, ana, ben = people
    [address] = ana.devices.values()
    world.transport.answer(address, DeadAddress("gone"))
    begun = await practises(maya)
    await world.settle()
    assert await states(maya, begun) == ["nothing", "on_its_way"]
    await world.passes(23 * 3600)
    assert await states(maya, begun) == ["nothing", "on_its_way"]
    await world.passes(3601)
    assert await states(maya, begun) == ["nothing", "silent"]
    assert await ben.inbox("unreachable") == []


async def test_two_devices_one_of_which_answers(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    tablet = await ana.device()
    [phone, _] = ana.devices.values()
    world.transport.answer(phone, RetryAt("busy"))
    begun = await practises(maya)
    await world.settle()
    [push] = [push for push in await ana.pushes("practice") if push.where == ana.devices[tablet["id"]]]
    await ana.post("/v1/receipts", {"delivery_id": push.push.data["delivery_id"], "event": "opened"}, expect=201)
    assert (await part_of(maya, begun, ana))["state"] == "seen"
    # The phone that was busy is not asked any more.
    before = await lit(ana)
    await world.passes(600)
    assert await lit(ana) == before


async def test_a_crash_before_the_commit_leaves_nothing(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    async with no_commit_goes_through(world, "practices"):
        await practises(maya, expect=503)
    assert [await world.count(table) for table in ("practices", "practice_members")] == [0, 0]
    assert await lit(ana) == 0
    assert await ana.inbox("practice") == []
    await practises(maya)


async def test_two_taps_at_once_begin_one(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    replies = await asyncio.gather(*(maya.send("POST", "/v1/practices", {}) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    assert await lit(ana) == 1


async def test_seen_and_left_and_ended_at_once(world: World, people: list[Person]) -> None:
    """Whatever comes first, nothing waits for a deadlock, and what is left fits together."""
    maya, ana, ben = people
    begun = await practises(maya)
    await world.settle()
    replies = await asyncio.gather(
        ana.send("POST", f"/v1/practices/{begun['id']}/seen"),
        ana.send("DELETE", f"/v1/supporting/{ana.places[maya.id]}"),
        ben.send("POST", f"/v1/practices/{begun['id']}/seen"),
        maya.send("POST", f"/v1/practices/{begun['id']}/end"),
        maya.send("POST", "/v1/reach-outs", {}),
    )
    assert [reply.status_code for reply in replies[1:]] == [204, 200, 200, 201]
    assert replies[0].status_code in {200, 404}
    assert [member["person"]["id"] for member in (await looks_at_practice(maya, begun))["members"]] == [ben.id]


async def test_the_page_of_whoever_began_it_follows(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    begun = await practises(maya)
    async with maya.listens() as stream:
        await sees_light(ana, begun)
        event = await stream.next()
    assert event is not None
    assert (event.kind, event.data) == ("thread", f'{{"id":"{ana.id}"}}')


async def test_kept_for_a_year_and_exported_from_both_sides(world: World, people: list[Person]) -> None:
    maya, ana, _ = people
    begun = await practises(maya)
    await sees_light(ana, begun)
    for person, began, saw in ((maya, 1, 0), (ana, 0, 1)):
        exported = await person.get("/v1/me/export")
        counts = [len(exported[name]) for name in ("practices", "practices_i_saw", "push_proofs")]
        assert counts == [began, saw, saw]
    await world.forward(31 * 24 * 3600)
    cleared = await world.purge().run()
    assert (cleared["deliveries"] > 0, cleared["practices"]) == (True, 0)
    # What the pushes said is gone; who saw it is kept.
    [seen, unseen] = (await looks_at_practice(maya, begun))["members"]
    assert (seen["state"], seen["handed_at"], unseen["handed_at"]) == ("seen", None, None)
    await world.forward(335 * 24 * 3600)
    assert (await world.purge().run())["practices"] == 1
    assert await world.count("practice_members") == 0
    assert await world.count("practices") == 0
