"""Signing up with a passkey alone: one ceremony in the browser makes at most one account."""

import hmac
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from core import passkeys
from core.passkeys import NotGenuineError, Registered, RelyingParty
from core.unit_of_work import UnitOfWork
from models import Person
from models.enums import AccessKind
from rules import idempotency
from rules.accounts import sessions, throttle
from rules.accounts.passkey.passkey_challenges import (
    CHALLENGE_LIFETIME,
    CHALLENGE_SECONDS,
    issue_challenge,
    use_sign_up_challenge,
)
from rules.accounts.passkey.passkeys import (
    OPTIONS_PER_PLACE,
    PasskeyCredential,
    find_by_credential,
    insert_passkey,
    user_handle,
)
from rules.accounts.registration import NewPerson, choose_sign_in_name, create_person, take_up_invitation
from rules.accounts.sessions import SignedIn
from rules.errors import AlreadySignedUp, PasskeyRefused
from rules.idempotency import RequestFingerprint


async def passkey_sign_up_options(
    unit: UnitOfWork, party: RelyingParty, display_name: str, place: str
) -> dict[str, Any]:
    """Return what the browser needs to create the passkey of a new account; nothing is kept but the challenge.

    Raises TooMany, KeysUnavailable.
    """
    await throttle.consume(unit, OPTIONS_PER_PLACE, place)
    person_id = unit.new_id()
    names = (await choose_sign_in_name(unit, display_name, person_id), display_name)
    handle = user_handle(unit.keyring, person_id)
    challenge = await issue_challenge(unit, new_person_id=person_id)
    return passkeys.registration_options(party, challenge, handle, names, (), CHALLENGE_SECONDS)


async def sign_up_with_passkey(
    unit: UnitOfWork,
    party: RelyingParty,
    new: NewPerson,
    credential: PasskeyCredential,
    label: str | None,
    fingerprint: RequestFingerprint | None,
) -> SignedIn:
    """Create the account that the challenge was issued for, with this passkey, and accept the invitation they came with.

    The sign-in name in `new` is replaced by one that nobody has. A retry within the challenge's lifetime returns the
    session that the first try has opened. A refusal uses up the challenge too, which the endpoint commits; an invitation
    that cannot be used leaves it as it was. Raises PasskeyRefused, AlreadySignedUp, KeyReused, KeysUnavailable, and what
    accepting an invitation raises.
    """
    token = idempotency.secret(unit, fingerprint, "passkey_sign_up.token")
    earlier_id = await idempotency.find_result(unit, fingerprint)
    if earlier_id is None:
        try:
            challenge = passkeys.unverified_challenge(credential)
            person_id = await use_sign_up_challenge(unit, challenge)
            registration = passkeys.check_registration(party, credential, challenge)
        except NotGenuineError:
            raise PasskeyRefused from None
        if person_id is not None:
            return await _create_account(
                unit, person_id, new, registration, label=label, token=token, fingerprint=fingerprint
            )
        # The same request may have been answered concurrently.
        earlier_id = await idempotency.find_result(unit, fingerprint)
        if earlier_id is None:
            raise await _refusal(unit, registration)
    return await _find_earlier_sign_up(unit, earlier_id, token)


async def _create_account(
    unit: UnitOfWork,
    person_id: UUID,
    new: NewPerson,
    registration: Registered,
    *,
    label: str | None,
    token: bytes,
    fingerprint: RequestFingerprint | None,
) -> SignedIn:
    """Insert the person, a first session and the passkey, and accept the invitation. Raises PasskeyRefused."""
    if await find_by_credential(unit, registration.credential_id) is not None:
        raise PasskeyRefused
    named = replace(new, sign_in_name=await choose_sign_in_name(unit, new.display_name, person_id))
    try:
        person = await create_person(unit, person_id, named)
        signed_in = await sessions.open_session(unit, person, new.carrier, token, AccessKind.SIGNED_UP)
        vault = unit.keyring.vault(person_id, person.data_key)
        await insert_passkey(unit, person_id, vault, registration, label, signed_in.session_id)
        await idempotency.remember(unit, fingerprint, person_id, person_id)
    except (IntegrityError, PasskeyRefused):
        # Another ceremony took the credential or the name a moment ago: nothing may be kept of this one.
        await unit.rollback()
        raise PasskeyRefused from None
    if new.invitation_token is not None:
        await take_up_invitation(unit, person_id, new.invitation_token)
    return signed_in


async def _find_earlier_sign_up(unit: UnitOfWork, person_id: UUID, token: bytes) -> SignedIn:
    """Return the session that the first try of this request opened. Raises AlreadySignedUp when there is none any more."""
    person = await unit.session.get(Person, person_id)
    if person is None:
        raise PasskeyRefused
    session = await sessions.find_session_opened_with(unit, person, token, unit.now - CHALLENGE_LIFETIME)
    if session is None:
        raise AlreadySignedUp
    return session


async def _refusal(unit: UnitOfWork, registration: Registered) -> PasskeyRefused | AlreadySignedUp:
    """Return why a credential without a challenge is refused; only its holder learns that it has made an account."""
    passkey = await find_by_credential(unit, registration.credential_id)
    if passkey is None:
        return PasskeyRefused()
    person = await unit.session.get_one(Person, passkey.person_id)
    vault = unit.keyring.vault(person.id, person.data_key)
    public_key = passkeys.decode_base64url(vault.open("passkeys.public_key", passkey.id, passkey.public_key) or "")
    return AlreadySignedUp() if hmac.compare_digest(public_key, registration.public_key) else PasskeyRefused()
