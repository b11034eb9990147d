"""The profile of a person, and what opens their account: passphrase and recovery codes."""

import secrets
from collections.abc import Mapping, Sequence
from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import delete, select

from core import secret_text
from core.encryption import Keyring
from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Person, RecoveryCode
from models.enums import AccessKind, Carrier
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import access_log, sessions
from rules.accounts.passkey import passkeys
from rules.accounts.sessions import SignedIn
from rules.circle import sharing
from rules.daily.commitment.lifecycle import reschedule_commitments
from rules.daily.follow_up_rows import reschedule_follow_ups
from rules.daily.rhythm import reschedule_rhythm
from rules.errors import WrongCredentials
from rules.idempotency import RequestFingerprint
from rules.reach_out.advance import changing_reach
from rules.upkeep import wal_truncation

RECOVERY_CODE_COUNT = 10
# Crockford's base32: no I, L, O, U to be misread. 16 characters are 80 bits.
RECOVERY_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RECOVERY_CODE_LENGTH = 16
AVAILABILITY_FIELDS = {"hours", "wake_me", "time_zone", "away_until"}
"""Fields of the profile that decide whether somebody is pushed at this moment."""
LOGGED_HOURS = {"hours", "wake_me", "away_until"}
"""Those of them that the access log records as a change of one's hours."""
UNUSABLE_ZONES = frozenset({"Etc/Unknown", "Factory", "localtime", "posixrules"})
"""Entries of a time zone database that name no zone: placeholders, and the machine's own setting."""


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all zones in this machine's database."""
    return frozenset(available_timezones()) - UNUSABLE_ZONES


def name_hash(keyring: Keyring, sign_in_name: str) -> bytes:
    return keyring.digest("sign_in_name", sign_in_name.lower().encode())


async def change_profile(unit: UnitOfWork, who: Caller, changes: Mapping[str, object]) -> Person:
    """Apply a merge patch (RFC 7396) to the profile; None clears an optional field.

    Raises KeysUnavailable, and ProofNeeded where it changes the number that the circle is shown.
    """
    if "contact" in changes:
        await access.lock_person(unit, who)
        person = await access.load_person(unit, who)
        if changes["contact"] != who.vault.open("people.contact", person.id, person.contact):
            access.require_proof(who, unit.now)
            await access_log.announce_own_event(unit, who, AccessKind.NUMBER_CHANGED)
    if not changes.keys() & AVAILABILITY_FIELDS:
        return await _apply_changes(unit, who, changes)
    # An open reach-out must not wait for somebody who has just become unavailable. Their row is locked first, as everywhere.
    await access.lock_person(unit, who)
    async with changing_reach(unit, [who.person_id]):
        person = await access.load_person(unit, who)
        old_zone = person.time_zone
        changed = {name for name, value in changes.items() if value != getattr(person, name, None)}
        # Hours stand in the person's zone and move with it.
        if changed & LOGGED_HOURS or ("time_zone" in changed and person.hours is not None):
            access_log.record_own_event(unit, who, AccessKind.HOURS_CHANGED)
        person = await _apply_changes(unit, who, changes)
    if person.time_zone != old_zone:
        await reschedule_commitments(unit, person)
        await reschedule_rhythm(unit, person)
    if person.time_zone != old_zone or "hours" in changes:
        await reschedule_follow_ups(unit, person)
    if changes.get("away_until") is not None:
        await sharing.retire_pushes_to_helper(unit, who.person_id)
    return person


async def _apply_changes(unit: UnitOfWork, who: Caller, changes: Mapping[str, object]) -> Person:
    person = await access.load_person(unit, who)
    for name, value in changes.items():
        if name in {"display_name", "contact"}:
            text = None if value is None else str(value)
            if text is not None and not who.vault.has_key:
                raise KeysUnavailable
            setattr(person, name, who.vault.seal(f"people.{name}", person.id, text))
        else:
            setattr(person, name, value)
    await unit.session.flush()
    if changes.keys() & {"display_name", "contact"}:
        await wal_truncation.mark_erased(unit)
    return person


async def load_own_names(unit: UnitOfWork, who: Caller) -> list[str | None]:
    """Return the caller's names, which their passphrase must not be made of; None for one that cannot be read."""
    person = await access.load_person(unit, who)
    return [
        who.vault.open("people.sign_in_name", person.id, person.sign_in_name),
        who.vault.open("people.display_name", person.id, person.display_name),
    ]


async def set_ladder(unit: UnitOfWork, who: Caller, seconds: Sequence[int] | None) -> list[int] | None:
    """Store the caller's own ladder for future reach-outs, offsets in seconds; None restores the default."""
    # Locked first, as everywhere: the log's row refers to the person's, and an erasure may be waiting for it.
    await access.lock_person(unit, who)
    person = await access.load_person(unit, who)
    person.ladder = None if seconds is None else list(seconds)
    access_log.record_own_event(unit, who, AccessKind.LADDER_CHANGED)
    await unit.session.flush()
    return person.ladder


