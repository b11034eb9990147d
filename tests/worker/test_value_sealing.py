"""Needs, feelings and reflections are ciphertext: as this release writes them, and after it has found an older one's."""

from collections.abc import Mapping
from itertools import combinations, product
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select, update

from core.encryption import Vault
from models import Base, CheckIn, ReachOut, Reflection
from models.enums import Halt, Need
from rules.sealed_values import ALL_SEALED_VALUES, FEELING, NEED, REFLECTION, SealedValues
from tests.world.person import Person
from tests.world.world import World, without_the_master_key
from worker.value_sealing import ValueSealer

SAID: Mapping[type[Base], Mapping[str, Any]] = {
    ReachOut: {"need": "urge"},
    CheckIn: {"feeling": 1, "halt": ["lonely", "tired"]},
    Reflection: {"seen": 3, "safe": 0, "soothed": None},
}


def sealing(world: World, **options: Any) -> ValueSealer:
    return ValueSealer(world.database, world.clock, world.keyring, **options)


async def live(maya: Person, sponsor: Person) -> None:
    """Say everything that is sealed: in a press, in how it felt, and in a check-in that the sponsor may see."""
    pressed = await maya.press(need="urge")
    await sponsor.answer("calling")
    await maya.close()
    await maya.post(f"/v1/reach-outs/{pressed['id']}/reflection", {"seen": 3, "safe": 0})
    await maya.post("/v1/check-ins", {**SAID[CheckIn], "share_with": [sponsor.places[maya.id]]}, expect=201)


async def is_read(maya: Person, sponsor: Person) -> None:
    """Assert that both read what they may read."""
    for person in (maya, sponsor):
        assert (await person.reach_out())["need"] == "urge"
        [check_in] = (await person.get("/v1/check-ins"))["items"]
        assert (check_in["feeling"], check_in["halt"]) == (1, ["lonely", "tired"])
    [reflection] = (await maya.get("/v1/reflections"))["items"]
    assert [reflection[name] for name in REFLECTION.names] == [3, 0, None]
    [felt] = (await maya.get("/v1/connections"))["felt"]
    assert (felt["seen"], felt["safe"], felt["soothed"]) == (3, 0, None)
    await maya.proves()
    export = await maya.get("/v1/me/export")
    for name, model in (("reach_outs", ReachOut), ("check_ins", CheckIn), ("reflections", Reflection)):
        [row] = export[name]
        assert {key: row[key] for key in SAID[model]} == SAID[model]


async def stored(world: World, values: SealedValues) -> Any:
    [row] = await world.rows(select(*values.columns))
    return row


async def older_release(world: World) -> None:
    """Store everything readable, as the release before this one does."""
    async with world.database.write() as session:
        for values in ALL_SEALED_VALUES:
            given = {name: value for name, value in SAID[values.model].items() if value is not None}
            await session.execute(update(values.model).values(**given, **{values.sealed: None}))
        await session.commit()


