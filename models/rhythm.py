"""What time brings by itself: a person's rhythm of reminders, and follow-ups after a reach-out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, ShortText, Timestamp, enum_check
from models.enums import FollowUpKind


class Rhythm(Base):
    """When somebody wants a moment for a check-in or a week; a row exists once they have chosen anything.

    Times are "HH:MM" in the person's time zone, days are weekdays (Monday is 0). `next_at`: the next moment, or the end of
    the day of the last one, when its notice goes; null when nothing is due.
    """

    __tablename__ = "rhythms"
    __table_args__ = (
        CheckConstraint("week_day IS NULL OR week_day BETWEEN 0 AND 6", name="week_day"),
        Index(
            "ix_rhythms_next_at",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
        Index(
            "ix_rhythms_offer_at",
            "offer_at",
            sqlite_where=text("offer_at IS NOT NULL"),
            postgresql_where=text("offer_at IS NOT NULL"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    check_in_at: Mapped[str | None] = mapped_column(String(5))
    check_in_days: Mapped[list[int] | None] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    week_at: Mapped[str | None] = mapped_column(String(5))
    week_day: Mapped[int | None]
    commitments: Mapped[bool]
    follow_ups: Mapped[bool]
    practice_offers: Mapped[bool]
    paused_until: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    moment_notice_id: Mapped[UUID | None]
    # When a worker looks next whether to offer a practice, and when one was offered last.
    offer_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]


class FollowUp(Base):
    """A quiet word on a later day: to a helper who answered, or to the person whom nobody answered.

    `person_id` gets it; `about_id` is whom it is about, null for one's own reach-out. `round`: how many of its days are over,
    sent or left out. `next_at`: when the next is due; the row is deleted after the last.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        enum_check("kind", FollowUpKind),
        UniqueConstraint("reach_out_id", "person_id"),
        Index("ix_follow_ups_next_at", "next_at"),
    )

    id: Mapped[Id]
    kind: Mapped[ShortText]
    reach_out_id: Mapped[UUID] = mapped_column(ForeignKey("reach_outs.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    closed_at: Mapped[Timestamp]
    round: Mapped[int]
    next_at: Mapped[Timestamp]
