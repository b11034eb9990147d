"""Check-ins and reach-ins."""

from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Id, Timestamp


class CheckIn(Base):
    """How somebody feels, from 0 to 4; `halt` holds values of models.enums.Halt."""

    __tablename__ = "check_ins"
    __table_args__ = (
        CheckConstraint("feeling IS NULL OR feeling BETWEEN 0 AND 4", name="feeling"),
        Index("ix_check_ins_person_id_id", "person_id", "id"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    feeling: Mapped[int | None]
    halt: Mapped[list[str] | None] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    note: Mapped[Encrypted | None]
    created_at: Mapped[Timestamp]


class CheckInShare(Base):
    """A member who may see one check-in. The share is deleted with the membership."""

    __tablename__ = "check_in_shares"

    check_in_id: Mapped[UUID] = mapped_column(ForeignKey("check_ins.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(
        ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ReachIn(Base):
    """A message that says "thinking of you". Both people see it until the membership between them ends."""

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
    text: Mapped[Encrypted | None]
    created_at: Mapped[Timestamp]
