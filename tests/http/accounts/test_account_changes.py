"""Who is told of a change of an account, device by device: the person's other devices, once a minute, and nobody else."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.http.accounts.test_access_log import kinds
from tests.standins.authenticator import Authenticator
from tests.world.passkeys import adds, sign_in_options, signs_in
from tests.world.person import Person
from tests.world.world import World

TOLD = "account_changed"
MINUTE = 60
DAY = 24 * 3600


@dataclass
class Account:
    """Maya's phone, on which something is done, her tablet, and two people of hers."""

    phone: Person
    tablet: Person
    friend: Person
    other: Person
    authenticator: Authenticator
    passkey: str
    newcomer: str
    channel: str


@pytest.fixture
async def account(world: World) -> Account:
    maya, friend, other = await world.circle("friend", "friend")
    await maya.device()
    tablet = await maya.again()
    await tablet.device()
    authenticator = Authenticator()
    passkey = await adds(maya, authenticator)
    await friend.welcomes(maya)
    invited = await maya.invites()
    newcomer = await (await world.person()).post("/v1/invitations/accept", {"token": invited["token"]}, expect=201)
    await world.gives_channel(maya)
    [channel] = (await maya.get("/v1/channels"))["items"]
    await world.passes(2 * MINUTE)
    await maya.proves()
    world.transport.handed.clear()
    return Account(maya, tablet, friend, other, authenticator, passkey["id"], newcomer["id"], channel["id"])


async def _signs_in(it: Account) -> Any:
    return await it.phone.again()


async def _signs_in_with_passkey(it: Account) -> Any:
    here = it.phone.process
    return await signs_in(here, it.authenticator.get(await sign_in_options(here)))


Act = Callable[[Account], Awaitable[Any]]
ANNOUNCED: dict[str, Act] = {
    "passphrase_changed": lambda it: it.phone.put("/v1/me/passphrase", {"passphrase": "another lantern"}, expect=204),
    "codes_renewed": lambda it: it.phone.post("/v1/recovery-codes", expect=201),
    "passkey_added": lambda it: adds(it.phone, Authenticator()),
    "passkey_removed": lambda it: it.phone.delete(f"/v1/passkeys/{it.passkey}"),
    "device_added": lambda it: it.phone.device(),
    "device_removed": lambda it: it.phone.delete(f"/v1/devices/{next(iter(it.phone.devices))}"),
    "channel_removed": lambda it: it.phone.delete(f"/v1/channels/{it.channel}"),
    "exported": lambda it: it.phone.get("/v1/me/export"),
    "number_changed": lambda it: it.phone.patch("/v1/me", {"contact": "+14155550100"}),
    "member_confirmed": lambda it: it.phone.post(f"/v1/circle/{it.newcomer}/confirm", expect=200),
}
QUIET: dict[str, tuple[str | None, Act]] = {
    "block": ("blocked", lambda it: it.phone.post("/v1/blocks", {"person_id": it.other.id}, expect=201)),
    "remove": ("member_removed", lambda it: it.phone.delete(f"/v1/circle/{it.other.places[it.phone.id]}")),
    "change": (
        "member_changed",
        lambda it: it.phone.patch(f"/v1/circle/{it.other.places[it.phone.id]}", {"role": "sponsor"}),
    ),
    "leave": ("circle_left", lambda it: it.phone.delete(f"/v1/supporting/{it.phone.places[it.friend.id]}")),
    "mute": (
        None,
        lambda it: it.phone.patch(
            f"/v1/supporting/{it.phone.places[it.friend.id]}", {"muted_until": "2026-04-01T00:00:00Z"}
        ),
    ),
    "hours": (
        "hours_changed",
        lambda it: it.phone.patch("/v1/me", {"hours": [{"day": 0, "from": "08:00", "to": "20:00"}]}),
    ),
    "wake": ("hours_changed", lambda it: it.phone.patch("/v1/me", {"wake_me": True})),
    "the same hours": (None, lambda it: it.phone.patch("/v1/me", {"hours": None, "wake_me": False})),
    "ladder": ("ladder_changed", lambda it: it.phone.put("/v1/circle/ladder", {"ladder": [0, 45, 90, 180]})),
    "plan": (None, lambda it: it.phone.put("/v1/me/plan", {"signs": ["tired"]}, expect=200)),
    "invite": ("member_invited", lambda it: it.phone.invites()),
    "its own new address": (
        "device_added",
        lambda it: it.phone.put(f"/v1/devices/{next(iter(it.phone.devices))}", {"kind": "fcm", "token": "renewed"}),
    ),
    "proof": (None, lambda it: it.phone.proves()),
    "wrong proof": (
        "proof_failed",
        lambda it: it.phone.post("/v1/sessions/current/proof", {"passphrase": "wrong"}, expect=401),
    ),
    "sign out": ("signed_out", lambda it: it.phone.delete("/v1/sessions/current")),
    "sign out elsewhere": ("signed_out", lambda it: it.phone.delete("/v1/sessions/others")),
    "press": (None, lambda it: it.phone.press()),
}


