"""Devices and channels that refuse for good do not count as reachable; both sides are told, and the first success heals it."""

import pytest
from sqlalchemy import update

from models import Device
from notifications.transports.protocol import Rejected, Result, RetryAt, Sent
from rules.outbox import refusals
from rules.upkeep.audit import FindingKind
from tests.world.person import Person
from tests.world.world import World

MINUTE = 60
FOR_GOOD: list[Result] = [
    Rejected("invalid_argument"),
    Rejected("forbidden"),
    Rejected("sender_mismatch"),
    Rejected("bad_keys"),
    Rejected("host_not_allowed"),
    # Retried, as the operator may repair it in time; meanwhile nobody is shown as reachable.
    RetryAt("third_party_auth", refused=True),
    RetryAt("unauthenticated", refused=True),
    RetryAt("signature", refused=True),
]


def refuses(world: World, person: Person, result: Result) -> None:
    for address in person.devices.values():
        world.transport.answer(address, result)


async def reachable(owner: Person) -> list[bool]:
    return [row["reachable"] for row in await owner.circle()]


async def pressed(world: World, person: Person) -> None:
    """Press, let the retries run, and close."""
    await person.press()
    for _ in range(3):
        await world.settle()
        await world.forward(5)
        await world.work()
    await person.close()
    await world.settle()


@pytest.mark.parametrize("refusal", FOR_GOOD, ids=lambda result: result.why)
async def test_repeated_refusals_make_a_member_unreachable_and_both_sides_are_told_once(
    world: World, refusal: Result
) -> None:
    maya, sponsor = await world.circle("sponsor")
    refuses(world, sponsor, refusal)
    for _ in range(2):
        await pressed(world, maya)
    assert await reachable(maya) == [False]
    reach_out = await maya.press()
    assert [row["state"] for row in reach_out["recipients"]] == ["unreachable"]
    assert reach_out["unanswered_at"] is not None, "the ladder does not wait for unreachable members"
    await world.settle()
    for _ in range(3):
        await world.forward(2 * MINUTE)
        await world.work()
    assert len(await maya.inbox("unreachable")) == len(await sponsor.inbox("unreachable")) == 1
    assert [row["disabled_at"] for row in (await sponsor.get("/v1/devices"))["items"]] == [None], "never retired for it"

    # The first accepted push heals it, and the open alarm counts as handed over.
    refuses(world, sponsor, Sent())
    await maya.does("nudge")
    await world.forward(10 * MINUTE)
    await world.work()
    assert await maya.sees_state(sponsor) == "handed"
    assert await reachable(maya) == [True]
    assert await maya.inbox("unreachable") == await sponsor.inbox("unreachable") == []


async def test_one_refusal_may_be_our_own_bad_message(world: World) -> None:
    maya, sponsor, _ = await world.circle("sponsor", "friend")
    refuses(world, sponsor, Rejected("invalid_argument"))
    await pressed(world, maya)
    assert await reachable(maya) == [True, True]
    refuses(world, sponsor, Sent())
    await pressed(world, maya)
    refuses(world, sponsor, Rejected("invalid_argument"))
    await pressed(world, maya)
    assert await reachable(maya) == [True, True], "one was accepted in between"


@pytest.mark.parametrize("how", ["new token", "new phone"])
async def test_a_new_address_makes_reachable_again_and_the_same_one_does_not(world: World, how: str) -> None:
    maya, sponsor = await world.circle("sponsor")
    [(device, address)] = sponsor.devices.items()
    refuses(world, sponsor, Rejected("invalid_argument"))
    for _ in range(2):
        await pressed(world, maya)
    await world.forward(2 * MINUTE)
    await world.work()
    await sponsor.device(address=address)
    assert await reachable(maya) == [False], "an app registers its address whenever it starts"
    if how == "new token":
        await sponsor.put(f"/v1/devices/{device}", {"kind": "fcm", "token": "fresh"})
    else:
        await sponsor.device()
    assert await reachable(maya) == [True]
    assert await maya.inbox("unreachable") == []


async def test_a_second_phone_that_works_is_enough_and_the_ladder_waits_for_it(world: World) -> None:
    maya, sponsor, friend = await world.circle("sponsor", "friend", steps=(1, 2))
    refuses(world, sponsor, Rejected("forbidden"))
    await sponsor.device()
    for _ in range(2):
        await pressed(world, maya)
    assert await reachable(maya) == [True, True]
    await maya.press()
    await world.settle()
    assert await maya.sees_state(sponsor) == "handed"
    assert await friend.pushed() == []


async def test_refusals_of_non_urgent_pushes_do_not_count(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    refuses(world, sponsor, Rejected("invalid_argument"))
    [device] = sponsor.devices
    for _ in range(3):
        await sponsor.post(f"/v1/devices/{device}/test")
        await world.settle()
    assert await reachable(maya) == [True]


async def test_a_refusing_channel_does_not_count_as_reachable(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    maya, sponsor = await world.circle("sponsor", devices=False)
    await world.gives_channel(sponsor)
    assert await reachable(maya) == [True]

    async def not_set_up(_: object) -> Result:
        return Rejected("not_set_up")

    monkeypatch.setattr(world.gateway, "send", not_set_up)
    for _ in range(2):
        await pressed(world, maya)
    assert await reachable(maya) == [False]
    reach_out = await maya.press()
    assert [row["state"] for row in reach_out["recipients"]] == ["unreachable"]
    await world.settle()
    monkeypatch.undo()
    await maya.does("nudge")
    for _ in range(2):
        await world.forward(10 * MINUTE)
        await world.work()
        await world.settle()
    assert await reachable(maya) == [True], "it is still tried, and the first success heals it"


async def test_refusals_of_many_phones_are_reported_to_the_operator(world: World) -> None:
    maya, *members = await world.circle("sponsor", "friend", "fellow")
    refuses(world, members[0], Rejected("invalid_argument"))
    await pressed(world, maya)
    assert await refusal_findings(world) == [], "two others have accepted theirs"
    for member in members:
        refuses(world, member, Rejected("invalid_argument"))
    await world.forward(MINUTE)
    await pressed(world, maya)
    await pressed(world, maya)
    assert await reachable(maya) == [False] * 3, "while nobody can be pushed, nobody is shown as reachable"
    async with world.database.write() as session:
        await session.execute(update(Device).values(refused_at=world.now()))
        await session.commit()
    [finding] = await refusal_findings(world)
    assert finding.startswith("fcm invalid_argument, 3 people, since ")
    for member in members:
        refuses(world, member, Sent())
    await pressed(world, maya)
    assert await refusal_findings(world) == []
    assert await reachable(maya) == [True] * 3


@pytest.mark.parametrize("why", sorted(refusals.OPERATOR_REASONS - {"address_withheld"}))
async def test_a_configuration_refusal_is_reported_at_the_first_phone(world: World, why: str) -> None:
    maya, sponsor, _ = await world.circle("sponsor", "friend")
    refuses(world, sponsor, Rejected(why))
    await pressed(world, maya)
    [finding] = await refusal_findings(world)
    assert finding.startswith(f"fcm {why}, 1 people")


async def refusal_findings(world: World) -> list[str]:
    """Return the details of the auditor's findings about refusals."""
    return [
        finding.detail
        for finding, _ in await world.auditor().audit_once()
        if finding.what is FindingKind.PUSHES_REFUSED
    ]
