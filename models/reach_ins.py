"""Reach-ins: an unasked "thinking of you"."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, Sealed


class ReachIn(Base):
    """Seen by both as long as the membership stands that joined them when it was sent."""

    __tablename__ = "reach_ins"
    __table_args__ = (
        CheckConstraint("sender_id <> recipient_id", name="not_oneself"),
        Index("ix_reach_ins_sender_id_id", "sender_id", "id"),
        Index("ix_reach_ins_recipient_id_id", "recipient_id", "id"),
    )

    id: Mapped[Id]
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"), index=True)
    text: Mapped[Sealed | None]
    created_at: Mapped[Moment]
