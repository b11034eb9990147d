"""Passkeys: added and removed with fresh proof, and signed in with; every challenge is ours, and answered once."""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from core import passkeys
from core.encryption import Keyring
from core.errors import KeysUnavailable
from core.passkeys import CHALLENGE_BYTES, Assertion, NotGenuineError, RelyingParty
from core.unit_of_work import UnitOfWork
from models import Passkey, PasskeyChallenge, Person
from models.enums import AccessKind, Carrier
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import access_log, sessions, throttle
from rules.accounts.sessions import SignedIn
from rules.accounts.throttle import Limit
from rules.errors import PasskeyRefused, PasskeyUnknown, TooManyPasskeys
from rules.idempotency import RequestFingerprint

MAX_PASSKEYS = 10
CHALLENGE_LIFETIME = timedelta(minutes=5)
"""How long a challenge waits for its answer."""
OPTIONS_PER_PLACE = Limit("passkeys.options.place", burst=100, every=5)
"""Sign-ins that may be begun from one place: each of them is a row."""

Credential = Mapping[str, Any]
"""What the browser gave, as JSON (WebAuthn level 3, RegistrationResponseJSON and AuthenticationResponseJSON)."""


async def creation_options(unit: UnitOfWork, who: Caller, party: RelyingParty) -> dict[str, Any]:
    """What the browser is given to make a passkey with; what was asked before is no longer answered.

    Raises TooManyPasskeys, KeysUnavailable.
    """
    mine = await access.person(unit, who)
    await _room(unit, who)
    names = [
        who.vault.open(f"people.{name}", mine.id, getattr(mine, name)) for name in ("sign_in_name", "display_name")
    ]
    if not names[0] or not names[1]:
        raise KeysUnavailable
    kept = await unit.session.execute(select(Passkey.id, Passkey.credential_id).where(access.mine(Passkey, who)))
    opened = [who.vault.open("passkeys.credential_id", row.id, row.credential_id) for row in kept]
    known = [passkeys.from_text(text) for text in opened if text]
    await unit.session.execute(delete(PasskeyChallenge).where(access.mine(PasskeyChallenge, who)))
    challenge = await _challenge(unit, who.person_id)
    handle = user_handle(unit.keyring, who.person_id)
    return passkeys.creation_options(
        party, challenge, handle, (names[0], names[1]), known, int(CHALLENGE_LIFETIME.total_seconds())
    )


async def add(
    unit: UnitOfWork,
    who: Caller,
    party: RelyingParty,
    credential: Credential,
    label: str | None,
    asked: RequestFingerprint | None,
) -> Passkey:
    """Keep a passkey that answers a challenge of the caller's own. A retry gives the same one.

    Whether there is fresh proof is for the caller of this to ask (`access.require_proof`). When it is refused the
    challenge is used up all the same: the caller commits that. Raises PasskeyRefused, TooManyPasskeys, KeyReused,
    KeysUnavailable.
    """
    if not who.vault.good:
        raise KeysUnavailable

    async def create() -> UUID:
        await _room(unit, who)
        try:
            challenge = passkeys.challenge_of(credential)
            if not await _answered(unit, challenge, who.person_id):
                raise PasskeyRefused
            found = passkeys.check_registration(party, credential, challenge)
        except NotGenuineError:
            raise PasskeyRefused from None
        hashed = _hash(unit.keyring, found.credential_id)
        if (
            await unit.session.execute(select(Passkey.id).where(Passkey.credential_hash == hashed))
        ).first() is not None:
            raise PasskeyRefused
        made = Passkey(
            id=unit.new_id(),
            person_id=who.person_id,
            credential_hash=hashed,
            sign_count=found.sign_count,
            synced=found.synced,
            created_at=unit.now,
        )
        made.credential_id = who.vault.seal("passkeys.credential_id", made.id, _text(found.credential_id))
        made.public_key = who.vault.seal("passkeys.public_key", made.id, _text(found.public_key))
        made.label = who.vault.seal("passkeys.label", made.id, label)
        unit.session.add(made)
        access_log.record_own_event(unit, who, AccessKind.PASSKEY_ADDED, made.id)
        await unit.session.flush()
        return made.id

    made_id, _ = await idempotency.run_once(unit, asked, who.person_id, create)
    return await _own(unit, who, made_id)


async def list_passkeys(unit: UnitOfWork, who: Caller, limit: int, before: UUID | None) -> Sequence[Passkey]:
    """The caller's passkeys, newest first; `limit` + 1 rows at most."""
    statement = select(Passkey).where(access.mine(Passkey, who))
    if before is not None:
        statement = statement.where(Passkey.id < before)
    return (await unit.session.execute(statement.order_by(Passkey.id.desc()).limit(limit + 1))).scalars().all()


async def remove(unit: UnitOfWork, who: Caller, passkey_id: UUID) -> None:
    """Let this passkey open nothing any more. Where it has signed in stays signed in. Raises NotFound."""
    await unit.session.delete(await _own(unit, who, passkey_id))
    access_log.record_own_event(unit, who, AccessKind.PASSKEY_REMOVED, passkey_id)
    await unit.session.flush()


async def request_options(unit: UnitOfWork, party: RelyingParty, place: str) -> dict[str, Any]:
    """What the browser is given to sign in with, whoever it is. Raises TooMany."""
    await throttle.consume(unit, OPTIONS_PER_PLACE, place)
    return passkeys.request_options(party, await _challenge(unit, None), int(CHALLENGE_LIFETIME.total_seconds()))


