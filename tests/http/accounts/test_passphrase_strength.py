"""Passphrases that are easy to guess: refused where one is chosen, kept where they exist, and hashed anew in time."""

from argon2 import PasswordHasher
from sqlalchemy import select, update

from models import Person as PersonRow
from tests.world.person import Person
from tests.world.world import World

TOO_EASY = "/problems/passphrase-too-easy"


async def test_an_easy_passphrase_makes_no_account(world: World) -> None:
    body = {"sign_in_name": "maya.r", "passphrase": "Maya Rivers 1", "display_name": "Maya Rivers"}
    for easy in ("password", "Maya Rivers 1"):
        reply = await world.here.http.post("/v1/people", json=body | {"passphrase": easy})
        assert (reply.status_code, reply.json()["type"]) == (422, TOO_EASY)
        assert easy not in reply.text
        assert "three or four words" in reply.json()["detail"]
    blank = await world.here.http.post("/v1/people", json=body | {"passphrase": "        "})
    assert (blank.status_code, blank.json()["type"]) == (422, "/problems/invalid")
    made = await world.here.http.post("/v1/people", json=body | {"passphrase": "a lantern by the window"})
    assert made.status_code == 201, "nothing was made before"


async def test_an_easy_passphrase_replaces_none(world: World) -> None:
    maya = await world.person("Maya")
    for easy in ("password", f"{maya.sign_in_name} 1", "Maya Maya 12"):
        refused = await maya.put("/v1/me/passphrase", {"passphrase": easy}, expect=422)
        assert refused["type"] == TOO_EASY
    await maya.again()


async def test_who_it_is_is_asked_before_the_body_is_read(world: World) -> None:
    maya = await world.person("Maya")
    nobody = await world.here.http.put("/v1/me/passphrase", json={"passphrase": 7})
    assert nobody.status_code == 401
    await world.forward(301)
    assert (await maya.put("/v1/me/passphrase", {"passphrase": "x"}, expect=403))["type"] == "/problems/proof-needed"


async def _recover(maya: Person, code: str, passphrase: str) -> tuple[int, str]:
    body = {"sign_in_name": maya.sign_in_name, "recovery_code": code, "new_passphrase": passphrase}
    reply = await maya.process.http.post("/v1/sessions/recovery", json=body)
    return reply.status_code, reply.json().get("type", "")


async def test_recovery_says_so_to_whoever_has_the_code_alone_and_keeps_the_code(world: World) -> None:
    maya = await world.person("Riversong")
    code = maya.recovery_codes[0]
    for _ in range(12):
        assert await _recover(maya, code, "Riversong 1") == (422, TOO_EASY), "a refusal is no guess"
    assert (await _recover(maya, "0000-0000-0000-0000", "Riversong 1"))[0] == 401
    assert (await _recover(maya, "0000-0000-0000-0000", "password"))[0] == 401
    assert (await _recover(maya, code, "a new lantern"))[0] == 201


async def test_an_existing_easy_passphrase_still_opens_and_is_hashed_anew(world: World) -> None:
    """Parameters rise, and so does what is asked of new passphrases; neither locks anybody out."""
    maya = await world.person("Maya")
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1)
    world.here.context.passphrases._hasher = PasswordHasher(time_cost=2, memory_cost=32, parallelism=1)
    async with world.here.database.write() as session:
        await session.execute(update(PersonRow).values(passphrase_hash=weak.hash("password")))
        await session.commit()
    maya.passphrase = "password"
    await maya.again()
    async with world.here.database.read() as session:
        renewed = (await session.execute(select(PersonRow.passphrase_hash))).scalar_one()
    assert "m=32,t=2," in str(renewed)
    await maya.again()
    async with world.here.database.read() as session:
        assert (await session.execute(select(PersonRow.passphrase_hash))).scalar_one() == renewed, "once"
