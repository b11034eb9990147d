"""Passkeys of an account: added with fresh proof, listed, removed. Each answers a challenge that was issued here."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from core import passkeys
from core.encryption import Keyring, Vault
from core.errors import KeysUnavailable
from core.passkeys import NotGenuineError, Registered, RelyingParty
from core.unit_of_work import UnitOfWork
from models import Passkey
from models.enums import AccessKind
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import access_log, ways_in
from rules.accounts.passkey.passkey_challenges import CHALLENGE_SECONDS, replace_challenge, use_challenge
from rules.accounts.throttle import RateLimit
from rules.errors import PasskeyRefused, TooManyPasskeys
from rules.idempotency import RequestFingerprint

MAX_PASSKEYS = 10
OPTIONS_PER_PLACE = RateLimit("passkeys.options.place", burst=100, every=5)
"""Limits the sign-ins and sign-ups begun from one place: each of them inserts a challenge."""

PasskeyCredential = Mapping[str, Any]
"""A credential as the browser serializes it (WebAuthn level 3, RegistrationResponseJSON and AuthenticationResponseJSON)."""


async def passkey_creation_options(unit: UnitOfWork, who: Caller, party: RelyingParty) -> dict[str, Any]:
    """Return what the browser needs to create a passkey. Earlier challenges of the caller are no longer accepted.

    Raises TooManyPasskeys, KeysUnavailable.
    """
    person = await access.load_person(unit, who)
    await _ensure_passkey_room(unit, who)
    names = [
        who.vault.open(f"people.{name}", person.id, getattr(person, name)) for name in ("sign_in_name", "display_name")
    ]
    if not names[0] or not names[1]:
        raise KeysUnavailable
    existing = await own_credential_ids(unit, who)
    challenge = await replace_challenge(unit, who)
    handle = user_handle(unit.keyring, who.person_id)
    return passkeys.registration_options(party, challenge, handle, (names[0], names[1]), existing, CHALLENGE_SECONDS)


async def own_credential_ids(unit: UnitOfWork, who: Caller) -> list[bytes]:
    """Return the credential ids of the caller's passkeys, as far as they can be decrypted."""
    rows = await unit.session.execute(select(Passkey.id, Passkey.credential_id).where(access.mine(Passkey, who)))
    credential_ids = [who.vault.open("passkeys.credential_id", row.id, row.credential_id) for row in rows]
    return [passkeys.decode_base64url(text) for text in credential_ids if text]


async def add_passkey(
    unit: UnitOfWork,
    who: Caller,
    party: RelyingParty,
    credential: PasskeyCredential,
    label: str | None,
    fingerprint: RequestFingerprint | None,
) -> Passkey:
    """Store a passkey that was created for one of the caller's challenges. A retry returns the same passkey.

    The endpoint checks for fresh proof first (`access.require_proof`). A refusal uses up the challenge too, which
    the endpoint commits. Raises PasskeyRefused, TooManyPasskeys, NotSignedIn, KeyReused, KeysUnavailable.
    """
    if not who.vault.has_key:
        raise KeysUnavailable

    async def create() -> UUID:
        await _ensure_passkey_room(unit, who)
        # A new passphrase that ends this session meanwhile has removed the passkeys: none may follow.
        await access.lock_session(unit, who)
        registration = await check_own_registration(unit, who, party, credential)
        return await insert_passkey(unit, who.person_id, who.vault, registration, label, who.session_id)

    passkey_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return await _load_own_passkey(unit, who, passkey_id)


async def check_own_registration(
    unit: UnitOfWork, who: Caller, party: RelyingParty, credential: PasskeyCredential
) -> Registered:
    """Use up the caller's challenge and check what the browser signed. Raises PasskeyRefused."""
    try:
        challenge = passkeys.unverified_challenge(credential)
        if not await use_challenge(unit, challenge, who.person_id):
            raise PasskeyRefused
        return passkeys.check_registration(party, credential, challenge)
    except NotGenuineError:
        raise PasskeyRefused from None


