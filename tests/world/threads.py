"""Threads for tests: what stands between two people, and one item of each kind."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.ids import new_id
from models import Commitment, CommitmentDay
from models import Person as PersonRow
from tests.world.person import Person
from tests.world.world import World

ITEM_FIELDS = {"id", "kind", "from", "text", "check_in", "commitment", "done", "created_at", "mine"}
ALL_KINDS = ["reach_out", "reach_in", "check_in", "talked", "commitment", "reach_in"]
"""What `everything` leaves in a thread, oldest first."""


async def load_thread(person: Person, other: Person, query: str = "", expect: int = 200) -> list[dict[str, Any]]:
    page = await person.get(f"/v1/threads/{other.id}{query}", expect)
    return list(page["items"]) if expect == 200 else []


async def item_kinds(person: Person, other: Person) -> list[str]:
    """The kinds of what stands between the two, oldest first."""
    return [item["kind"] for item in reversed(await load_thread(person, other))]


async def load_threads(person: Person) -> dict[str, dict[str, Any]]:
    return {one["person"]["id"]: one for one in (await person.get("/v1/threads"))["items"]}


async def send_words(person: Person, other: Person, text: str) -> str:
    return str((await person.post("/v1/reach-ins", {"to": other.id, "text": text}, expect=201))["id"])


async def keep_a_day(world: World, person: Person, witness: Person, *, accepted: bool = True) -> UUID:
    """A commitment that somebody witnesses, with a day of which the person has spoken."""
    async with world.database.write() as session:
        row = (await session.execute(select(PersonRow).where(PersonRow.id == UUID(person.id)))).scalar_one()
        vault = world.keyring.vault(row.id, row.data_key)
        now = world.now()
        commitment = Commitment(
            id=new_id(now),
            person_id=row.id,
            membership_id=UUID(witness.places[person.id]),
            witness_id=UUID(witness.id),
            days=[1],
            at="18:00",
            ends_on=now.date() + timedelta(days=28),
            accepted_at=now if accepted else None,
            created_at=now,
        )
        commitment.text = vault.seal("commitments.text", commitment.id, "Call Ana")
        session.add(commitment)
        await session.flush()
        day = CommitmentDay(
            id=new_id(world.now()), commitment_id=commitment.id, day=now.date(), done=True, created_at=world.now()
        )
        day.text = vault.seal("commitment_days.text", day.id, "It was good.")
        session.add(day)
        await session.commit()
        return commitment.id


async def fill_thread(world: World, maya: Person, sponsor: Person) -> None:
    """One item of each kind, from Maya, and words back."""
    await maya.press()
    await sponsor.answer("calling")
    await maya.close()
    await send_words(maya, sponsor, "Thank you.")
    await maya.post(
        "/v1/check-ins", {"feeling": 1, "note": "A long day.", "share_with": [sponsor.places[maya.id]]}, expect=201
    )
    await maya.post(f"/v1/threads/{sponsor.id}/talked", expect=201)
    await keep_a_day(world, maya, sponsor)
    await send_words(sponsor, maya, "I see you.")
