"""The days between: check-ins, reach-ins, marks of a talk, and how far a thread was read."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Id, Timestamp


class CheckIn(Base):
    """How somebody feels, from 0 to 4; `halt` holds values of models.enums.Halt; `week` the weekly look as JSON.

    `feeling`, `halt`: written by older releases only (rules/sealed_values.py).
    """

    __tablename__ = "check_ins"
    __table_args__ = (
        CheckConstraint("feeling IS NULL OR feeling BETWEEN 0 AND 4", name="feeling"),
        Index("ix_check_ins_person_id_id", "person_id", "id"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    feeling: Mapped[int | None]
    halt: Mapped[list[str] | None] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    sealed_feeling: Mapped[Encrypted | None]
    note: Mapped[Encrypted | None]
    week: Mapped[Encrypted | None]
    created_at: Mapped[Timestamp]


class CheckInShare(Base):
    """A member who may see parts of one check-in. The share is deleted with the membership.

    `parts`: what they may see ("feeling", "halt", "note", "week.people", …); null, as an older release leaves it, is everything
    but the week. `shared_at` null: shared when the check-in was written. `seen_at`: when the member said "I see you".
    """

    __tablename__ = "check_in_shares"

    check_in_id: Mapped[UUID] = mapped_column(ForeignKey("check_ins.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(
        ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    parts: Mapped[list[str] | None] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    shared_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]


class ReachIn(Base):
    """A message that says "thinking of you". Both people see it until the membership between them ends.

    `about_id`: the thread item that it answers; no foreign key, because items of several tables can be answered.
    """

    __tablename__ = "reach_ins"
    __table_args__ = (
        CheckConstraint("sender_id <> recipient_id", name="not_oneself"),
        Index("ix_reach_ins_sender_id_id", "sender_id", "id"),
        Index("ix_reach_ins_recipient_id_id", "recipient_id", "id"),
        Index("ix_reach_ins_membership_id_created_at", "membership_id", "created_at"),
    )

    id: Mapped[Id]
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"))
    text: Mapped[Encrypted | None]
    about_id: Mapped[UUID | None]
    created_at: Mapped[Timestamp]


class Talk(Base):
    """The mark "we talked", at most one a day and side. `day` is a date in the time zone of who set the mark."""

    __tablename__ = "talks"
    __table_args__ = (
        CheckConstraint("person_id <> other_id", name="not_oneself"),
        UniqueConstraint("person_id", "other_id", "day"),
        Index("ix_talks_other_id_id", "other_id", "id"),
        Index("ix_talks_membership_id_created_at", "membership_id", "created_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"))
    day: Mapped[date]
    created_at: Mapped[Timestamp]


class ThreadRead(Base):
    """Until when one person has read their thread with another."""

    __tablename__ = "thread_reads"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    read_at: Mapped[Timestamp]
