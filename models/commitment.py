"""Commitments: something a person means to do on certain days, its days, and who witnesses it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Id, Timestamp


class Commitment(Base):
    """`days`: weekdays, Monday is 0; `at`: "HH:MM" in the person's time zone.

    `next_at`: when it is due next, or ends; null once it has ended. `membership_id` and `witness_id` are null where nobody
    witnesses, or the witness has left; the witness knows of it from `accepted_at` on.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        Index("ix_commitments_person_id_id", "person_id", "id"),
        Index(
            "ix_commitments_next_at",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"), index=True)
    witness_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    text: Mapped[Encrypted | None]
    days: Mapped[list[int]] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    at: Mapped[str] = mapped_column(String(5))
    ends_on: Mapped[date]
    next_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[Timestamp]


class CommitmentDay(Base):
    """What the person said of one day of a commitment. A day without a row has not been spoken of."""

    __tablename__ = "commitment_days"

    id: Mapped[Id]
    commitment_id: Mapped[UUID] = mapped_column(ForeignKey("commitments.id", ondelete="CASCADE"))
    day: Mapped[date]
    done: Mapped[bool]
    text: Mapped[Encrypted | None]
    created_at: Mapped[Timestamp]

    __table_args__ = (Index("uq_commitment_days_commitment_id_day", "commitment_id", "day", unique=True),)
