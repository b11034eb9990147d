"""Sign-ups with a passkey that are refused: forged, crossed, late, too many."""

from collections.abc import Callable

import pytest

from tests.standins.authenticator import Authenticator, encoded
from tests.world.passkeys import sign_in_options, sign_up_options, signs_in, signs_up
from tests.world.world import World

OPTIONS = "/v1/people/passkey/options"

Forgery = Callable[[Authenticator], None]


def with_wrong_origin(phone: Authenticator) -> None:
    phone.origin = "https://elsewhere.example"


def with_wrong_rp_id(phone: Authenticator) -> None:
    phone.rp_id = "elsewhere.example"


def without_user_verification(phone: Authenticator) -> None:
    phone.verified = False


@pytest.mark.parametrize("forge", [with_wrong_origin, with_wrong_rp_id, without_user_verification])
async def test_a_forged_passkey_makes_nothing(world: World, forge: Forgery) -> None:
    phone = Authenticator()
    forge(phone)
    reply = await signs_up(world.here, phone.create(await sign_up_options(world.here)))
    assert (reply.status_code, reply.json()["type"]) == (422, "/problems/passkey-not-accepted")
    assert await world.count("people") == 0


async def test_a_challenge_is_for_one_purpose(world: World) -> None:
    maya = await world.person("Maya")
    options = await sign_up_options(world.here)
    adding, signing_in = await maya.post("/v1/passkeys/options", expect=200), await sign_in_options(world.here)
    for challenge in (adding["challenge"], signing_in["challenge"], encoded(bytes(32))):
        reply = await signs_up(world.here, Authenticator().create(options | {"challenge": challenge}))
        assert reply.status_code == 422, challenge
    crossed = Authenticator().create(adding | {"challenge": options["challenge"]})
    await maya.post("/v1/passkeys", {"credential": crossed}, expect=422)
    phone = Authenticator()
    credential = phone.create(options)
    assert (await signs_in(world.here, phone.get(options))).status_code == 401
    # None of these attempts has used it up.
    assert (await signs_up(world.here, credential)).status_code == 201


async def test_a_challenge_expires(world: World) -> None:
    options = await sign_up_options(world.here)
    await world.forward(301)
    assert (await signs_up(world.here, Authenticator().create(options))).status_code == 422
    unanswered = await sign_up_options(world.here)
    await world.forward(301)
    assert unanswered["timeout"] == 300_000
    assert (await world.purge().run())["passkey_challenges"] == 1


UNUSABLE: list[tuple[str, object]] = [
    ("display_name", ""),
    ("display_name", "\u202eayaM"),
    ("display_name", "x" * 61),
    ("credential", None),
    ("credential", {"id": "x"}),
    ("carrier", "pigeon"),
    ("label", " \u200b "),
    ("sign_in_name", "maya"),
]


async def test_invalid_fields_are_named(world: World) -> None:
    good = {"display_name": "Maya", "credential": Authenticator().create(await sign_up_options(world.here))}
    for field, value in UNUSABLE:
        reply = await world.here.http.post("/v1/people/passkey", json=good | {field: value})
        assert (reply.status_code, reply.json()["type"]) == (422, "/problems/invalid"), (field, value)
        assert all(error["at"].startswith(f"body.{field}") for error in reply.json()["errors"])
    reply = await world.here.http.post(OPTIONS, json={"display_name": "\u200b"})
    assert reply.json()["errors"][0]["at"] == "body.display_name"
    assert (await world.here.http.post("/v1/people/passkey", json=good)).status_code == 201


async def test_sign_ups_with_a_passkey_count_like_all_others(world: World) -> None:
    process = await world.another_process(settings=world.settings.model_copy(update={"sign_ups": 3}))
    body = {"sign_in_name": "first", "passphrase": "a lantern by the window", "display_name": "First"}
    assert (await process.http.post("/v1/people", json=body)).status_code == 201
    for _ in range(2):
        assert (await signs_up(process, Authenticator().create(await sign_up_options(process)))).status_code == 201
    credential = Authenticator().create(await sign_up_options(process))
    refused = await signs_up(process, credential)
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-tries")
    assert (await process.http.post("/v1/people", json=body | {"sign_in_name": "last"})).status_code == 429
    # With an invitation only the link counts, and what was refused can be sent again.
    maya = await world.person("Maya")
    invited = await maya.invites()
    assert (await signs_up(process, credential, invitation_token=invited["token"])).status_code == 201


async def test_beginning_is_limited_by_place(world: World) -> None:
    for _ in range(100):
        assert (await world.here.http.post(OPTIONS, json={"display_name": "Maya"})).status_code == 200
    refused = await world.here.http.post(OPTIONS, json={"display_name": "Maya"})
    assert (refused.status_code, refused.json()["type"]) == (429, "/problems/too-many-tries")


async def test_passkeys_that_are_not_offered_make_no_account(world: World) -> None:
    settings = world.settings.model_copy(update={"public_url": "http://192.0.2.7"})
    process = await world.another_process(settings=settings)
    credential = Authenticator().create(await sign_up_options(world.here))
    for path, body in (
        (OPTIONS, {"display_name": "Maya"}),
        ("/v1/people/passkey", {"display_name": "Maya", "credential": credential}),
    ):
        reply = await process.http.post(path, json=body)
        assert (reply.status_code, reply.json()["type"]) == (409, "/problems/passkeys-not-offered")