async def insert_passkey(
    unit: UnitOfWork, person_id: UUID, vault: Vault, registration: Registered, label: str | None, session_id: UUID
) -> UUID:
    """Insert a passkey that was made in this session and return its id.

    Raises PasskeyRefused when its credential is registered already.
    """
    if await find_by_credential(unit, registration.credential_id) is not None:
        raise PasskeyRefused
    passkey = Passkey(
        id=unit.new_id(),
        person_id=person_id,
        credential_hash=credential_hash(unit.keyring, registration.credential_id),
        sign_count=registration.sign_count,
        synced=registration.synced,
        created_at=unit.now,
    )
    passkey.credential_id = vault.seal("passkeys.credential_id", passkey.id, _text(registration.credential_id))
    passkey.public_key = vault.seal("passkeys.public_key", passkey.id, _text(registration.public_key))
    passkey.label = vault.seal("passkeys.label", passkey.id, label)
    unit.session.add(passkey)
    await access_log.announce_event(unit, person_id, AccessKind.PASSKEY_ADDED, about=passkey.id, session=session_id)
    await unit.session.flush()
    return passkey.id


async def find_by_credential(unit: UnitOfWork, credential_id: bytes) -> Passkey | None:
    """Return the passkey with this credential id, whosever it is."""
    statement = select(Passkey).where(Passkey.credential_hash == credential_hash(unit.keyring, credential_id))
    return (await unit.session.execute(statement)).scalar_one_or_none()


async def list_passkeys(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Passkey]:
    """Return the caller's passkeys, newest first; `limit` + 1 rows at most."""
    statement = select(Passkey).where(access.mine(Passkey, who))
    if before is not None:
        statement = statement.where(Passkey.id < before)
    return (await unit.session.execute(statement.order_by(Passkey.id.desc()).limit(limit + 1))).scalars().all()


async def remove_passkey(unit: UnitOfWork, who: Caller, passkey_id: UUID) -> None:
    """Delete this passkey; sessions that it has opened stay open. Raises NotFound, LastWayIn."""
    # Locked, so that of two removals the second sees what the first has left.
    await access.lock_person(unit, who)
    passkey = await _load_own_passkey(unit, who, passkey_id)
    ways_in.ensure_not_last(await ways_in.load_ways_in(unit, who.person_id))
    await unit.session.delete(passkey)
    await access_log.announce_own_event(unit, who, AccessKind.PASSKEY_REMOVED, passkey_id)
    await unit.session.flush()


async def forget_all(unit: UnitOfWork, person_id: UUID, session: UUID | None) -> None:
    """Delete all passkeys of a person whose passphrase is changed in this `session`."""
    removed = await unit.session.execute(
        delete(Passkey).where(access.owned_by(Passkey, person_id)).returning(Passkey.id)
    )
    for passkey_id in removed.scalars().all():
        access_log.record_event(unit, person_id, AccessKind.PASSKEY_REMOVED, about=passkey_id, session=session)


def user_handle(keyring: Keyring, person_id: UUID) -> bytes:
    """Return the user handle of this account: a keyed hash, which identifies it to nobody else. Raises KeysUnavailable."""
    return keyring.digest("passkey.person", person_id.bytes)


async def _load_own_passkey(unit: UnitOfWork, who: Caller, passkey_id: UUID) -> Passkey:
    return await access.load_own(unit, who, Passkey, passkey_id)


async def _ensure_passkey_room(unit: UnitOfWork, who: Caller) -> None:
    """Lock the caller's row. Raises TooManyPasskeys when they have the maximum."""
    await access.lock_person(unit, who)
    passkey_count = select(func.count()).where(access.mine(Passkey, who))
    if (await unit.session.execute(passkey_count)).scalar_one() >= MAX_PASSKEYS:
        raise TooManyPasskeys


def credential_hash(keyring: Keyring, credential_id: bytes) -> bytes:
    """Return the keyed hash by which a passkey is found. Raises KeysUnavailable."""
    return keyring.digest("passkey.credential", credential_id)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
