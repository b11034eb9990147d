"""Signing up, the profile, and what opens an account: passphrase and recovery codes."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from core import secret_text
from core.encryption import Keyring
from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Person, RecoveryCode
from models.enums import AccessKind, Carrier
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import access_log, passkeys, sessions
from rules.accounts.sessions import SignedIn
from rules.accounts.throttle import Limit
from rules.circle import invitations
from rules.errors import NameTaken, RegistrationClosed, WrongCredentials
from rules.idempotency import RequestFingerprint
from rules.reach_out.reach_change import changing_reach
from rules.upkeep import wal_truncation

RECOVERY_CODES = 10
# Crockford's base32: no I, L, O, U to be misread. 16 of them are 80 bits.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
SIGN_UPS_PER_INVITATION = Limit("sign_up.invitation", burst=10, every=20)
"""Tries to sign up with one invitation, which takes one person: a name may be taken, a reply may be lost."""
AVAILABILITY_FIELDS = {"hours", "wake_me", "time_zone"}
"""What decides whether somebody is pushed at this moment."""


def sign_ups_per_place(most: int) -> Limit:
    """So many at once without an invitation, and as many again in ten minutes."""
    return Limit("sign_up.place", burst=most, every=600 / most)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What somebody signs up with; the passphrase has been hashed already."""

    sign_in_name: str
    passphrase_hash: str
    display_name: str
    time_zone: str
    region: str | None
    language: str
    invitation_token: str | None
    carrier: Carrier


@dataclass(frozen=True, slots=True)
class SignedUp:
    signed_in: SignedIn
    recovery_codes: list[str]


UNUSABLE_ZONES = frozenset({"Etc/Unknown", "Factory", "localtime", "posixrules"})
"""What a machine's database knows beside zones: a mark that none was set, and whatever that machine is set to."""


@cache
def time_zones() -> frozenset[str]:
    """The names of all zones that this machine's database knows."""
    return frozenset(available_timezones()) - UNUSABLE_ZONES


def name_hash(keyring: Keyring, sign_in_name: str) -> bytes:
    return keyring.digest("sign_in_name", sign_in_name.lower().encode())


async def may_register(unit: UnitOfWork, mode: str, invitation_token: str | None) -> None:
    """Raises RegistrationClosed, or InvitationNotValid where an invitation is what opens the door."""
    if mode == "closed" or (mode == "invited" and invitation_token is None):
        raise RegistrationClosed
    if invitation_token is not None:
        await invitations.find(unit, invitation_token)


async def sign_up(unit: UnitOfWork, new: NewPerson, asked: RequestFingerprint | None) -> SignedUp:
    """Make a person, a first session and ten recovery codes; accept the invitation they came with.

    A retry with the same key and body gives the same person, session token and codes.
    Raises NameTaken, KeyReused, and what accepting an invitation raises.
    """
    known = await idempotency.find_result(unit, asked)
    again = known is not None
    if known is None:
        taken = select(Person.id).where(Person.sign_in_name_hash == name_hash(unit.keyring, new.sign_in_name))
        again = (await unit.session.execute(taken)).first() is not None
        if not again:
            known = unit.new_id()
            try:
                await _create(unit, known, new)
                await idempotency.remember(unit, asked, known, known)
            except IntegrityError:
                await unit.rollback()
                again = True
        if again:
            # By somebody else, or by this very request, which ran twice at once and was the other time a statement ahead.
            known = await idempotency.find_result(unit, asked)
    if known is None:
        raise NameTaken
    made = await unit.session.get_one(Person, known)
    token = idempotency.secret(unit, asked, "sign_up.token")
    how = AccessKind.SIGNED_IN if again else AccessKind.SIGNED_UP
    signed_in = await sessions.open_for(unit, made, new.carrier, token, how, again=again)
    seed = idempotency.secret(unit, asked, "sign_up.codes")
    if not again:
        await replace_codes(unit, known, seed)
    if new.invitation_token is not None:
        await invitations.accept_at_sign_up(unit, known, new.invitation_token)
    # A retry is handed the same codes; those that were used or replaced meanwhile stay so.
    return SignedUp(signed_in, [_code(unit, seed, number) for number in range(RECOVERY_CODES)])


async def _create(unit: UnitOfWork, person_id: UUID, new: NewPerson) -> None:
    data_key = unit.keyring.new_data_key(person_id)
    vault = unit.keyring.vault(person_id, data_key)
    unit.session.add(
        Person(
            id=person_id,
            sign_in_name_hash=name_hash(unit.keyring, new.sign_in_name),
            sign_in_name=vault.seal("people.sign_in_name", person_id, new.sign_in_name),
            display_name=vault.seal("people.display_name", person_id, new.display_name),
            passphrase_hash=new.passphrase_hash,
            data_key=data_key,
            contact=None,
            time_zone=new.time_zone,
            region=new.region,
            language=new.language,
            hours=None,
            wake_me=False,
            created_at=unit.now,
        )
    )
    await unit.session.flush()