async def sign_in(
    unit: UnitOfWork, party: RelyingParty, credential: Credential, carrier: Carrier, asked: RequestFingerprint | None
) -> SignedIn:
    """A session for whoever's passkey has signed a challenge of ours; it counts as fresh proof.

    A retry within the challenge's time is handed the session that it has opened, and never opens another. When it is
    refused the challenge is used up all the same: the caller commits that. Raises PasskeyUnknown, the same whatever the
    reason; KeyReused, KeysUnavailable.
    """
    try:
        said = passkeys.assertion_of(credential)
    except NotGenuineError:
        raise PasskeyUnknown from None
    token = idempotency.secret(unit, asked, "passkey.token")
    known = await idempotency.find_result(unit, asked)
    if known is None and not await _answered(unit, said.challenge, None):
        # The same request may just have been answered beside this one.
        known = await idempotency.find_result(unit, asked)
        if known is None:
            raise PasskeyUnknown
    if known is not None:
        person = await unit.session.get(Person, known)
        again = await sessions.opened_before(unit, person, token, unit.now - CHALLENGE_LIFETIME) if person else None
        if again is None:
            raise PasskeyUnknown
        return again
    person, passkey = await _signer(unit, said)
    try:
        await _prove(unit, party, credential, said, person, passkey)
    except NotGenuineError:
        raise PasskeyUnknown from None
    how = AccessKind.SIGNED_IN_WITH_PASSKEY
    made = await sessions.open_for(unit, person, carrier, token, how, about=passkey.id)
    await idempotency.remember(unit, asked, person.id, person.id)
    return made


async def _signer(unit: UnitOfWork, said: Assertion) -> tuple[Person, Passkey]:
    """Whose passkey this is, by its own word and by ours. Raises PasskeyUnknown."""
    hashed = _hash(unit.keyring, said.credential_id)
    # The person first, as whoever ends all passkeys of a person locks them.
    person = (
        await unit.session.execute(
            select(Person)
            .where(Person.id.in_(select(Passkey.person_id).where(Passkey.credential_hash == hashed)))
            .with_for_update(read=True, key_share=True)
        )
    ).scalar_one_or_none()
    if person is None or not hmac.compare_digest(user_handle(unit.keyring, person.id), said.user_handle):
        raise PasskeyUnknown
    passkey = (
        await unit.session.execute(select(Passkey).where(Passkey.credential_hash == hashed).with_for_update())
    ).scalar_one_or_none()
    if passkey is None or passkey.person_id != person.id:
        raise PasskeyUnknown
    return person, passkey


async def _prove(
    unit: UnitOfWork, party: RelyingParty, credential: Credential, said: Assertion, person: Person, passkey: Passkey
) -> None:
    """Raises NotGenuineError, KeysUnavailable."""
    vault = unit.keyring.vault(person.id, person.data_key)
    key = vault.open("passkeys.public_key", passkey.id, passkey.public_key)
    if key is None:
        raise KeysUnavailable
    # The copies of a synced passkey count each for itself, or not at all; only what lives in one place has to count on,
    # and where it does not there are two of it.
    least = 0 if passkey.synced else passkey.sign_count
    passkey.sign_count = passkeys.check_assertion(party, credential, said.challenge, passkeys.from_text(key), least)
    passkey.used_at = unit.now


async def forget_all(unit: UnitOfWork, person_id: UUID, session: UUID | None) -> None:
    """A new passphrase closes every other way in; `session` is where it was set."""
    gone = await unit.session.execute(delete(Passkey).where(access.owned_by(Passkey, person_id)).returning(Passkey.id))
    for passkey_id in gone.scalars().all():
        access_log.record_event(unit, person_id, AccessKind.PASSKEY_REMOVED, about=passkey_id, session=session)


def user_handle(keyring: Keyring, person_id: UUID) -> bytes:
    """What a passkey carries of its account: it tells nobody else which one it is. Raises KeysUnavailable."""
    return keyring.digest("passkey.person", person_id.bytes)


async def _own(unit: UnitOfWork, who: Caller, passkey_id: UUID) -> Passkey:
    return await access.own_row(unit, who, Passkey, passkey_id)


async def _room(unit: UnitOfWork, who: Caller) -> None:
    await access.lock_person(unit, who)
    held = select(func.count()).where(access.mine(Passkey, who))
    if (await unit.session.execute(held)).scalar_one() >= MAX_PASSKEYS:
        raise TooManyPasskeys


async def _challenge(unit: UnitOfWork, person_id: UUID | None) -> bytes:
    made = passkeys.from_text(unit.new_token(CHALLENGE_BYTES))
    unit.session.add(
        PasskeyChallenge(
            challenge_hash=_challenge_hash(made), person_id=person_id, expires_at=unit.now + CHALLENGE_LIFETIME
        )
    )
    await unit.session.flush()
    return made


async def _answered(unit: UnitOfWork, challenge: bytes, person_id: UUID | None) -> bool:
    """Use a challenge up; whether there was one, for this person, that has not run out."""
    used = await unit.session.execute(
        delete(PasskeyChallenge)
        .where(PasskeyChallenge.challenge_hash == _challenge_hash(challenge))
        .where(
            PasskeyChallenge.person_id.is_(None) if person_id is None else access.owned_by(PasskeyChallenge, person_id)
        )
        .returning(PasskeyChallenge.expires_at)
        .execution_options(synchronize_session=False)
    )
    expires_at = used.scalar()
    return expires_at is not None and expires_at > unit.now


def _challenge_hash(challenge: bytes) -> bytes:
    """It has 256 random bits, so a plain hash keeps it."""
    return hashlib.sha256(challenge).digest()


def _hash(keyring: Keyring, credential_id: bytes) -> bytes:
    return keyring.digest("passkey.credential", credential_id)


def _text(held: bytes) -> str:
    return base64.urlsafe_b64encode(held).decode().rstrip("=")
