"""The inbox: notices."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, ShortText, Timestamp, enum_check
from models.enums import NoticeKind


class Notice(Base):
    """An inbox item. `event_id` is its cause; the same event is never listed twice.

    Sender and kind are columns, so that a page of the inbox does not read reach-outs. `reach_out_id` is no foreign key: the
    notice that a reach-out has ended outlives the erased account that it came from.
    """

    __tablename__ = "notices"
    __table_args__ = (
        enum_check("kind", NoticeKind),
        UniqueConstraint("recipient_id", "kind", "event_id"),
        Index(
            "ix_notices_recipient_id_id_standing",
            "recipient_id",
            "id",
            sqlite_where=text("dismissed_at IS NULL"),
            postgresql_where=text("dismissed_at IS NULL"),
        ),
        Index(
            "ix_notices_recipient_id_unread",
            "recipient_id",
            sqlite_where=text("dismissed_at IS NULL AND read_at IS NULL"),
            postgresql_where=text("dismissed_at IS NULL AND read_at IS NULL"),
        ),
        Index("ix_notices_reach_out_id", "reach_out_id"),
        # For the purge; whoever writes a notice has nothing to add to it.
        Index(
            "ix_notices_id_dismissed",
            "id",
            sqlite_where=text("dismissed_at IS NOT NULL"),
            postgresql_where=text("dismissed_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[ShortText]
    event_id: Mapped[UUID]
    sender_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    reach_out_id: Mapped[UUID | None]
    bookend_id: Mapped[UUID | None]
    commitment_id: Mapped[UUID | None]
    created_at: Mapped[Timestamp]
    read_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]
