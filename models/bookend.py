"""Bookends: a time by which somebody will be back, and the companion who is told when they are not."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Id, Timestamp


class Bookend(Base):
    """`next_at`: when the person is nudged next, or the companion told; null when nothing more is due."""

    __tablename__ = "bookends"
    __table_args__ = (
        Index("ix_bookends_person_id_id", "person_id", "id"),
        Index(
            "ix_bookends_next_at",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    # Null once the companion has left the circle.
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"), index=True)
    companion_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    what: Mapped[Encrypted | None]
    due_at: Mapped[Timestamp]
    created_at: Mapped[Timestamp]
    nudges: Mapped[int]
    next_at: Mapped[datetime | None]
    companion_told_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
