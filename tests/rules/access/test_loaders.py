"""Each loader: what it returns to whom, what it raises, how it locks, and that a lock reads anew."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from models import Block, Bookend, Commitment, Device, Membership, Notice, Person, ReachOut
from models.enums import GuestSessionKind, NoticeKind
from rules import access
from rules.access import GuestScope
from rules.errors import NotFound, NotYours
from tests.world.rows import EARLIER, ME, NOW, STRANGER, YOU, Rows, caller

UNKNOWN = UUID(int=404)
UPDATE, SHARE = "FOR UPDATE", "FOR KEY SHARE"

Loader = Callable[..., Awaitable[Any]]


async def outcome(loader: Loader, rows: Rows, row_id: UUID, person: UUID = ME) -> Any:
    """Return the id of what is loaded, or the error."""
    try:
        row = await loader(rows.unit, caller(person), row_id)
    except (NotFound, NotYours) as error:
        return type(error)
    return getattr(row, "id", row)


async def test_ones_own_row(rows: Rows) -> None:
    mine = await rows.put(Device, person_id=ME)
    yours = await rows.put(Device, person_id=YOU)
    loaded = await access.load_own(rows.unit, caller(), Device, mine)
    assert loaded.id == mine
    assert rows.locks == []
    for other in (yours, UNKNOWN):
        with pytest.raises(NotFound):
            await access.load_own(rows.unit, caller(), Device, other)
    await rows.change(Device, mine, disabled_at=NOW)
    assert (await access.load_own(rows.unit, caller(), Device, mine)).disabled_at is None
    assert (await access.load_own(rows.unit, caller(), Device, mine, lock=True)).disabled_at == NOW
    assert rows.locks == [UPDATE]


async def test_an_active_member(rows: Rows) -> None:
    await rows.put(Person, id=YOU)
    await rows.put(Person, id=ME)
    active = await rows.member(ME, YOU)
    for other in (
        await rows.member(YOU, ME),
        await rows.member(ME, await rows.put(Person), confirmed_at=None),
        await rows.member(ME, await rows.put(Person, guest_at=NOW)),
        UNKNOWN,
    ):
        assert await access.lock_active_member(rows.unit, caller(), other) is None
    found = await access.lock_active_member(rows.unit, caller(), active)
    assert found is not None
    assert found.id == active
    assert set(rows.locks) == {"FOR KEY SHARE OF memberships"}
    await rows.change(Membership, active, muted_until=NOW)
    await access.lock_active_member(rows.unit, caller(), active)
    assert found.muted_until == NOW


async def test_a_membership_by_which_one_supports(rows: Rows) -> None:
    support = await rows.member(YOU, ME, confirmed_at=None)
    assert await outcome(access.load_support, rows, support) == support
    for other in (await rows.member(ME, YOU), await rows.member(YOU, STRANGER), UNKNOWN):
        assert await outcome(access.load_support, rows, other) is NotFound


async def test_who_is_known_and_who_is_a_pair(rows: Rows) -> None:
    await rows.member(YOU, ME, confirmed_at=None)
    await rows.member(STRANGER, YOU)
    assert await outcome(access.require_known_person, rows, YOU) is None
    assert await outcome(access.require_known_person, rows, ME, YOU) is None
    assert await outcome(access.require_known_person, rows, STRANGER) is NotFound
    assert await outcome(access.require_pair, rows, YOU) is NotFound
    assert await outcome(access.require_pair, rows, ME, YOU) is NotFound
    assert await outcome(access.require_pair, rows, STRANGER) is NotFound
    assert await outcome(access.require_pair, rows, STRANGER, YOU) is None
    assert await outcome(access.require_pair, rows, YOU, STRANGER) is None


async def test_blocks(rows: Rows) -> None:
    await rows.put(Block, blocker_id=ME, blocked_id=YOU)
    await rows.put(Block, blocker_id=STRANGER, blocked_id=ME)
    await rows.put(Block, blocker_id=STRANGER, blocked_id=UNKNOWN)
    assert await access.is_blocked(rows.session, ME, YOU)
    assert await access.is_blocked(rows.session, YOU, ME)
    assert not await access.is_blocked(rows.session, YOU, STRANGER)
    assert await access.load_people_kept_apart(rows.session, ME) == {YOU, STRANGER}
    assert await access.load_people_kept_apart(rows.session, YOU) == {ME}


@pytest.fixture
async def reach_outs(rows: Rows) -> dict[str, UUID]:
    """Put one reach-out that I pressed, one that I was told of, and one that I was not."""
    mine = await rows.put(ReachOut, person_id=ME)
    await rows.told(mine, STRANGER, await rows.member(ME, STRANGER))
    told = await rows.put(ReachOut, person_id=YOU)
    await rows.told(told, ME, await rows.member(YOU, ME))
    untold = await rows.put(ReachOut, person_id=STRANGER)
    await rows.told(untold, ME, await rows.member(STRANGER, ME), told_at=None)
    return {"mine": mine, "told": told, "untold": untold}


async def test_a_visible_reach_out(rows: Rows, reach_outs: dict[str, UUID]) -> None:
    mine = await access.load_visible_reach_out(rows.unit, caller(), reach_outs["mine"])
    assert (mine.reach_out.id, mine.mine, mine.told) == (reach_outs["mine"], True, None)
    assert rows.locks == []
    told = await access.load_visible_reach_out(rows.unit, caller(), reach_outs["told"], lock=True)
    assert (told.reach_out.id, told.mine) == (reach_outs["told"], False)
    assert told.told is not None
    assert (told.told.reach_out_id, told.told.person_id) == (reach_outs["told"], ME)
    assert rows.locks == [UPDATE]
    assert await outcome(access.load_visible_reach_out, rows, reach_outs["untold"]) is NotFound
    assert await outcome(access.load_visible_reach_out, rows, reach_outs["mine"], YOU) is NotFound
    assert await outcome(access.load_visible_reach_out, rows, UNKNOWN) is NotFound


async def test_a_guests_link_shows_one_reach_out(rows: Rows, reach_outs: dict[str, UUID]) -> None:
    guest = caller(guest=GuestScope(GuestSessionKind.LINK, reach_outs["told"]))
    assert (await access.load_visible_reach_out(rows.unit, guest, reach_outs["told"])).told is not None
    elsewhere = caller(guest=GuestScope(GuestSessionKind.LINK, reach_outs["mine"]))
    with pytest.raises(NotFound):
        await access.load_visible_reach_out(rows.unit, elsewhere, reach_outs["told"])


async def test_only_whoever_pressed_changes_a_reach_out(rows: Rows, reach_outs: dict[str, UUID]) -> None:
    assert await outcome(access.load_own_reach_out, rows, reach_outs["mine"]) == reach_outs["mine"]
    assert rows.locks == [UPDATE]
    assert await outcome(access.load_own_reach_out, rows, reach_outs["told"]) is NotYours
    assert await outcome(access.load_own_reach_out, rows, reach_outs["untold"]) is NotFound


async def test_a_bookend(rows: Rows) -> None:
    mine = await rows.put(Bookend, person_id=ME)
    support = await rows.member(YOU, ME)
    stood_by = await rows.put(Bookend, person_id=YOU, membership_id=support, companion_told_at=NOW)
    unaware = await rows.put(Bookend, person_id=YOU, membership_id=support)
    assert await outcome(access.load_own_bookend, rows, mine) == mine
    assert rows.locks == [UPDATE]
    assert await outcome(access.load_own_bookend, rows, stood_by) is NotYours
    for other in (unaware, UNKNOWN):
        assert await outcome(access.load_own_bookend, rows, other) is NotFound
        assert await outcome(access.require_bookend, rows, other) is NotFound
    assert await outcome(access.require_bookend, rows, mine) is None
    assert await outcome(access.require_bookend, rows, stood_by) is None
    row = await access.load_own_bookend(rows.unit, caller(), mine)
    await rows.change(Bookend, mine, nudges=2)
    await access.load_own_bookend(rows.unit, caller(), mine)
    assert row.nudges == 2


async def test_a_commitment(rows: Rows) -> None:
    membership = await rows.member(YOU, ME)
    witness: dict[str, Any] = {"person_id": YOU, "witness_id": ME, "membership_id": membership}
    mine = await rows.put(Commitment, person_id=ME)
    witnessed = await rows.put(Commitment, **witness)
    parted = await rows.put(Commitment, **(witness | {"membership_id": None}))
    assert await outcome(access.load_own_commitment, rows, mine) == mine
    assert await outcome(access.load_witnessed, rows, witnessed) == witnessed
    assert rows.locks == [UPDATE, UPDATE]
    assert await outcome(access.load_own_commitment, rows, witnessed) is NotYours
    assert await outcome(access.load_witnessed, rows, mine) is NotYours
    assert await outcome(access.require_witnessed, rows, mine) is NotYours
    assert await outcome(access.require_witnessed, rows, witnessed) is None
    for other in (parted, UNKNOWN):
        for loader in (access.load_own_commitment, access.load_witnessed, access.require_witnessed):
            assert await outcome(loader, rows, other) is NotFound, loader
    row = await access.load_witnessed(rows.unit, caller(), witnessed)
    await rows.change(Commitment, witnessed, accepted_at=EARLIER)
    await access.load_witnessed(rows.unit, caller(), witnessed)
    assert row.accepted_at == EARLIER


async def test_a_commitment_whose_witness_is_asked_at_this_moment_is_not_found_yet(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asked_meanwhile(*_: object) -> None:
        """Stand in for a look that comes a moment later, and finds them the witness."""

    mine = await rows.put(Commitment, person_id=YOU)
    monkeypatch.setattr("rules.access.loaders.require_witnessed", asked_meanwhile)
    assert await outcome(access.load_witnessed, rows, mine) is NotFound


async def test_a_notice(rows: Rows) -> None:
    plain: dict[str, Any] = {"recipient_id": ME, "kind": NoticeKind.CHECK_IN}
    mine = await rows.put(Notice, **plain)
    assert await outcome(access.load_notice, rows, mine) == mine
    for more in ({"recipient_id": YOU}, {"dismissed_at": NOW}, {"kind": "lighthouse"}):
        assert await outcome(access.load_notice, rows, await rows.put(Notice, **(plain | more))) is NotFound
    assert await outcome(access.load_notice, rows, UNKNOWN) is NotFound