async def told(person: Person) -> int:
    return len(await person.pushes(TOLD))


@pytest.mark.parametrize("kind", ANNOUNCED)
async def test_the_other_device_is_told_and_the_one_in_hand_is_not(world: World, account: Account, kind: str) -> None:
    before = await kinds(account.phone)
    await ANNOUNCED[kind](account)
    await world.settle()
    assert (await told(account.tablet), await told(account.phone)) == (1, 0)
    assert [await person.pushed() for person in (account.friend, account.other)] == [[], []]
    assert await account.phone.inbox(TOLD) == []
    events = await kinds(account.phone)
    assert [event for event in events if event != "passkey_removed" or kind == event].count(kind) == before.count(
        kind
    ) + 1


@pytest.mark.parametrize("what", QUIET)
async def test_this_is_told_to_no_device(world: World, account: Account, what: str) -> None:
    kind, act = QUIET[what]
    before = await kinds(account.tablet) if what != "sign out elsewhere" else await kinds(account.phone)
    await act(account)
    await world.passes(2 * MINUTE)
    assert (await told(account.tablet), await told(account.phone)) == (0, 0)
    watcher = account.phone if what == "sign out elsewhere" else account.tablet
    if kind == "blocked":
        await watcher.proves()
    after = await kinds(watcher)
    assert len(after) == len(before) + (kind is not None)
    assert kind is None or kind in after


@pytest.mark.parametrize("act", [_signs_in, _signs_in_with_passkey])
async def test_a_sign_in_is_told_to_every_device_there_was(world: World, account: Account, act: Act) -> None:
    await act(account)
    assert (await told(account.tablet), await told(account.phone)) == (1, 1)


async def test_a_phone_that_registers_after_its_sign_in_is_part_of_it(world: World, account: Account) -> None:
    new = await account.phone.again()
    await world.forward(MINUTE - 1)
    await new.device()
    await world.passes(2 * MINUTE)
    assert (await told(account.tablet), await told(account.phone), await told(new)) == (1, 1, 0)
    await new.device()
    assert (await told(account.tablet), await told(account.phone), await told(new)) == (2, 2, 0)


async def test_a_zone_that_moves_ones_hours_stands_in_the_log(account: Account) -> None:
    """Whoever holds the unlocked phone could move the hours to where they hold a supporter's calls back."""
    await account.phone.patch("/v1/me", {"time_zone": "Pacific/Auckland"})
    assert "hours_changed" not in await kinds(account.phone)
    await account.phone.patch("/v1/me", {"hours": [{"day": 0, "from": "08:00", "to": "20:00"}]})
    for zone in ("Europe/Berlin", "Europe/Berlin"):
        await account.phone.patch("/v1/me", {"time_zone": zone})
    assert (await kinds(account.phone)).count("hours_changed") == 2


async def test_another_address_in_the_place_of_a_device_is_told_like_a_new_one(world: World, account: Account) -> None:
    """Whoever holds the unlocked phone could put a phone of theirs in the place of the tablet, which falls silent."""
    third = await account.phone.again()
    await third.device()
    await world.passes(2 * MINUTE)
    world.transport.handed.clear()
    [tablet] = account.tablet.devices
    await account.phone.put(f"/v1/devices/{tablet}", {"kind": "fcm", "token": "another"}, expect=200)
    assert (await told(third), await told(account.phone)) == (1, 0)
    assert (await kinds(account.phone))[-1] == "device_added"


