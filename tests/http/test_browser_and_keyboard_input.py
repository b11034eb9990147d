"""Values that browsers report and keyboards produce: unknown ones refuse nobody, different spellings are the same."""

from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import select, update

import models
from core.passphrases import Match
from tests.world.person import PASSPHRASE
from tests.world.world import World

MAYA = {"sign_in_name": "maya", "passphrase": PASSPHRASE, "display_name": "Maya"}
UNKNOWN_ZONES: list[object] = ["Etc/Unknown", "Mars/Olympus", "GMT+0200", "", None, 7, ["UTC"], "x" * 99]
UNKNOWN_REGIONS: list[object] = ["ZZ", "419", "", None, 7, {}, "Atlantis", "\u202eGB"]
UNKNOWN_LANGUAGES: list[object] = ["C", "English", "", None, 7, [], "tlh", "en-US@posix", "zh_Hans", "-"]
REPORTED: list[tuple[str, object, object]] = [
    *(("time_zone", value, "UTC") for value in UNKNOWN_ZONES),
    ("time_zone", "US/Pacific", "US/Pacific"),
    ("time_zone", "Asia/Calcutta", "Asia/Calcutta"),
    ("time_zone", "europe/berlin", "Europe/Berlin"),
    *(("region", value, None) for value in UNKNOWN_REGIONS),
    ("region", "UK", "GB"),
    ("region", "el", "GR"),
    ("region", "USA", "US"),
    *(("language", value, "en") for value in UNKNOWN_LANGUAGES),
    ("language", "es-419", "es"),
    ("language", "es_MX.UTF-8", "es"),
    ("language", "DE-AT", "de"),
]


async def test_unknown_zone_region_or_language_never_prevents_a_sign_up(world: World) -> None:
    for field, value, kept in REPORTED:
        fields: dict[str, Any] = {field: value}
        somebody = await world.person(**fields)
        assert (await somebody.get("/v1/me"))[field] == kept, (field, value)


async def test_a_passphrase_works_from_every_keyboard(world: World) -> None:
    composed, decomposed = "caf\u00e9 am Fluss", "cafe\u0301 am Fluss"
    maya = await world.person("Maya", passphrase=decomposed)
    name = maya.sign_in_name.capitalize()
    for typed in (composed, decomposed, f" {composed}", composed.replace(" ", "\u00a0")):
        reply = await world.here.http.post("/v1/sessions", json={"sign_in_name": f"{name} ", "passphrase": typed})
        assert reply.status_code == 201, typed
        await maya.post("/v1/sessions/current/proof", {"passphrase": typed}, expect=200)
    await maya.put("/v1/me/passphrase", {"passphrase": "\uff4e\uff45\uff57 light\u3000here"}, expect=204)
    maya.passphrase = "new light here"
    await maya.again()
    typed = f" {maya.recovery_codes[0].lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')}\n"
    body = {"sign_in_name": f" {name}", "recovery_code": typed, "new_passphrase": decomposed}
    assert (await world.here.http.post("/v1/sessions/recovery", json=body)).status_code == 201
    maya.passphrase = composed
    await maya.again()
    long = "Quitte Laterne Hafen Moor " + "\u1112\u1161\u11ab" * 224
    await (await world.person("Ana", passphrase=long)).post(
        "/v1/sessions/current/proof", {"passphrase": long}, expect=200
    )
    for short in ("\ufb03" * 2 + " ", "1234567 ", "\u200b" * 20 + "seven77"):
        reply = await world.here.http.post("/v1/people", json=MAYA | {"passphrase": short})
        assert (reply.status_code, reply.json()["errors"][0]["at"]) == (422, "body.passphrase")


async def test_a_hash_of_an_earlier_release_works_and_is_replaced(world: World) -> None:
    typed = "cafe\u0301 am Fluss"
    maya = await world.person("Maya")
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    async with world.database.write() as session:
        await session.execute(update(models.Person).values(passphrase_hash=hasher.hash(typed)))
        await session.commit()
    for passphrase in (typed, "caf\u00e9 am Fluss"):
        maya.passphrase = passphrase
        await maya.again()
    [(held,)] = await world.rows(select(models.Person.passphrase_hash))
    assert await world.here.context.passphrases.matches(held, typed) is Match.CURRENT
