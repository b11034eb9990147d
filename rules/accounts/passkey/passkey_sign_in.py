"""Signing in with a passkey, and proving with one that the person in a session is still its owner."""

import hmac
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core import passkeys
from core.errors import KeysUnavailable
from core.passkeys import Assertion, NotGenuineError, RelyingParty
from core.unit_of_work import UnitOfWork
from models import Passkey, Person
from models.enums import AccessKind, Carrier
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import sessions, throttle
from rules.accounts.passkey.passkey_challenges import (
    CHALLENGE_LIFETIME,
    CHALLENGE_SECONDS,
    issue_challenge,
    replace_challenge,
    use_challenge,
)
from rules.accounts.passkey.passkeys import (
    OPTIONS_PER_PLACE,
    PasskeyCredential,
    credential_hash,
    own_credential_ids,
    user_handle,
)
from rules.accounts.sessions import SignedIn
from rules.errors import NotFound, PasskeyUnknown
from rules.idempotency import RequestFingerprint


async def passkey_request_options(unit: UnitOfWork, party: RelyingParty, place: str) -> dict[str, Any]:
    """Return what the browser needs to sign in with any passkey of this server. Raises TooMany."""
    await throttle.consume(unit, OPTIONS_PER_PLACE, place)
    return passkeys.authentication_options(party, await issue_challenge(unit), CHALLENGE_SECONDS)


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
    hashed = credential_hash(unit.keyring, assertion.credential_id)
    # The person is locked first, as when all of a person's passkeys are deleted.
    person = (
        await unit.session.execute(
            select(Person)
            .where(Person.id.in_(select(Passkey.person_id).where(Passkey.credential_hash == hashed)))
            .with_for_update(key_share=True)
        )
    ).scalar_one_or_none()
    if person is None or not hmac.compare_digest(user_handle(unit.keyring, person.id), assertion.user_handle):
        raise PasskeyUnknown
    passkey = (
        await unit.session.execute(select(Passkey).where(Passkey.credential_hash == hashed).with_for_update())
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


async def passkey_proof_options(unit: UnitOfWork, who: Caller, party: RelyingParty) -> dict[str, Any]:
    """Return what the browser needs to prove with one of the caller's passkeys that they are its owner.

    Earlier challenges of the caller are no longer accepted. Raises NotFound when they have no passkey.
    """
    await access.lock_person(unit, who)
    credential_ids = await own_credential_ids(unit, who)
    if not credential_ids:
        raise NotFound
    challenge = await replace_challenge(unit, who)
    return passkeys.authentication_options(party, challenge, CHALLENGE_SECONDS, credential_ids)


async def prove_with_passkey(unit: UnitOfWork, who: Caller, party: RelyingParty, credential: PasskeyCredential) -> None:
    """Check that one of the caller's own passkeys signed their challenge, and record the proof.

    A refusal uses up the challenge too, which the endpoint commits. Raises PasskeyUnknown, whatever the reason.
    """
    try:
        assertion = passkeys.unverified_assertion(credential)
        if not await use_challenge(unit, assertion.challenge, who.person_id):
            raise PasskeyUnknown
        person, passkey = await _find_signer(unit, assertion)
        if person.id != who.person_id:
            raise PasskeyUnknown
        await _check_signature(unit, party, credential, assertion, person, passkey)
    except NotGenuineError:
        raise PasskeyUnknown from None
    await sessions.record_proof(unit, who)
