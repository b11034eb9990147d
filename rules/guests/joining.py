"""Joining as a guest: a yes with an address, and the code that comes back from it."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from core.errors import KeysUnavailable
from core.phone_numbers import country_of
from core.unit_of_work import UnitOfWork
from models import Channel, GuestJoin, Invitation, Membership, Person
from models.enums import ChannelKind, GuestSessionKind
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import channels, consent, throttle
from rules.accounts.throttle import RateLimit
from rules.circle import invitations
from rules.circle.invitations import MAX_CIRCLE
from rules.errors import AddressInCircle, ChannelNotOffered, CircleFull, InvitationNotValid, RegistrationClosed
from rules.idempotency import RequestFingerprint
from rules.practice.proof import record_push_proof

CODES_PER_INVITATION = RateLimit("guests.codes", burst=8, every=1800)
"""Limits the codes that one link may send anywhere: whoever holds it could write to strangers."""


@dataclass(frozen=True, slots=True)
class NewGuest:
    """What a guest says of themselves. `address` has been normalized by `core.addresses`.

    `region`: where they are likely to be, for an address that does not say. `consent_version`: of the privacy page that they
    were shown and agreed to with their yes; None when what they came with did not say.
    """

    display_name: str
    kind: ChannelKind
    address: str
    language: str
    time_zone: str
    standing_words: str | None
    region: str | None = None
    consent_version: str | None = None


@dataclass(frozen=True, slots=True)
class Joining:
    """A guest on their way into a circle, as the page shows it."""

    person_id: UUID
    membership_id: UUID
    channel_id: UUID
    inviter_id: UUID
    inviter_name: str | None
    role: str


def guest_kinds(offered: Collection[str]) -> list[ChannelKind]:
    """Return the kinds of address that a guest may give. A call needs SMS beside it, which carries the link."""
    kinds = [ChannelKind.SMS, ChannelKind.EMAIL]
    if ChannelKind.SMS in offered:
        kinds.append(ChannelKind.CALL)
    return [kind for kind in kinds if kind in offered]


async def accept_as_guest(
    unit: UnitOfWork,
    token: str,
    new: NewGuest,
    offered: Collection[str],
    registration: str,
    who: Caller | None,
    *,
    fingerprint: RequestFingerprint | None = None,
) -> Joining:
    """Take a guest's yes and send a code to their address; nothing shows anywhere until it has come back.

    `who`: a guest who has said yes to this invitation already and gives another address. A retry of the same request is the
    same guest, and sends no second code. Raises InvitationNotValid, RegistrationClosed, ChannelNotOffered, CircleFull,
    TooMany, KeysUnavailable, ConsentUnknown, KeyReused.
    """
    consent.check_version(new.consent_version)
    if registration == "closed":
        raise RegistrationClosed
    invitation = await invitations.find_invitation(unit, token)
    guest_id = await idempotency.find_result(unit, fingerprint)
    if guest_id is None:
        try:
            guest_id = await _say_yes(unit, invitation, new, offered, who)
            await idempotency.remember(unit, fingerprint, guest_id, guest_id)
        except IntegrityError:
            # The same request was sent twice at once, and the other one was first.
            await unit.rollback()
            guest_id = await idempotency.find_result(unit, fingerprint)
            if guest_id is None:
                raise
            invitation = await invitations.find_invitation(unit, token)
    return await _load_joining(unit, invitation, guest_id)


async def _say_yes(
    unit: UnitOfWork, invitation: Invitation, new: NewGuest, offered: Collection[str], who: Caller | None
) -> UUID:
    """Write a guest's yes, send the code and return the guest's id."""
    if new.kind not in guest_kinds(offered):
        raise ChannelNotOffered
    if await invitations.count_members(unit, invitation.inviter_id) >= MAX_CIRCLE:
        raise CircleFull
    await throttle.consume(unit, CODES_PER_INVITATION, str(invitation.id))
    join = await _find_join(unit, who, invitation)
    if join is None or who is None:
        guest = await _create_guest(unit, new)
        join = GuestJoin(
            person_id=guest.person_id,
            invitation_id=invitation.id,
            membership_id=unit.new_id(),
            created_at=unit.now,
        )
        unit.session.add(join)
    else:
        guest = who
        await _change_guest(unit, guest, new)
    join.standing_words = guest.vault.seal("memberships.standing_words", join.membership_id, new.standing_words)
    await unit.session.flush()
    await channels.add_channel(unit, guest, new.kind, new.address, offered, None)
    return guest.person_id


async def _load_joining(unit: UnitOfWork, invitation: Invitation, guest_id: UUID) -> Joining:
    """Return a guest on their way in. Raises InvitationNotValid once their code has come back: they are in already."""
    row = (
        await unit.session.execute(
            select(GuestJoin.membership_id, Channel.id.label("channel_id"))
            .join(Channel, access.owned_by(Channel, guest_id))
            .where(access.owned_by(GuestJoin, guest_id), GuestJoin.invitation_id == invitation.id)
            .order_by(Channel.id)
            .limit(1)
        )
    ).one_or_none()
    if row is None:
        raise InvitationNotValid
    return Joining(
        guest_id,
        row.membership_id,
        row.channel_id,
        invitation.inviter_id,
        (await invitations.load_inviter(unit, invitation.inviter_id))[0],
        invitation.role,
    )


async def complete_join(unit: UnitOfWork, who: Caller) -> None:
    """Make the membership of a guest whose code has come back; once.

    Raises InvitationNotValid, CircleFull, AddressInCircle.

    A number that is called gets the link by SMS, so it is a number that is written to as well.
    """
    # The circle first, then the invitation, as everywhere.
    join = (await unit.session.execute(select(GuestJoin).where(access.mine(GuestJoin, who)))).scalar_one_or_none()
    if join is None:
        if (await unit.session.execute(select(Membership.id).where(access.supports(who.person_id)))).first() is None:
            # Withdrawn, over, or taken up by somebody else meanwhile.
            raise InvitationNotValid
        return
    found = await unit.session.get(Invitation, join.invitation_id)
    if found is None:
        raise InvitationNotValid
    await invitations.lock_circle(unit, found.inviter_id)
    invitation = (
        await unit.session.execute(
            select(Invitation)
            .where(Invitation.id == join.invitation_id, Invitation.expires_at > unit.now)
            .with_for_update()
        )
    ).scalar_one_or_none()
    if invitation is None:
        raise InvitationNotValid
    if await channels.is_address_in_circle(unit, who, invitation.inviter_id):
        # They have proved that it is theirs, and would be told twice.
        raise AddressInCircle
    words, membership_id = join.standing_words, join.membership_id
    await unit.session.delete(join)
    await unit.session.flush()
    await invitations.create_membership(unit, who.person_id, invitation, membership_id)
    if words is not None:
        membership = await unit.session.get_one(Membership, membership_id)
        membership.standing_words = words
    await channels.add_number_for_links(unit, who)
    # A yes can be said with anybody's address: the code shows whose it was, and from then on it counts.
    person = await access.load_person(unit, who)
    person.consented_at = unit.now if person.consent_version else None
    await unit.session.flush()
    # The code that came back has shown that messages arrive.
    await record_push_proof(unit, who.person_id)


async def _find_join(unit: UnitOfWork, who: Caller | None, invitation: Invitation) -> GuestJoin | None:
    if who is None or who.guest is None or who.guest.kind is not GuestSessionKind.JOINING:
        return None
    statement = select(GuestJoin).where(access.mine(GuestJoin, who), GuestJoin.invitation_id == invitation.id)
    return (await unit.session.execute(statement.with_for_update())).scalar_one_or_none()


async def _create_guest(unit: UnitOfWork, new: NewGuest) -> Caller:
    """Insert a person who can sign in by nothing. Raises KeysUnavailable."""
    person_id = unit.new_id()
    data_key = unit.keyring.new_data_key(person_id)
    vault = unit.keyring.vault(person_id, data_key)
    unit.session.add(
        Person(
            id=person_id,
            # Of no name that anybody could type.
            sign_in_name_hash=unit.keyring.digest("guest", person_id.bytes),
            sign_in_name=None,
            display_name=vault.seal("people.display_name", person_id, new.display_name),
            passphrase_hash=None,
            data_key=data_key,
            # Whoever asks them may call the number they gave; an e-mail address is for messages alone.
            contact=vault.seal("people.contact", person_id, _number_of(new)),
            time_zone=new.time_zone,
            region=_region_of(new),
            language=new.language,
            hours=None,
            wake_me=False,
            guest_at=unit.now,
            consent_version=new.consent_version,
            consented_at=unit.now if new.consent_version else None,
            created_at=unit.now,
        )
    )
    await unit.session.flush()
    scope = access.GuestScope(GuestSessionKind.JOINING, None)
    return Caller(
        person_id=person_id,
        session_id=unit.new_id(),
        carrier="token",
        proven_at=unit.now,
        used_at=unit.now,
        region=_region_of(new),
        language=new.language,
        vault=vault,
        guest=scope,
    )


async def _change_guest(unit: UnitOfWork, who: Caller, new: NewGuest) -> None:
    """Take another name, and drop addresses whose code has not come back."""
    if not who.vault.has_key:
        raise KeysUnavailable
    person = await access.load_person(unit, who)
    person.display_name = who.vault.seal("people.display_name", person.id, new.display_name)
    person.contact = who.vault.seal("people.contact", person.id, _number_of(new))
    person.language, person.time_zone, person.region = new.language, new.time_zone, _region_of(new)
    person.consent_version = new.consent_version
    person.consented_at = unit.now if new.consent_version else None
    await unit.session.execute(delete(Channel).where(access.mine(Channel, who), Channel.confirmed_at.is_(None)))


def _number_of(new: NewGuest) -> str | None:
    return None if new.kind is ChannelKind.EMAIL else new.address


def _region_of(new: NewGuest) -> str | None:
    """Return whose helplines their pages show: those of their number's country, which they see at night."""
    number = _number_of(new)
    return (number and country_of(number)) or new.region
