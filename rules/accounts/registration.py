"""Signing up: who may, how many, and a new account with a passphrase."""

import unicodedata
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.encryption import Keyring
from core.unit_of_work import UnitOfWork
from models import Person
from models.enums import AccessKind, Carrier
from rules import idempotency
from rules.accounts import sessions
from rules.accounts.people import RECOVERY_CODE_COUNT, code_of_number, name_hash, replace_codes
from rules.accounts.sessions import SignedIn
from rules.accounts.throttle import RateLimit
from rules.circle import invitations
from rules.errors import NameTaken, RegistrationClosed
from rules.idempotency import RequestFingerprint
from rules.operator import registration_invitations

SIGN_UPS_PER_INVITATION = RateLimit("sign_up.invitation", burst=10, every=20)
"""Limits sign-up attempts per invitation: it admits one person, but a name may be taken or a reply lost."""
# No 0, 1, i, l, o to be misread. Six letters are 31 ** 6, some 900 million.
MADE_NAME_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
MADE_NAME_LETTERS = 6
MAX_NAME_STEM = 20
NAME_STEM = "light"
"""Begins a sign-in name that is made for somebody whose display name has no letter of a to z."""


def sign_up_limit_per_place(sign_ups: int) -> RateLimit:
    """Return a limit of this many sign-ups without an invitation at once, and as many again every ten minutes."""
    return RateLimit("sign_up.place", burst=sign_ups, every=600 / sign_ups)


@dataclass(frozen=True, slots=True)
class NewPerson:
    """The data of a sign-up. The passphrase is already hashed; None for an account with a passkey alone.

    `consent_version`: the version of the privacy page that they have agreed to; None when their app did not say.
    """

    sign_in_name: str
    passphrase_hash: str | None
    display_name: str
    time_zone: str
    region: str | None
    language: str
    invitation_token: str | None
    carrier: Carrier
    consent_version: str | None = None


@dataclass(frozen=True, slots=True)
class SignedUp:
    signed_in: SignedIn
    recovery_codes: list[str]


async def require_registration(unit: UnitOfWork, mode: str, invitation_token: str | None) -> None:
    """Raise RegistrationClosed, or InvitationNotValid for an invitation that cannot be used."""
    if mode == "closed" or (mode == "invited" and invitation_token is None):
        raise RegistrationClosed
    if invitation_token is not None and not await registration_invitations.admits(unit, invitation_token):
        await invitations.find_invitation(unit, invitation_token)


async def take_up_invitation(unit: UnitOfWork, person_id: UUID, token: str) -> None:
    """Use up what a new person came with: a word of the operator's, or somebody's invitation into their circle.

    Raises what accepting an invitation raises.
    """
    if not await registration_invitations.use(unit, token):
        await invitations.accept_at_sign_up(unit, person_id, token)


async def sign_up(unit: UnitOfWork, new: NewPerson, fingerprint: RequestFingerprint | None) -> SignedUp:
    """Create a person, a first session and ten recovery codes, and accept the invitation they came with.

    A retry with the same key and body returns the same person, session token and codes.
    Raises NameTaken, KeyReused, and what accepting an invitation raises.
    """
    person_id = await idempotency.find_result(unit, fingerprint)
    is_retry = person_id is not None
    if person_id is None:
        name_holder = select(Person.id).where(Person.sign_in_name_hash == name_hash(unit.keyring, new.sign_in_name))
        is_retry = (await unit.session.execute(name_holder)).first() is not None
        if not is_retry:
            person_id = unit.new_id()
            try:
                await create_person(unit, person_id, new)
                await idempotency.remember(unit, fingerprint, person_id, person_id)
            except IntegrityError:
                await unit.rollback()
                is_retry = True
        if is_retry:
            # The name is taken by somebody else, or by a concurrent run of this very request.
            person_id = await idempotency.find_result(unit, fingerprint)
    if person_id is None:
        raise NameTaken
    person = await unit.session.get_one(Person, person_id)
    token = idempotency.secret(unit, fingerprint, "sign_up.token")
    kind = AccessKind.SIGNED_IN if is_retry else AccessKind.SIGNED_UP
    signed_in = await sessions.open_session(unit, person, new.carrier, token, kind, is_retry=is_retry)
    seed = idempotency.secret(unit, fingerprint, "sign_up.codes")
    if not is_retry:
        await replace_codes(unit, person_id, seed)
        if new.invitation_token is not None:
            await take_up_invitation(unit, person_id, new.invitation_token)
    # A retry returns the same codes, including those that were used or replaced meanwhile.
    return SignedUp(signed_in, [code_of_number(unit, seed, number) for number in range(RECOVERY_CODE_COUNT)])


async def create_person(unit: UnitOfWork, person_id: UUID, new: NewPerson) -> Person:
    """Insert and return the person. Raises IntegrityError when the name or the id is taken, KeysUnavailable."""
    data_key = unit.keyring.new_data_key(person_id)
    vault = unit.keyring.vault(person_id, data_key)
    person = Person(
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
        consent_version=new.consent_version,
        consented_at=unit.now if new.consent_version else None,
        created_at=unit.now,
    )
    unit.session.add(person)
    await unit.session.flush()
    return person


async def choose_sign_in_name(unit: UnitOfWork, display_name: str, person_id: UUID) -> str:
    """Return a sign-in name that nobody has, for somebody who chooses none; the same each time it is asked for.

    Raises KeysUnavailable.
    """
    attempt = 0
    while True:
        name = made_sign_in_name(unit.keyring, display_name, person_id, attempt)
        holder = select(Person.id).where(Person.sign_in_name_hash == name_hash(unit.keyring, name))
        if (await unit.session.execute(holder)).first() is None:
            return name
        attempt += 1


def made_sign_in_name(keyring: Keyring, display_name: str, person_id: UUID, attempt: int) -> str:
    """Return a sign-in name: the first word of the display name, and letters that do not reveal the account's id."""
    plain = unicodedata.normalize("NFKD", display_name.casefold())
    words = "".join(
        letter if letter.isascii() and letter.isalnum() else " " for letter in _without_marks(plain)
    ).split()
    stem = words[0][:MAX_NAME_STEM] if words else NAME_STEM
    number = int.from_bytes(keyring.digest("sign_in_name.made", person_id.bytes + bytes([attempt])))
    letters = []
    for _ in range(MADE_NAME_LETTERS):
        number, digit = divmod(number, len(MADE_NAME_ALPHABET))
        letters.append(MADE_NAME_ALPHABET[digit])
    return f"{stem}-{''.join(letters)}"


def _without_marks(text: str) -> str:
    return "".join(letter for letter in text if not unicodedata.combining(letter))
