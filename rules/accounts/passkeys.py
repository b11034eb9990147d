"""Passkeys: added and removed with fresh proof, and used to sign in. Each answers a challenge that was issued here."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from core import passkeys
from core.encryption import Keyring
from core.errors import KeysUnavailable
from core.passkeys import Assertion, NotGenuineError, Registered, RelyingParty
from core.unit_of_work import UnitOfWork
from models import Passkey, PasskeyChallenge, Person
from models.enums import AccessKind, Carrier
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import access_log, sessions, throttle
from rules.accounts.passkey_challenges import CHALLENGE_LIFETIME, issue_challenge, use_challenge
from rules.accounts.sessions import SignedIn
from rules.accounts.throttle import RateLimit
from rules.errors import PasskeyRefused, PasskeyUnknown, TooManyPasskeys
from rules.idempotency import RequestFingerprint

MAX_PASSKEYS = 10
OPTIONS_PER_PLACE = RateLimit("passkeys.options.place", burst=100, every=5)
"""Limits the sign-ins begun from one place: each of them inserts a challenge."""

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
    rows = await unit.session.execute(select(Passkey.id, Passkey.credential_id).where(access.mine(Passkey, who)))
    credential_ids = [who.vault.open("passkeys.credential_id", row.id, row.credential_id) for row in rows]
    existing = [passkeys.decode_base64url(text) for text in credential_ids if text]
    await unit.session.execute(delete(PasskeyChallenge).where(access.mine(PasskeyChallenge, who)))
    challenge = await issue_challenge(unit, who.person_id)
    handle = user_handle(unit.keyring, who.person_id)
    return passkeys.registration_options(
        party, challenge, handle, (names[0], names[1]), existing, int(CHALLENGE_LIFETIME.total_seconds())
    )


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
    the endpoint commits. Raises PasskeyRefused, TooManyPasskeys, KeyReused, KeysUnavailable.
    """
    if not who.vault.has_key:
        raise KeysUnavailable

    async def create() -> UUID:
        await _ensure_passkey_room(unit, who)
        registration = await _check_registration(unit, who, party, credential)
        return await _insert_passkey(unit, who, registration, label)

    passkey_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return await _load_own_passkey(unit, who, passkey_id)


async def _check_registration(
    unit: UnitOfWork, who: Caller, party: RelyingParty, credential: PasskeyCredential
) -> Registered:
    """Use up the challenge and check what the browser signed. Raises PasskeyRefused."""
    try:
        challenge = passkeys.unverified_challenge(credential)
        if not await use_challenge(unit, challenge, who.person_id):
            raise PasskeyRefused
        return passkeys.check_registration(party, credential, challenge)
    except NotGenuineError:
        raise PasskeyRefused from None


async def _insert_passkey(unit: UnitOfWork, who: Caller, registration: Registered, label: str | None) -> UUID:
    """Insert a passkey and return its id. Raises PasskeyRefused when its credential is registered already."""
    credential_hash = _credential_hash(unit.keyring, registration.credential_id)
    existing = select(Passkey.id).where(Passkey.credential_hash == credential_hash)
    if (await unit.session.execute(existing)).first() is not None:
        raise PasskeyRefused
    passkey = Passkey(
        id=unit.new_id(),
        person_id=who.person_id,
        credential_hash=credential_hash,
        sign_count=registration.sign_count,
        synced=registration.synced,
        created_at=unit.now,
    )
    passkey.credential_id = who.vault.seal("passkeys.credential_id", passkey.id, _text(registration.credential_id))
    passkey.public_key = who.vault.seal("passkeys.public_key", passkey.id, _text(registration.public_key))
    passkey.label = who.vault.seal("passkeys.label", passkey.id, label)
    unit.session.add(passkey)
    access_log.record_own_event(unit, who, AccessKind.PASSKEY_ADDED, passkey.id)
    await unit.session.flush()
    return passkey.id


async def list_passkeys(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Passkey]:
    """Return the caller's passkeys, newest first; `limit` + 1 rows at most."""
    statement = select(Passkey).where(access.mine(Passkey, who))
    if before is not None:
        statement = statement.where(Passkey.id < before)
    return (await unit.session.execute(statement.order_by(Passkey.id.desc()).limit(limit + 1))).scalars().all()


async def remove_passkey(unit: UnitOfWork, who: Caller, passkey_id: UUID) -> None:
    """Delete this passkey; sessions that it has opened stay open. Raises NotFound."""
    await unit.session.delete(await _load_own_passkey(unit, who, passkey_id))
    access_log.record_own_event(unit, who, AccessKind.PASSKEY_REMOVED, passkey_id)
    await unit.session.flush()


