"""A guest who would like the app: an account with a passphrase or with a passkey alone, for a fresh code."""

from tests.channels.gateways import ChannelWorld
from tests.guests.guest import Guest, guest_of, says_yes
from tests.standins.authenticator import Authenticator
from tests.world.passkeys import sign_in_options, signs_in
from tests.world.race import race

ACCOUNT = "/v1/me/account"
OPTIONS = "/v1/me/account/options"


async def code_of(world: ChannelWorld) -> tuple[Guest, str]:
    maya = await world.person("Maya")
    guest = await guest_of(world, maya)
    return guest, await guest.fresh_code()


async def test_an_account_may_be_made_with_a_passkey_alone(world: ChannelWorld) -> None:
    guest, code = await code_of(world)
    phone = Authenticator()
    options = await guest.ask("POST", OPTIONS)
    assert options["user"]["displayName"] == "Uncle Sam"
    made = await guest.ask("POST", ACCOUNT, {"code": code, "credential": phone.create(options)}, 201)
    assert made["recovery_codes"] == []
    guest.token = made["session"]["token"]
    me = await guest.ask("GET", "/v1/me")
    assert me["sign_in_name"] == options["user"]["name"] != "Uncle Sam"
    assert me["ways_in"] == {"passphrase": False, "passkeys": 1, "recovery_codes": 0}
    reply = await signs_in(world.here, phone.get(await sign_in_options(world.here)))
    assert reply.status_code == 201


async def test_a_passkey_that_answers_nothing_is_refused_and_the_code_stays_good(world: ChannelWorld) -> None:
    guest, code = await code_of(world)
    phone = Authenticator()
    earlier = phone.create(await guest.ask("POST", OPTIONS))
    options = await guest.ask("POST", OPTIONS)
    refused = await guest.ask("POST", ACCOUNT, {"code": code, "credential": earlier}, 422)
    assert refused["type"] == "/problems/passkey-not-accepted"
    wrong = {"code": f"{(int(code) + 1) % 1_000_000:06}", "credential": phone.create(options)}
    assert (await guest.ask("POST", ACCOUNT, wrong, 422))["guesses_left"] == 4
    await guest.ask("POST", ACCOUNT, {"code": code, "credential": wrong["credential"]}, 422)
    fresh = phone.create(await guest.ask("POST", OPTIONS))
    await guest.ask("POST", ACCOUNT, {"code": code, "credential": fresh}, 201)


async def test_one_whole_way_in_is_asked_for(world: ChannelWorld) -> None:
    guest, code = await code_of(world)
    for body in ({}, {"sign_in_name": "uncle.sam"}, {"passphrase": "a lantern by the window"}):
        refused = await guest.ask("POST", ACCOUNT, {"code": code, **body}, 422)
        assert refused["type"] == "/problems/invalid"
    body = {"code": code, "sign_in_name": "uncle.sam", "passphrase": "a lantern by the window"}
    await guest.ask("POST", ACCOUNT, body, 201)


async def test_an_invitation_that_is_not_taken_up_makes_no_account(world: ChannelWorld) -> None:
    """One link would make any number of accounts, also where only the invited may have one."""
    maya = await world.person("Maya")
    guest = await says_yes(world, maya)
    await world.settle()
    code = world.gateways.code(guest.kind, guest.address)
    body = {"code": code, "sign_in_name": "uncle.sam", "passphrase": "a lantern by the window"}
    await guest.ask("POST", ACCOUNT, body, 404)
    await guest.ask("POST", OPTIONS, expect=404)
    # The code is good for what it was sent for.
    await guest.confirms()
    assert len(await maya.circle()) == 1


async def test_nobody_else_is_a_guest(world: ChannelWorld) -> None:
    maya = await world.person("Maya")
    for path in (OPTIONS, "/v1/me/code"):
        await maya.post(path, expect=404)
    body = {"code": "123456", "sign_in_name": "maya.two", "passphrase": "a lantern by the window"}
    await maya.post(ACCOUNT, body, expect=404)
    reply = await world.here.http.post(ACCOUNT, json=body)
    assert reply.status_code == 401


async def test_a_name_that_somebody_takes_in_the_same_moment_is_taken_and_the_code_stays_good(
    world: ChannelWorld,
) -> None:
    guest, code = await code_of(world)
    body = {"sign_in_name": "uncle.sam", "passphrase": "a lantern by the window"}
    signed_up, made = await race(
        world,
        "sessions IN SHARE ROW EXCLUSIVE",
        world.here.http.post("/v1/people", json={**body, "display_name": "Sam"}),
        guest.send("POST", ACCOUNT, {**body, "code": code}),
    )
    # On SQLite whoever's passphrase is hashed first has the name.
    assert {signed_up.status_code, made.status_code} == {201, 409}
    if made.status_code == 409:
        assert made.json()["type"] == "/problems/name-taken"
        await guest.ask("POST", ACCOUNT, {**body, "code": code, "sign_in_name": "sam.uncle"}, 201)


async def test_two_guests_with_the_same_passkey_in_the_same_moment(world: ChannelWorld) -> None:
    guest, code = await code_of(world)
    ben = await world.person("Ben")
    other = await guest_of(world, ben, "email")
    bodies = [
        {"code": one_code, "credential": Authenticator().create(await one.ask("POST", OPTIONS), b"the same" * 4)}
        for one, one_code in ((guest, code), (other, await other.fresh_code()))
    ]
    replies = await race(
        world,
        "passkeys IN SHARE ROW EXCLUSIVE",
        *(one.send("POST", ACCOUNT, body) for one, body in zip((guest, other), bodies, strict=True)),
    )
    assert sorted(reply.status_code for reply in replies) == [201, 422]