async def test_the_push_says_nothing_and_opens_the_page(world: World, account: Account) -> None:
    await account.phone.patch("/v1/me", {"contact": "+14155550100"})
    [push] = await account.tablet.pushes(TOLD)
    assert push.push.body == "Something about your account was changed."
    assert push.push.data["url"] == "/#/settings/devices"
    assert not push.push.urgent
    assert "4155550100" not in str(push.push)


async def test_a_new_passphrase_is_told_to_devices_that_it_signs_out(world: World, account: Account) -> None:
    await account.phone.put("/v1/me/passphrase", {"passphrase": "another lantern"}, expect=204)
    await account.tablet.get("/v1/me", expect=401)
    assert (await told(account.tablet), await told(account.phone)) == (1, 0)
    # That was the last thing they hear.
    await account.phone.post("/v1/recovery-codes", expect=201)
    await account.phone.press()
    await world.passes(2 * MINUTE)
    assert await account.tablet.pushed() == [TOLD]


async def test_a_recovery_is_told_to_every_device_and_their_addresses_go_within_a_day(
    world: World, account: Account
) -> None:
    body = {
        "sign_in_name": account.phone.sign_in_name,
        "recovery_code": account.phone.recovery_codes[0],
        "new_passphrase": "another lantern",
    }
    reply = await world.here.http.post("/v1/sessions/recovery", json=body)
    assert reply.status_code == 201
    assert (await told(account.tablet), await told(account.phone)) == (1, 1)
    addresses = "SELECT count(*) FROM devices WHERE address IS NOT NULL AND disabled_at IS NOT NULL"
    assert await _count(world, addresses) == 2
    await world.forward(DAY)
    assert (await world.purge().run())["devices"] == 2
    assert await _count(world, addresses) == 0


async def test_a_plain_sign_out_forgets_the_address_at_once(world: World, account: Account) -> None:
    await account.phone.delete("/v1/sessions/others")
    assert (
        await _count(world, "SELECT count(*) FROM devices WHERE address IS NOT NULL AND disabled_at IS NOT NULL") == 0
    )


async def _count(world: World, statement: str) -> int:
    async with world.database.read() as session:
        connection = await session.connection()
        return int((await connection.exec_driver_sql(statement)).scalar_one())


async def test_many_changes_in_a_minute_are_one_push_and_none_stays_untold(world: World, account: Account) -> None:
    for number in range(5):
        await account.phone.patch("/v1/me", {"contact": f"+1415555010{number}"})
    await world.work()
    assert await told(account.tablet) == 1
    await world.passes(MINUTE - 1)
    assert await told(account.tablet) == 1
    # What came after the first push is told once the minute is over, together.
    await world.passes(2)
    assert await told(account.tablet) == 2
    await world.passes(10 * MINUTE)
    assert await told(account.tablet) == 2
    assert (await kinds(account.phone)).count("number_changed") == 5


async def test_concurrent_changes_are_one_push(world: World, account: Account) -> None:
    numbers = [account.phone.patch("/v1/me", {"contact": f"+1415555010{number}"}) for number in range(6)]
    await asyncio.gather(*numbers)
    await world.settle()
    assert await told(account.tablet) == 1


async def test_nobody_is_pushed_where_there_is_no_other_device(world: World) -> None:
    maya = await world.person("Maya")
    await maya.device()
    before = await world.count("notices")
    await maya.patch("/v1/me", {"contact": "+14155550100"})
    assert await maya.pushed() == []
    assert await world.count("notices") == before


async def test_a_device_that_was_removed_meanwhile_is_not_pushed(world: World, account: Account) -> None:
    world.transport.flowing.clear()
    await account.phone.patch("/v1/me", {"contact": "+14155550100"})
    await account.phone.patch("/v1/me", {"contact": "+14155550101"})
    world.transport.flowing.set()
    await world.settle()
    await account.tablet.delete("/v1/sessions/current")
    await world.passes(2 * MINUTE)
    assert await told(account.tablet) == 1