async def passkey_request_options(unit: UnitOfWork, party: RelyingParty, place: str) -> dict[str, Any]:
    """Return what the browser needs to sign in with any passkey of this server. Raises TooMany."""
    await throttle.consume(unit, OPTIONS_PER_PLACE, place)
    return passkeys.authentication_options(
        party, await issue_challenge(unit, None), int(CHALLENGE_LIFETIME.total_seconds())
    )


async def sign_in_with_passkey(
    unit: UnitOfWork,
    party: RelyingParty,
    credential: PasskeyCredential,
    carrier: Carrier,
    fingerprint: RequestFingerprint | None,
) -> SignedIn:
    """Open a session for the person whose passkey signed a challenge; it counts as fresh proof.

    A retry within the challenge's lifetime returns the session that it has opened, and never opens another. A refusal
    uses up the challenge too, which the endpoint commits. Raises PasskeyUnknown, whatever the reason; KeyReused,
    KeysUnavailable.
    """
    try:
        assertion = passkeys.unverified_assertion(credential)
    except NotGenuineError:
        raise PasskeyUnknown from None
    token = idempotency.secret(unit, fingerprint, "passkey.token")
    signer_id = await idempotency.find_result(unit, fingerprint)
    if signer_id is None and not await use_challenge(unit, assertion.challenge, None):
        # The same request may have been answered concurrently.
        signer_id = await idempotency.find_result(unit, fingerprint)
        if signer_id is None:
            raise PasskeyUnknown
    if signer_id is not None:
        return await _find_earlier_sign_in(unit, signer_id, token)
    person, passkey = await _find_signer(unit, assertion)
    try:
        await _check_signature(unit, party, credential, assertion, person, passkey)
    except NotGenuineError:
        raise PasskeyUnknown from None
    signed_in = await sessions.open_session(
        unit, person, carrier, token, AccessKind.SIGNED_IN_WITH_PASSKEY, about=passkey.id
    )
    await idempotency.remember(unit, fingerprint, person.id, person.id)
    return signed_in


async def _find_earlier_sign_in(unit: UnitOfWork, signer_id: UUID, token: bytes) -> SignedIn:
    """Return the session that the first try of this request opened. Raises PasskeyUnknown when there is none any more."""
    person = await unit.session.get(Person, signer_id)
    if person is None:
        raise PasskeyUnknown
    session = await sessions.find_session_opened_with(unit, person, token, unit.now - CHALLENGE_LIFETIME)
    if session is None:
        raise PasskeyUnknown
    return session


async def _find_signer(unit: UnitOfWork, assertion: Assertion) -> tuple[Person, Passkey]:
    """Return the passkey and its owner, whom the user handle must name as well. Raises PasskeyUnknown."""
    credential_hash = _credential_hash(unit.keyring, assertion.credential_id)
    # The person is locked first, as when all of a person's passkeys are deleted.
    person = (
        await unit.session.execute(
            select(Person)
            .where(Person.id.in_(select(Passkey.person_id).where(Passkey.credential_hash == credential_hash)))
            .with_for_update(read=True, key_share=True)
        )
    ).scalar_one_or_none()
    if person is None or not hmac.compare_digest(user_handle(unit.keyring, person.id), assertion.user_handle):
        raise PasskeyUnknown
    passkey = (
        await unit.session.execute(select(Passkey).where(Passkey.credential_hash == credential_hash).with_for_update())
    ).scalar_one_or_none()
    if passkey is None or passkey.person_id != person.id:
        raise PasskeyUnknown
    return person, passkey


async def _check_signature(
    unit: UnitOfWork,
    party: RelyingParty,
    credential: PasskeyCredential,
    assertion: Assertion,
    person: Person,
    passkey: Passkey,
) -> None:
    """Check the signature, and record the use. Raises NotGenuineError, KeysUnavailable."""
    vault = unit.keyring.vault(person.id, person.data_key)
    key = vault.open("passkeys.public_key", passkey.id, passkey.public_key)
    if key is None:
        raise KeysUnavailable
    # Each copy of a synced passkey has a counter of its own, or none. The counter of a passkey that lives on
    # one device must rise; if it does not, the passkey has been cloned.
    min_sign_count = 0 if passkey.synced else passkey.sign_count
    passkey.sign_count = passkeys.check_assertion(
        party, credential, assertion.challenge, passkeys.decode_base64url(key), min_sign_count
    )
    passkey.used_at = unit.now


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


def _credential_hash(keyring: Keyring, credential_id: bytes) -> bytes:
    return keyring.digest("passkey.credential", credential_id)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
