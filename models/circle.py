"""Circles: memberships, the invitations that lead to them, and the blocks that end them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Hash, Id, ShortText, Timestamp, enum_check
from models.enums import Role


class Membership(Base):
    """One person in the circle of another. It counts from `confirmed_at` on, and is deleted when it ends."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("owner_id", "member_id"),
        enum_check("role", Role),
        CheckConstraint("step IN (1, 2)", name="step"),
        CheckConstraint("owner_id <> member_id", name="not_oneself"),
    )

    id: Mapped[Id]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    role: Mapped[ShortText]
    step: Mapped[int]
    accepted_at: Mapped[Timestamp]
    confirmed_at: Mapped[datetime | None]
    muted_until: Mapped[datetime | None]
    # "When you press, I …": the member's own words to the owner, encrypted under the member's key.
    standing_words: Mapped[Encrypted | None]
    # Whether a guest reads the note and the messages of the owner's reach-outs; means nothing for an account.
    guest_notes: Mapped[bool] = mapped_column(default=False, server_default=false())
    # Whether the owner is pushed nothing of what the member writes; their inbox keeps it, and an answer to a press is never held.
    words_quiet: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The link that led to it: whoever opens that link again is shown this membership.
    invitation_hash: Mapped[Hash | None] = mapped_column(index=True)


class Invitation(Base):
    """A link that lets one person into a circle, once. Only the inviter can decrypt its token."""

    __tablename__ = "invitations"
    __table_args__ = (enum_check("role", Role), CheckConstraint("step IN (1, 2)", name="step"))

    id: Mapped[Id]
    inviter_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    token: Mapped[Encrypted | None]
    role: Mapped[ShortText]
    step: Mapped[int]
    label: Mapped[Encrypted | None]
    # The inviter's own line to whoever opens the link.
    greeting: Mapped[Encrypted | None]
    created_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp] = mapped_column(index=True)


class Block(Base):
    """One person keeps another apart from themselves; it works in both directions."""

    __tablename__ = "blocks"

    blocker_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    blocked_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    created_at: Mapped[Timestamp]
