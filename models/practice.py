"""Practice lights: a circle tries out its phones before the night. And when somebody last showed that a push was shown to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Timestamp


class Practice(Base):
    """One practice of a person's circle, over at `ends_at`.

    `ended_at`: when its person ended it before that. A press ends it as well and writes nothing here: a practice is over as
    soon as a reach-out of the same person is newer, or still open (rules/practice/ends.py).
    """

    __tablename__ = "practices"
    __table_args__ = (Index("ix_practices_person_id_id", "person_id", "id"),)

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    created_at: Mapped[Timestamp]
    ends_at: Mapped[Timestamp]
    ended_at: Mapped[datetime | None]


class PracticeMember(Base):
    """Somebody who was in the circle when a practice began; deleted with the membership.

    `seen_at`: when they said that they see it. How far its pushes came stands in their deliveries.
    """

    __tablename__ = "practice_members"

    practice_id: Mapped[UUID] = mapped_column(ForeignKey("practices.id", ondelete="CASCADE"), primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(
        ForeignKey("memberships.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    seen_at: Mapped[datetime | None]


class PushProof(Base):
    """When a person last showed that a push was shown to them: they opened it, answered, or saw a practice.

    A table of its own, because nothing else waits for its rows: whoever answers holds locks that come before a person's row.
    """

    __tablename__ = "push_proofs"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    shown_at: Mapped[Timestamp]
