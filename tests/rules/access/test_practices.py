"""Who sees which practices, and loads which part of them."""

import pytest
from sqlalchemy import select

from models import Membership, Practice, PracticeMember
from rules import access
from rules.errors import NotFound
from tests.world.rows import ME, NOW, STRANGER, YOU, Rows, caller

FOR_UPDATE = "FOR UPDATE"


async def practices(rows: Rows) -> None:
    mine = await rows.put(Practice, "mine", id=YOU, person_id=ME)
    for member, label in ((YOU, "your part"), (STRANGER, "their part")):
        membership = await rows.member(ME, member)
        await rows.put(PracticeMember, label, practice_id=mine, membership_id=membership)
    yours = await rows.put(Practice, "yours", id=STRANGER, person_id=YOU)
    for member, label in ((ME, "my part"), (STRANGER, "their part in yours")):
        membership = await rows.member(YOU, member)
        await rows.put(PracticeMember, label, practice_id=yours, membership_id=membership)
    theirs = await rows.put(Practice, "theirs", id=ME, person_id=STRANGER)
    pending = await rows.member(STRANGER, ME, confirmed_at=None)
    await rows.put(PracticeMember, "unconfirmed", practice_id=theirs, membership_id=pending)


async def test_whoever_began_it_sees_all_and_a_member_their_own(rows: Rows) -> None:
    await practices(rows)
    joins = (Membership, (Practice, Practice.id == PracticeMember.practice_id))
    assert await rows.selected(PracticeMember, access.takes_part(ME), Membership) == "my part"
    assert await rows.selected(PracticeMember, access.own_parts(ME)) == "my part"
    assert await rows.selected(PracticeMember, access.parts_seen_by(ME), *joins) == "my part their part your part"
    assert await rows.selected(Practice, access.practices_seen_by(ME)) == "mine yours"
    assert await rows.selected(Practice, access.practices_seen_by(STRANGER)) == "mine theirs yours"


async def test_a_part_is_loaded_by_whoever_takes_part(rows: Rows) -> None:
    await practices(rows)
    part, owner = await access.load_own_part(rows.unit, caller(), STRANGER)
    assert (part.practice_id, owner) == (STRANGER, YOU)
    assert rows.locks == ["FOR UPDATE OF practice_members"]
    await rows.change_where(PracticeMember, PracticeMember.membership_id == part.membership_id, seen_at=NOW)
    again, _ = await access.load_own_part(rows.unit, caller(), STRANGER)
    assert again.seen_at == NOW, "what was read before the lock is read anew"
    for practice in (YOU, ME):
        with pytest.raises(NotFound):
            await access.load_own_part(rows.unit, caller(), practice)


async def test_a_practice_is_loaded_by_whoever_began_it(rows: Rows) -> None:
    await practices(rows)
    assert (await access.load_own_practice(rows.unit, caller(), YOU)).person_id == ME
    assert rows.locks == [FOR_UPDATE]
    for practice in (STRANGER, ME):
        with pytest.raises(NotFound):
            await access.load_own_practice(rows.unit, caller(), practice)
    assert len((await rows.session.execute(select(Practice))).all()) == 3