async def set_passphrase(unit: UnitOfWork, who: Caller, earlier_hash: str | None, passphrase_hash: str) -> bool:
    """Replace the passphrase, and end every other session and passkey: one of them may be why it is replaced.

    A first passphrase is one more way in, and ends nothing. Return False, and change nothing, if the passphrase is no
    longer the one with `earlier_hash`. Raises NotSignedIn when the caller's session has ended meanwhile.
    """
    await access.lock_person(unit, who)
    await access.lock_session(unit, who)
    person = await access.load_person(unit, who)
    if person.passphrase_hash != earlier_hash:
        return False
    person.passphrase_hash = passphrase_hash
    if earlier_hash is not None:
        # Before the sessions, so that a session that a passkey opens meanwhile is among those that end.
        await passkeys.forget_all(unit, who.person_id, who.session_id)
    if earlier_hash is not None:
        await sessions.end_others(unit, who.person_id, keep=who.session_id, last_push=True)
    await access_log.announce_own_event(unit, who, AccessKind.PASSPHRASE_CHANGED)
    await unit.session.flush()
    return True


async def replace_codes(unit: UnitOfWork, person_id: UUID, seed: bytes | None = None) -> list[str]:
    """Replace all recovery codes with ten new ones and return them. Only their keyed hashes are stored."""
    codes = [code_of_number(unit, seed, number) for number in range(RECOVERY_CODE_COUNT)]
    await unit.session.execute(delete(RecoveryCode).where(access.owned_by(RecoveryCode, person_id)))
    unit.session.add_all(
        RecoveryCode(id=unit.new_id(), person_id=person_id, code_hash=_code_hash(unit, person_id, code))
        for code in codes
    )
    await unit.session.flush()
    return codes


async def renew_codes(unit: UnitOfWork, who: Caller, fingerprint: RequestFingerprint | None) -> list[str]:
    """Return ten new recovery codes, which replace all earlier ones; a retry returns the same. Raises KeyReused, NotSignedIn."""
    seed = idempotency.secret(unit, fingerprint, "recovery.codes")

    async def create() -> UUID:
        await access.lock_person(unit, who)
        await access.lock_session(unit, who)
        await replace_codes(unit, who.person_id, seed)
        await access_log.announce_own_event(unit, who, AccessKind.CODES_RENEWED)
        return who.person_id

    await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return [code_of_number(unit, seed, number) for number in range(RECOVERY_CODE_COUNT)]


async def recover(unit: UnitOfWork, sign_in_name: str, code: str, passphrase_hash: str, carrier: Carrier) -> SignedIn:
    """Use up one recovery code to set a passphrase and open a session; all other sessions and passkeys end.

    Raises WrongCredentials, for an unknown name as well as for a used code.
    """
    person = (
        await unit.session.execute(
            select(Person)
            .where(Person.sign_in_name_hash == name_hash(unit.keyring, sign_in_name))
            .with_for_update(key_share=True)
        )
    ).scalar_one_or_none()
    if person is None:
        raise WrongCredentials
    used_codes = await unit.session.execute(
        delete(RecoveryCode)
        .where(access.owned_by(RecoveryCode, person.id), RecoveryCode.code_hash == _code_hash(unit, person.id, code))
        .returning(RecoveryCode.id)
    )
    if used_codes.first() is None:
        raise WrongCredentials
    person.passphrase_hash = passphrase_hash
    await passkeys.forget_all(unit, person.id, None)
    await sessions.end_others(unit, person.id, keep=None, last_push=True)
    return await sessions.open_session(unit, person, carrier, None, AccessKind.RECOVERED)


async def load_names_behind_code(unit: UnitOfWork, sign_in_name: str, code: str) -> list[str | None] | None:
    """Return the names of whoever this unused recovery code opens the account of; None for any other name or code."""
    found = await unit.session.execute(
        select(Person)
        .join(RecoveryCode, RecoveryCode.person_id == Person.id)
        .where(Person.sign_in_name_hash == name_hash(unit.keyring, sign_in_name))
    )
    person = found.scalars().first()
    if person is None:
        return None
    code_hash = _code_hash(unit, person.id, code)
    owned = select(RecoveryCode.id).where(access.owned_by(RecoveryCode, person.id), RecoveryCode.code_hash == code_hash)
    if (await unit.session.execute(owned)).first() is None:
        return None
    vault = unit.keyring.vault(person.id, person.data_key)
    return [sign_in_name, vault.open("people.display_name", person.id, person.display_name)]


def code_of_number(unit: UnitOfWork, seed: bytes | None, number: int) -> str:
    """Return the code of this number: derived from the seed, or random."""
    if seed is None:
        letters = [secrets.choice(RECOVERY_CODE_ALPHABET) for _ in range(RECOVERY_CODE_LENGTH)]
    else:
        bits = int.from_bytes(unit.keyring.digest("recovery_code", seed + bytes([number]))[:10])
        letters = [RECOVERY_CODE_ALPHABET[(bits >> (5 * place)) & 31] for place in range(RECOVERY_CODE_LENGTH)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, RECOVERY_CODE_LENGTH, 4))


def _code_hash(unit: UnitOfWork, person_id: UUID, code: str) -> bytes:
    plain = secret_text.recovery_code(code)
    return unit.keyring.digest("recovery_code.hash", person_id.bytes + plain.encode())
