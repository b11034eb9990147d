"""Who is behind a token, an account's or a guest's; fresh proof; and the locks on people and sessions."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from models import GuestSession, Membership, Person, Session
from models.enums import GuestSessionKind
from rules import access
from rules.access import PROOF_LIFETIME, GuestScope
from rules.errors import NotSignedIn, ProofNeeded
from tests.world.rows import EARLIER, KEYRING, ME, NOW, STRANGER, YOU, Rows, caller

SOON = NOW + timedelta(seconds=1)
TOKENS = (None, "", "unknown", "expired", "another kind")


async def person(rows: Rows, person_id: UUID = ME, **more: Any) -> None:
    """Insert somebody whose words can be opened."""
    plain: dict[str, Any] = {
        "id": person_id,
        "region": "GB",
        "language": "de",
        "data_key": KEYRING.new_data_key(person_id),
    }
    await rows.put(Person, **(plain | more))


async def session(rows: Rows, token: str, **more: Any) -> UUID:
    plain: dict[str, Any] = {
        "person_id": ME,
        "carrier": "cookie",
        "expires_at": SOON,
        "token_hash": hashlib.sha256(token.encode()).digest(),
    }
    return await rows.put(Session, **(plain | more))


async def guest_session(rows: Rows, token: str, **more: Any) -> UUID:
    plain: dict[str, Any] = {
        "person_id": ME,
        "kind": "link",
        "reach_out_id": YOU,
        "carrier": "cookie",
        "expires_at": SOON,
    }
    return await rows.put(GuestSession, **(plain | {"token_hash": access.token_hash(token)} | more))


async def test_a_token_carries_its_caller(rows: Rows) -> None:
    await person(rows)
    mine = await session(rows, "mine", proven_at=EARLIER, used_at=NOW)
    await session(rows, "expired", expires_at=NOW)
    await guest_session(rows, "another kind")
    found = await access.load_caller(rows.unit, "mine")
    assert (found.person_id, found.session_id, found.carrier) == (ME, mine, "cookie")
    assert (found.proven_at, found.used_at, found.region, found.language) == (EARLIER, NOW, "GB", "de")
    assert (found.vault.has_key, found.guest) == (True, None)
    for token in TOKENS:
        with pytest.raises(NotSignedIn):
            await access.load_caller(rows.unit, token)


async def test_a_guests_token_carries_the_guest_and_what_for(rows: Rows) -> None:
    await person(rows, guest_at=EARLIER)
    mine = await guest_session(rows, "mine", created_at=EARLIER)
    await guest_session(rows, "joining", kind="joining", reach_out_id=None)
    await guest_session(rows, "expired", expires_at=NOW)
    await session(rows, "another kind")
    found = await access.load_guest(rows.unit, "mine")
    assert (found.person_id, found.session_id, found.carrier) == (ME, mine, "cookie")
    assert (found.proven_at, found.used_at, found.region, found.language) == (EARLIER, NOW, "GB", "de")
    assert found.guest == GuestScope(GuestSessionKind.LINK, YOU)
    assert found.vault.has_key
    assert (await access.load_guest(rows.unit, "joining")).guest == GuestScope(GuestSessionKind.JOINING, None)
    for token in TOKENS:
        with pytest.raises(NotSignedIn):
            await access.load_guest(rows.unit, token)


async def test_a_guest_who_has_an_account_by_now_comes_by_it(rows: Rows) -> None:
    await person(rows, guest_at=None)
    await guest_session(rows, "mine")
    with pytest.raises(NotSignedIn):
        await access.load_guest(rows.unit, "mine")


async def test_who_is_signed_in(rows: Rows) -> None:
    mine = await session(rows, "mine")
    expired = await session(rows, "expired", expires_at=NOW)
    assert await access.is_signed_in(rows.session, mine, NOW)
    assert not await access.is_signed_in(rows.session, expired, NOW)
    assert not await access.is_signed_in(rows.session, STRANGER, NOW)


@pytest.mark.parametrize(
    ("since", "guest", "proven"),
    [
        (timedelta(0), None, True),
        (PROOF_LIFETIME, None, True),
        (PROOF_LIFETIME + timedelta(microseconds=1), None, False),
        (timedelta(0), GuestScope(GuestSessionKind.JOINING, None), False),
    ],
)
def test_fresh_proof(since: timedelta, guest: GuestScope | None, proven: bool) -> None:
    who = caller(proven_at=NOW - since, guest=guest)
    assert access.has_proof(who, NOW) is proven
    if proven:
        access.require_proof(who, NOW)
    else:
        with pytest.raises(ProofNeeded):
            access.require_proof(who, NOW)


async def test_people_are_locked_in_the_order_of_their_ids(rows: Rows) -> None:
    await access.lock_person(rows.unit, caller())
    await access.lock_people(rows.unit, [])
    await access.lock_people(rows.unit, [YOU, ME])
    assert rows.locks == ["FOR NO KEY UPDATE", "FOR NO KEY UPDATE"]
    assert "WHERE people.id = " in rows.statements[0]
    assert "WHERE people.id IN " in rows.statements[1]
    assert "ORDER BY people.id" in rows.statements[1]


async def test_a_session_is_kept_from_ending(rows: Rows) -> None:
    mine = await session(rows, "mine")
    await access.lock_session(rows.unit, caller(session_id=mine))
    assert rows.locks == ["FOR KEY SHARE"]
    with pytest.raises(NotSignedIn):
        await access.lock_session(rows.unit, caller(session_id=STRANGER))


async def test_ones_own_row_as_a_person(rows: Rows) -> None:
    await person(rows)
    await person(rows, YOU)
    assert (await access.load_person(rows.unit, caller())).id == ME
    with pytest.raises(NotSignedIn):
        await access.load_person(rows.unit, caller(STRANGER))


async def test_a_guest_reads_words_only_where_the_person_allows_it(rows: Rows) -> None:
    guest = caller(guest=GuestScope(GuestSessionKind.LINK, YOU))
    allowed = await rows.member(YOU, ME, guest_notes=True)
    await rows.member(STRANGER, ME, guest_notes=False)
    await rows.member(STRANGER, YOU, guest_notes=True)
    assert await access.reads_notes(rows.unit, guest, YOU)
    assert not await access.reads_notes(rows.unit, guest, STRANGER)
    assert await access.reads_notes(rows.unit, caller(), STRANGER), "a member with an account reads them always"
    await rows.change(Membership, allowed, guest_notes=False)
    assert not await access.reads_notes(rows.unit, guest, YOU)


async def test_sessions_of_a_guest(rows: Rows) -> None:
    await rows.put(GuestSession, "mine", person_id=ME)
    await rows.put(GuestSession, "yours", person_id=YOU)
    assert await rows.selected(GuestSession, access.guest_sessions_of(ME)) == "mine"
