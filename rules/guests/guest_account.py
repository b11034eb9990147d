"""What a guest changes later, with a fresh code: leaving, and an account of their own."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import passkeys as webauthn
from core.errors import KeysUnavailable
from core.passkeys import Registered, RelyingParty
from core.unit_of_work import UnitOfWork
from models import Channel, Membership, Person
from models.enums import AccessKind, Carrier
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import account_erasure, channels, people, registration, sessions
from rules.accounts.passkey import passkey_challenges, passkeys
from rules.accounts.registration import SignedUp
from rules.errors import CodeWrong, NameTaken, NotFound, PasskeyRefused
from rules.guests import guest_place, guest_sessions
from rules.idempotency import RequestFingerprint


@dataclass(frozen=True, slots=True)
class NewWayIn:
    """How a guest will sign in from now on: with a name and a passphrase, already hashed, or with a passkey alone."""

    sign_in_name: str | None
    passphrase_hash: str | None
    carrier: Carrier
    passkey: Registered | None = None
    passkey_label: str | None = None


async def send_fresh_code(unit: UnitOfWork, who: Caller, fingerprint: RequestFingerprint | None = None) -> Channel:
    """Send a new code to the guest's own address, confirmed or not yet. A retry of the same request sends none.

    Raises TooMany, KeyReused, and NotFound for somebody who was removed, or whose invitation is over: a code would open nothing.
    """
    await access.lock_person(unit, who)
    await guest_place.load_guest_place(unit, who)

    async def send() -> UUID:
        channel = await _first_channel(unit, who)
        await channels.send_code(unit, who, channel)
        return channel.id

    await idempotency.run_once(unit, fingerprint, who.person_id, send)
    return await _first_channel(unit, who)


async def use_fresh_code(unit: UnitOfWork, who: Caller, code: str) -> CodeWrong | None:
    """Use up a fresh code. A wrong one is returned, to be committed with its guess. Raises CodeOver, NotFound."""
    await access.lock_person(unit, who)
    return await channels.use_code(unit, who, await _first_channel(unit, who, lock=True), code)


async def leave(unit: UnitOfWork, who: Caller) -> None:
    """Take the guest out of the circle, and everything about them with it: they were here for nothing else.

    Raises NotFound for somebody who has an account by now: that is not erased by a guest's word.
    """
    await _lock_guest(unit, who)
    await account_erasure.erase_account(unit, who)


async def passkey_options(unit: UnitOfWork, who: Caller, party: RelyingParty) -> dict[str, Any]:
    """Return what the browser needs to make the passkey of a guest's account. Raises KeysUnavailable, NotFound."""
    if not await _is_in_circle(unit, who):
        raise NotFound
    name = await _display_name(unit, who)
    names = (await registration.choose_sign_in_name(unit, name, who.person_id), name)
    challenge = await passkey_challenges.replace_challenge(unit, who)
    handle = passkeys.user_handle(unit.keyring, who.person_id)
    return webauthn.registration_options(party, challenge, handle, names, (), passkey_challenges.CHALLENGE_SECONDS)


async def make_account(unit: UnitOfWork, who: Caller, new: NewWayIn) -> SignedUp:
    """Make an account of a guest: they keep their circle and their addresses, and lose every link.

    Somebody on their way into a circle has not taken up their invitation yet: one link would make any number of accounts.
    With a passkey alone its sign-in name is made here, and there are no recovery codes yet.
    Raises NameTaken, PasskeyRefused, NotFound.
    """
    person = await _lock_guest(unit, who)
    if not await _is_in_circle(unit, who):
        raise NotFound
    name = new.sign_in_name or await registration.choose_sign_in_name(
        unit, await _display_name(unit, who), who.person_id
    )
    name_hash = people.name_hash(unit.keyring, name)
    if (await unit.session.execute(select(Person.id).where(Person.sign_in_name_hash == name_hash))).first() is not None:
        raise NameTaken
    person.sign_in_name_hash = name_hash
    person.sign_in_name = who.vault.seal("people.sign_in_name", person.id, name)
    person.passphrase_hash = new.passphrase_hash
    person.guest_at = None
    try:
        await unit.session.flush()
        await guest_sessions.end_all(unit, person.id)
        signed_in = await sessions.open_session(unit, person, new.carrier, None, AccessKind.SIGNED_UP)
        if new.passkey is None:
            return SignedUp(signed_in, await people.replace_codes(unit, person.id))
        await passkeys.insert_passkey(unit, person.id, who.vault, new.passkey, new.passkey_label, signed_in.session_id)
    except IntegrityError:
        # Somebody else took the name or the credential a moment ago: nothing may be kept of this, and the code stays good.
        await unit.rollback()
        raise (NameTaken if new.passkey is None else PasskeyRefused) from None
    return SignedUp(signed_in, [])


async def _lock_guest(unit: UnitOfWork, who: Caller) -> Person:
    """Return the row of somebody who is a guest still, locked. Raises NotFound."""
    await access.lock_person(unit, who)
    person = await access.load_person(unit, who)
    await unit.session.refresh(person)
    if person.guest_at is None:
        raise NotFound
    return person


async def _is_in_circle(unit: UnitOfWork, who: Caller) -> bool:
    return (await unit.session.execute(select(Membership.id).where(access.supports(who.person_id)))).first() is not None


async def _display_name(unit: UnitOfWork, who: Caller) -> str:
    person = await access.load_person(unit, who)
    name = who.vault.open("people.display_name", person.id, person.display_name)
    if name is None:
        raise KeysUnavailable
    return name


async def _first_channel(unit: UnitOfWork, who: Caller, *, lock: bool = False) -> Channel:
    statement = select(Channel).where(access.mine(Channel, who)).order_by(Channel.id).limit(1)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    channel = (await unit.session.execute(statement)).scalar_one_or_none()
    if channel is None:
        raise NotFound
    return channel
