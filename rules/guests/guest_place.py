"""Where a guest stands: on their way in, waiting to be confirmed, or in the circle; and how they are reached."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Channel, GuestJoin, Invitation, Person
from models.enums import ChannelKind
from rules import access
from rules.access import Caller
from rules.circle import invitations, supported
from rules.circle.supported import Supported
from rules.errors import NotFound


@dataclass(frozen=True, slots=True)
class GuestPlace:
    """A guest as their own page shows them. `member`: None until the code has come back.

    `channel_id`, `kind`: of the address they gave; `code_sent`: a code for it is good at the moment.
    """

    person: Person
    owner_name: str | None
    member: Supported | None
    channel_id: UUID
    kind: ChannelKind
    code_sent: bool


async def load_guest_place(unit: UnitOfWork, who: Caller) -> GuestPlace:
    """Return where this guest stands. Raises NotFound when what they were invited to is over."""
    person = await access.load_person(unit, who)
    channels = select(Channel).where(access.mine(Channel, who)).order_by(Channel.id).limit(1)
    channel = (await unit.session.execute(channels)).scalar_one_or_none()
    if channel is None:
        raise NotFound
    [*members] = await supported.list_supported(unit, who, 1, None)
    member = members[0] if members else None
    name = member.display_name if member is not None else await _inviter_name(unit, who)
    return GuestPlace(
        person=person,
        owner_name=name,
        member=member,
        channel_id=channel.id,
        kind=ChannelKind(channel.kind),
        code_sent=channel.code_expires_at is not None and channel.code_expires_at > unit.now,
    )


async def _inviter_name(unit: UnitOfWork, who: Caller) -> str | None:
    inviter_id = (
        await unit.session.execute(
            select(Invitation.inviter_id)
            .join(GuestJoin, GuestJoin.invitation_id == Invitation.id)
            .where(access.mine(GuestJoin, who), Invitation.expires_at > unit.now)
        )
    ).scalar()
    if inviter_id is None:
        raise NotFound
    return (await invitations.load_inviter(unit, inviter_id))[0]
