"""Signing up with a passkey alone: one field, one ceremony, at most one account."""

import asyncio
import re

import pytest

from tests.standins.authenticator import Authenticator, decoded, encoded
from tests.world.passkeys import joins, sign_in_options, sign_up_options, signs_in, signs_up
from tests.world.person import Person
from tests.world.race import race
from tests.world.world import World

OPTIONS = "/v1/people/passkey/options"


async def test_a_passkey_alone_makes_an_account_and_signs_in_again(world: World) -> None:
    phone = Authenticator()
    options = await sign_up_options(world.here, "  Maya Lee ")
    assert options["user"]["displayName"] == "Maya Lee"
    assert options["excludeCredentials"] == []
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert await world.count("people") == 0, "nothing is kept of it before it is finished"
    reply = await signs_up(world.here, phone.create(options), "Maya Lee", language="es-MX", region="mx", label="Phone")
    assert reply.status_code == 201, reply.text
    assert reply.json().keys() == {"person", "session"}
    maya = Person(world, world.here, "Maya", "", reply.json())
    me = await maya.get("/v1/me")
    assert me["sign_in_name"] == options["user"]["name"], "the name that the phone shows beside the passkey"
    assert re.fullmatch(r"maya-[2-9a-z]{6}", me["sign_in_name"])
    assert (me["display_name"], me["language"], me["region"], me["time_zone"]) == ("Maya Lee", "es", "MX", "UTC")
    assert me["ways_in"] == {"passphrase": False, "passkeys": 1, "recovery_codes": 0}
    [passkey] = (await maya.get("/v1/passkeys"))["items"]
    assert passkey["label"] == "Phone"
    log = (await maya.get("/v1/me/access-log"))["items"]
    assert {(event["kind"], event["about_id"], event["session_id"]) for event in log} == {
        ("signed_up", None, maya.session_id),
        ("passkey_added", passkey["id"], maya.session_id),
    }
    back = await signs_in(world.here, phone.get(await sign_in_options(world.here)))
    assert back.json()["person"] == {"id": maya.id, "display_name": "Maya Lee"}


async def test_the_session_can_be_a_cookie(world: World) -> None:
    credential = Authenticator().create(await sign_up_options(world.here))
    body = {"display_name": "Maya", "credential": credential, "carrier": "cookie"}
    reply = await world.here.http.post("/v1/people/passkey", json=body)
    assert (reply.status_code, reply.json()["session"]["token"]) == (201, None)
    assert "HttpOnly" in reply.headers["set-cookie"]
    assert (await world.here.http.get("/v1/me")).json()["display_name"] == "Maya"


async def test_an_invitation_is_accepted_in_the_same_step(world: World) -> None:
    maya = await world.person("Maya")
    invited = await maya.invites("sponsor")
    ben = await joins(world, Authenticator(), "Ben", invitation_token=invited["url"])
    [member] = await maya.circle()
    assert (member["person"]["id"], member["state"], member["role"]) == (ben.id, "accepted", "sponsor")
    preview = await ben.post("/v1/invitations/preview", {"token": invited["token"]})
    assert preview["accepted"]
    assert preview["words"] == member["words"]


async def test_an_unusable_invitation_uses_up_nothing(world: World) -> None:
    """The link may be used by somebody else during the ceremony: the same passkey then makes the account without it."""
    maya = await world.person("Maya")
    invited = await maya.invites()
    credential = Authenticator().create(await sign_up_options(world.here, "Ben", invitation_token=invited["token"]))
    await maya.delete(f"/v1/invitations/{invited['id']}")
    reply = await signs_up(world.here, credential, "Ben", invitation_token=invited["token"], key="a")
    assert (reply.status_code, reply.json()["type"]) == (404, "/problems/invitation-not-valid")
    assert await world.count("people") == 1
    refused = await world.here.http.post(OPTIONS, json={"display_name": "Ben", "invitation_token": invited["token"]})
    assert (refused.status_code, refused.json()["type"]) == (404, "/problems/invitation-not-valid")
    assert (await signs_up(world.here, credential, "Ben", key="b")).status_code == 201


async def test_a_link_that_is_used_in_the_last_moment_uses_up_nothing(world: World) -> None:
    maya, ana = await world.person("Maya"), await world.person("Ana")
    invited = await maya.invites()
    credential = Authenticator().create(await sign_up_options(world.here, "Ben"))
    ben = signs_up(world.here, credential, "Ben", invitation_token=invited["token"])
    accepting = ana.send("POST", "/v1/invitations/accept", {"token": invited["token"]})
    replies = await asyncio.gather(ben, accepting)
    assert sorted(reply.status_code for reply in replies) == [201, 404]
    assert len(await maya.circle()) == 1
    if replies[0].status_code == 404:
        assert (await signs_up(world.here, credential, "Ben")).status_code == 201