async def test_needs_feelings_and_reflections_are_stored_sealed(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await live(maya, sponsor)
    for values in ALL_SEALED_VALUES:
        row = await stored(world, values)
        assert [getattr(row, name) for name in values.names] == [None] * len(values.names)
        assert getattr(row, values.sealed)
    await is_read(maya, sponsor)
    assert await sealing(world).run() == 0


async def test_what_an_older_release_stored_is_read_sealed_and_emptied(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await live(maya, sponsor)
    await older_release(world)
    await is_read(maya, sponsor)
    assert await sealing(world).run() == 3
    for values in ALL_SEALED_VALUES:
        row = await stored(world, values)
        assert not any(getattr(row, name) is not None for name in values.names)
    await is_read(maya, sponsor)
    assert await sealing(world).run() == 0


async def test_the_later_word_prevails_whichever_release_wrote_it(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    pressed = await maya.press(need="talk")
    await world.set(need="lonely")
    assert (await sponsor.reach_out())["need"] == "lonely", "an older process took the second press"
    await sponsor.answer("calling")
    assert (await maya.reach_out())["need"] == "lonely", "saving something else keeps it"
    await world.forward(40)
    assert (await maya.press(need="company", expect=200))["need"] == "company"
    assert (await stored(world, NEED)).need is None
    assert (await maya.press(expect=200))["need"] == "company", "a press that names none keeps it"
    await maya.close()
    await maya.post(f"/v1/reach-outs/{pressed['id']}/reflection", {"seen": 3, "safe": 0})
    async with world.database.write() as session:
        await session.execute(update(Reflection).values(seen=1))
        await session.commit()
    assert await sealing(world).run() == 1
    felt = await maya.post(f"/v1/reach-outs/{pressed['id']}/reflection", {"soothed": 2})
    assert felt == {"seen": 1, "safe": 0, "soothed": 2}


class KilledError(Exception):
    pass


async def test_a_sealing_that_is_killed_goes_on_where_it_was(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    for feeling in range(4):
        await maya.post("/v1/check-ins", {"feeling": feeling}, expect=201)
    rows = await world.rows(select(CheckIn.id, CheckIn.sealed_feeling).order_by(CheckIn.id))
    async with world.database.write() as session:
        for feeling, row in enumerate(rows):
            await session.execute(
                update(CheckIn).where(CheckIn.id == row.id).values(feeling=feeling, sealed_feeling=None)
            )
        await session.commit()

    async def kill(_: float) -> None:
        raise KilledError

    with pytest.raises(KilledError):
        await sealing(world, batch=2, pause=kill).run()
    left = await world.rows(select(CheckIn.feeling).order_by(CheckIn.id))
    assert [row.feeling for row in left] == [None, None, 2, 3]
    assert [row["feeling"] for row in (await maya.get("/v1/check-ins"))["items"]] == [3, 2, 1, 0]
    assert await sealing(world, batch=2).run() == 2
    assert [row["feeling"] for row in (await maya.get("/v1/check-ins"))["items"]] == [3, 2, 1, 0]


@pytest.mark.promise(10)
async def test_a_lost_key_withholds_a_need_and_never_an_alarm(world: World) -> None:
    maya, sponsor = await world.circle("sponsor")
    await live(maya, sponsor)
    await world.settle()
    await older_release(world)
    broken = await world.another_process(without_the_master_key(world.keyring))
    assert await ValueSealer(world.database, world.clock, without_the_master_key(world.keyring)).run() == 0
    maya.process = sponsor.process = broken
    # What cannot be kept is refused instead of lost; a press is neither.
    await maya.post("/v1/check-ins", {"feeling": 0}, expect=503)
    await maya.post(f"/v1/reach-outs/{world.reach_out}/reflection", {"seen": 0}, expect=503)
    pressed = await maya.press(need="urge")
    assert pressed["need"] is None
    assert (await sponsor.pushed())[-1] == "reach_out"


def every_value() -> list[tuple[SealedValues, dict[str, Any]]]:
    halts = [list(some) for count in range(len(Halt) + 1) for some in combinations(map(str, Halt), count)]
    ratings = product((None, 0, 3), repeat=3)
    return [
        *((NEED, {"need": str(need)}) for need in Need),
        *((FEELING, {"feeling": feeling, "halt": halt}) for feeling in (None, *range(5)) for halt in halts),
        *((REFLECTION, dict(zip(REFLECTION.names, given, strict=True))) for given in ratings),
    ]


def test_the_length_of_a_sealed_value_tells_nothing() -> None:
    vault = Vault(AESGCM(AESGCM.generate_key(256)))
    sealed = [values.seal(vault, uuid4(), said) for values, said in every_value()]
    assert len({len(ciphertext) for ciphertext in sealed if ciphertext is not None}) == 1
    assert sealed.count(None) == 2, "only where nothing at all was said"


async def test_the_length_of_a_sealed_week_does_not_tell_how_much_was_answered(world: World) -> None:
    [maya] = await world.circle()
    for week in ({"sure": 1}, dict.fromkeys(("people", "honest", "care", "sleep", "urges", "feelings", "sure"), 3)):
        await maya.post("/v1/check-ins", {"week": week}, expect=201)
    assert len({len(row.week) for row in await world.rows(select(CheckIn.week))}) == 1


def test_a_sealed_value_opens_only_in_its_own_row() -> None:
    vault, row, other = Vault(AESGCM(AESGCM.generate_key(256))), uuid4(), uuid4()
    sealed = NEED.seal(vault, row, {"need": "urge"})

    def at(place: UUID) -> ReachOut:
        return ReachOut(id=place, sealed_need=sealed)

    assert NEED.open(vault, at(row)) == {"need": "urge"}
    assert NEED.open(vault, at(other)) == {"need": None}
