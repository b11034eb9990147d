"""A session that ends while it is adding a way in leaves none behind: that may be why it was ended."""

import pytest

from tests.standins.authenticator import Authenticator
from tests.world.passkeys import sign_in_options, signs_in
from tests.world.race import race
from tests.world.world import World

NEW = {"passphrase": "another lantern by the window"}


async def test_no_passkey_is_added_once_a_new_passphrase_has_removed_them(world: World) -> None:
    maya = await world.person("Maya")
    elsewhere = await maya.again()
    phone = Authenticator()
    passkey = phone.create(await elsewhere.post("/v1/passkeys/options", expect=200))
    changed, added = await race(
        world,
        "passkeys IN SHARE ROW EXCLUSIVE",
        maya.send("PUT", "/v1/me/passphrase", NEW),
        elsewhere.send("POST", "/v1/passkeys", {"credential": passkey}),
    )
    assert changed.status_code == 204
    # On SQLite its one writer decides who is first: then the passkey was there, and has been removed.
    assert added.status_code in ({201, 401} if world.sqlite else {401})
    assert (await maya.get("/v1/passkeys"))["items"] == []
    assert (await signs_in(world.here, phone.get(await sign_in_options(world.here)))).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "body"), [("PUT", "/v1/me/passphrase", NEW), ("POST", "/v1/recovery-codes", None)]
)
async def test_a_session_that_was_ended_meanwhile_changes_no_way_in(
    world: World, method: str, path: str, body: dict[str, str] | None
) -> None:
    maya = await world.person("Maya")
    elsewhere = await maya.again()
    # Its sessions are locked before the devices that end with them.
    await elsewhere.device()
    ended, changed = await race(
        world,
        "devices IN SHARE ROW EXCLUSIVE",
        maya.send("DELETE", "/v1/sessions/others"),
        elsewhere.send(method, path, body),
    )
    assert (ended.status_code, changed.status_code) == (204, 401)
    # What opens the account is what opened it before.
    await maya.proves()