async def change(unit: UnitOfWork, who: Caller, changes: Mapping[str, object]) -> Person:
    """Apply a merge patch of the profile; None empties what may be empty. Raises KeysUnavailable."""
    if not changes.keys() & AVAILABILITY_FIELDS:
        return await _change(unit, who, changes)
    # Whoever hears nothing from now on is not waited for by a call that is running. Their own row comes first, as everywhere.
    await access.lock_person(unit, who)
    async with changing_reach(unit, [who.person_id]):
        return await _change(unit, who, changes)


async def _change(unit: UnitOfWork, who: Caller, changes: Mapping[str, object]) -> Person:
    mine = await access.person(unit, who)
    for name, value in changes.items():
        if name in {"display_name", "contact"}:
            text = None if value is None else str(value)
            if text is not None and not who.vault.good:
                raise KeysUnavailable
            setattr(mine, name, who.vault.seal(f"people.{name}", mine.id, text))
        else:
            setattr(mine, name, value)
    await unit.session.flush()
    if changes.keys() & {"display_name", "contact"}:
        await wal_truncation.mark_erased(unit)
    return mine


async def set_ladder(unit: UnitOfWork, who: Caller, seconds: Sequence[int] | None) -> list[int] | None:
    """Keep the caller's own ladder for reach-outs to come (`rules.ladder.own_ladder`); None goes back to the default."""
    mine = await access.person(unit, who)
    mine.ladder = None if seconds is None else list(seconds)
    await unit.session.flush()
    return mine.ladder


async def set_passphrase(unit: UnitOfWork, who: Caller, passphrase_hash: str) -> None:
    """A new passphrase; every other sign-in and every passkey ends, for one of them may be why it is changed."""
    mine = await access.person(unit, who)
    mine.passphrase_hash = passphrase_hash
    # Before the sessions: a sign-in that is under way with one of them is seen below.
    await passkeys.forget_all(unit, who.person_id, who.session_id)
    access_log.record_own_event(unit, who, AccessKind.PASSPHRASE_CHANGED)
    await sessions.end_others(unit, who.person_id, keep=who.session_id)


async def replace_codes(unit: UnitOfWork, person_id: UUID, seed: bytes | None = None) -> list[str]:
    """Ten fresh single-use recovery codes; earlier ones stop working. Only their keyed hashes stay."""
    codes = [_code(unit, seed, number) for number in range(RECOVERY_CODES)]
    await unit.session.execute(delete(RecoveryCode).where(access.owned_by(RecoveryCode, person_id)))
    unit.session.add_all(
        RecoveryCode(id=unit.new_id(), person_id=person_id, code_hash=_code_hash(unit, person_id, code))
        for code in codes
    )
    await unit.session.flush()
    return codes


async def new_codes(unit: UnitOfWork, who: Caller, asked: RequestFingerprint | None) -> list[str]:
    """Ten new recovery codes; a retry with the same key gives the same ones. Raises KeyReused."""
    seed = idempotency.secret(unit, asked, "recovery.codes")

    async def create() -> UUID:
        await replace_codes(unit, who.person_id, seed)
        access_log.record_own_event(unit, who, AccessKind.CODES_RENEWED)
        return who.person_id

    await idempotency.run_once(unit, asked, who.person_id, create)
    return [_code(unit, seed, number) for number in range(RECOVERY_CODES)]


async def recover(unit: UnitOfWork, sign_in_name: str, code: str, passphrase_hash: str, carrier: Carrier) -> SignedIn:
    """Trade one recovery code for a new passphrase and a session; all earlier sign-ins and passkeys end.

    Raises WrongCredentials, the same for an unknown name and a used code.
    """
    found = (
        await unit.session.execute(
            select(Person)
            .where(Person.sign_in_name_hash == name_hash(unit.keyring, sign_in_name))
            .with_for_update(key_share=True)
        )
    ).scalar_one_or_none()
    if found is None:
        raise WrongCredentials
    used = await unit.session.execute(
        delete(RecoveryCode)
        .where(access.owned_by(RecoveryCode, found.id), RecoveryCode.code_hash == _code_hash(unit, found.id, code))
        .returning(RecoveryCode.id)
    )
    if used.first() is None:
        raise WrongCredentials
    found.passphrase_hash = passphrase_hash
    await passkeys.forget_all(unit, found.id, None)
    await sessions.end_others(unit, found.id, keep=None)
    return await sessions.open_for(unit, found, carrier, None, AccessKind.RECOVERED)


def _code(unit: UnitOfWork, seed: bytes | None, number: int) -> str:
    if seed is None:
        letters = [secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)]
    else:
        bits = int.from_bytes(unit.keyring.digest("recovery_code", seed + bytes([number]))[:10])
        letters = [CODE_ALPHABET[(bits >> (5 * place)) & 31] for place in range(CODE_LENGTH)]
    return "-".join("".join(letters[at : at + 4]) for at in range(0, CODE_LENGTH, 4))


def _code_hash(unit: UnitOfWork, person_id: UUID, code: str) -> bytes:
    plain = secret_text.recovery_code(code)
    return unit.keyring.digest("recovery_code.hash", person_id.bytes + plain.encode())
