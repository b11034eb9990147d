"""A bookend: somebody says before a risky time when they will be back, and who stands by."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Id, Moment


class Bookend(Base):
    """`next_at` is its clock: the next nudge, or the moment at which the companion is told; null when it is over."""

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
    # Somebody who leaves the circle no longer stands by.
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"), index=True)
    companion_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    what: Mapped[Encrypted | None]
    due_at: Mapped[Moment]
    created_at: Mapped[Moment]
    nudges: Mapped[int]
    next_at: Mapped[datetime | None]
    companion_told_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
