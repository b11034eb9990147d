"""Guests: helpers without an account of their own, from the yes to a code, and the sessions that their links open."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Hash, Id, ShortText, Timestamp, enum_check
from models.enums import Carrier, GuestSessionKind


class GuestJoin(Base):
    """A guest who has said yes and whose address is not confirmed yet. The invitation stays open meanwhile.

    `membership_id`: of the membership that the code will make. Deleted with the invitation: somebody else took it up.
    """

    __tablename__ = "guest_joins"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    invitation_id: Mapped[UUID] = mapped_column(ForeignKey("invitations.id", ondelete="CASCADE"), index=True)
    membership_id: Mapped[UUID]
    # "When you press, I …", encrypted under the guest's key as the membership's.
    standing_words: Mapped[Encrypted | None]
    created_at: Mapped[Timestamp]


class GuestSession(Base):
    """What a guest may do for a while; in no other table, so that no other code takes it for a sign-in.

    `joining`: an hour to join, and later to change or to leave. `link`: one reach-out, through the link in a message.
    """

    __tablename__ = "guest_sessions"
    __table_args__ = (
        enum_check("kind", GuestSessionKind),
        enum_check("carrier", Carrier),
        CheckConstraint("(kind = 'link') = (reach_out_id IS NOT NULL)", name="reach_out"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    kind: Mapped[ShortText]
    reach_out_id: Mapped[UUID | None] = mapped_column(ForeignKey("reach_outs.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    carrier: Mapped[ShortText]
    created_at: Mapped[Timestamp]
    expires_at: Mapped[datetime] = mapped_column(index=True)