@pytest.mark.parametrize("mode", ["open", "invited", "closed"])
async def test_registration_modes_hold_for_passkeys_too(world: World, mode: str) -> None:
    maya = await world.person("Maya")
    token = (await maya.invites())["token"]
    process = await world.another_process(settings=world.settings.model_copy(update={"registration": mode}))
    begun = await process.http.post(OPTIONS, json={"display_name": "Ben"})
    with_link = await process.http.post(OPTIONS, json={"display_name": "Ben", "invitation_token": token})
    # Where one must be invited, the invitation may be named when it is finished.
    assert (begun.status_code, with_link.status_code) == ((403, 403) if mode == "closed" else (200, 200))
    if mode == "closed":
        assert begun.json()["type"] == "/problems/registration-closed"
    options = [await sign_up_options(world.here, "Ben") for _ in range(2)]
    alone = await signs_up(process, Authenticator().create(options[0]), "Ben")
    invited = await signs_up(process, Authenticator().create(options[1]), "Ben", invitation_token=token)
    expected = {"open": (201, 201), "invited": (403, 201), "closed": (403, 403)}
    assert (alone.status_code, invited.status_code) == expected[mode]


async def test_a_retry_returns_the_same_account_and_session(world: World) -> None:
    maya = await world.person("Maya")
    token = (await maya.invites())["token"]
    credential = Authenticator().create(await sign_up_options(world.here, "Ben"))
    replies = [await signs_up(world.here, credential, "Ben", invitation_token=token, key="k") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert replies[0].json() == replies[1].json()
    assert await world.count("people") == 2
    assert len(await maya.circle()) == 1
    other = await signs_up(world.here, credential, "Bea", invitation_token=token, key="k")
    assert (other.status_code, other.json()["type"]) == (422, "/problems/key-reused")


async def test_two_presses_at_once_make_one_account(world: World) -> None:
    credential = Authenticator().create(await sign_up_options(world.here))
    replies = await race(
        world, "people IN SHARE ROW EXCLUSIVE", *(signs_up(world.here, credential, key="k") for _ in range(2))
    )
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["session"]["token"] for reply in replies}) == 1
    assert (await world.count("people"), await world.count("sessions")) == (1, 1)


async def test_a_retry_that_comes_too_late_leads_to_signing_in(world: World) -> None:
    phone = Authenticator()
    credential = phone.create(await sign_up_options(world.here))
    first = await signs_up(world.here, credential, key="k")
    await world.forward(301)
    for key in ("k", None, "other"):
        late = await signs_up(world.here, credential, key=key)
        assert (late.status_code, late.json()["type"]) == (409, "/problems/already-signed-up"), key
    assert await world.count("people") == 1
    again = await signs_in(world.here, phone.get(await sign_in_options(world.here)))
    assert again.json()["person"] == first.json()["person"]


async def test_only_its_holder_learns_that_a_passkey_has_made_an_account(world: World) -> None:
    phone = Authenticator()
    options = await sign_up_options(world.here)
    await signs_up(world.here, phone.create(options))
    guessed = Authenticator().create(options, phone.credentials[0].id)
    fresh = Authenticator().create(await sign_up_options(world.here), phone.credentials[0].id)
    for credential in (guessed, fresh, Authenticator().create(options)):
        reply = await signs_up(world.here, credential)
        assert (reply.status_code, reply.json()["type"]) == (422, "/problems/passkey-not-accepted")
    assert await world.count("people") == 1
    assert (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).status_code == 201


async def test_one_ceremony_makes_one_account_whoever_finishes_it(world: World) -> None:
    options = await sign_up_options(world.here)
    replies = await race(
        world,
        "people IN SHARE ROW EXCLUSIVE",
        *(signs_up(world.here, Authenticator().create(options)) for _ in range(2)),
    )
    assert sorted(reply.status_code for reply in replies) == [201, 422]
    assert await world.count("people") == 1


async def test_a_ceremony_that_is_begun_twice_can_be_finished_once_each(world: World) -> None:
    first, second = await sign_up_options(world.here), await sign_up_options(world.here)
    assert first["user"]["id"] != second["user"]["id"]
    assert first["user"]["name"] != second["user"]["name"]
    # The one begun later does not end the other: they are of nobody yet, and anybody may be behind each.
    assert (await signs_up(world.here, Authenticator().create(second))).status_code == 201
    assert (await signs_up(world.here, Authenticator().create(first))).status_code == 201


async def test_what_a_browser_reports_counts_as_left_out_where_it_is_unusable(world: World) -> None:
    reported = {"time_zone": "Mars/Olympus", "language": "tlh-Latn@posix", "region": "ZZ"}
    maya = await joins(world, Authenticator(), **reported)
    me = await maya.get("/v1/me")
    assert (me["time_zone"], me["language"], me["region"]) == ("UTC", "en", None)
    ben = await joins(world, Authenticator(), "Ben", time_zone="europe/berlin", language="de_AT.UTF-8", region="at")
    me = await ben.get("/v1/me")
    assert (me["time_zone"], me["language"], me["region"]) == ("Europe/Berlin", "de", "AT")


async def test_nothing_readable_is_stored(world: World) -> None:
    phone = Authenticator()
    maya = await joins(world, phone)
    await sign_up_options(world.here)
    handle = phone.credentials[0].user_handle
    assert maya.id.replace("-", "") not in handle.hex()
    assert len(handle) == len(decoded(encoded(bytes(32))))
    async with world.database.read() as session:
        connection = await session.connection()
        for table in ("people", "passkeys", "passkey_challenges"):
            held = (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()
            assert held
            plain = b"".join(bytes(value) for row in held for value in row if isinstance(value, bytes | memoryview))
            for secret in (b"Maya", maya.sign_in_name.encode(), handle, phone.credentials[0].id):
                assert secret not in plain, table
