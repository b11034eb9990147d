"""The inbox and the outbox: a notice is what a person finds, a delivery is one push of it to one device."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, Word, one_of
from models.vocabulary import DeliveryState, NoticeKind


class Notice(Base):
    """An inbox item. `event_id` is what caused it, so that the same event can never stand there twice.

    Sender and kind are kept here: a page of the inbox needs no look at the reach-out. `reach_out_id` is no foreign
    key: the word that a reach-out has ended outlives the erased account it came from.
    """

    __tablename__ = "notices"
    __table_args__ = (
        one_of("kind", NoticeKind),
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
    )

    id: Mapped[Id]
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[Word]
    event_id: Mapped[UUID]
    sender_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    reach_out_id: Mapped[UUID | None]
    bookend_id: Mapped[UUID | None]
    created_at: Mapped[Moment]
    read_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]


class Delivery(Base):
    """One push of one notice to one device (or channel) in one round: a row of the outbox.

    Whoever holds the lease (until `lease_until`) may send; `fence` rises with every claim, and only the holder of the
    highest one may write down what came of it.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        one_of("state", DeliveryState),
        UniqueConstraint("notice_id", "device_id", "round"),
        UniqueConstraint("notice_id", "channel_id", "round"),
        CheckConstraint("(device_id IS NULL) <> (channel_id IS NULL)", name="one_way"),
        CheckConstraint("round >= 1", name="round"),
        Index(
            "ix_deliveries_due",
            "due_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_deliveries_resend_at",
            "resend_at",
            sqlite_where=text("resend_at IS NOT NULL"),
            postgresql_where=text("resend_at IS NOT NULL"),
        ),
        Index(
            "ix_deliveries_pending_device",
            "device_id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[Id]
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"))
    channel_id: Mapped[UUID | None] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), index=True)
    round: Mapped[int]
    state: Mapped[Word]
    attempt: Mapped[int]
    created_at: Mapped[Moment]
    due_at: Mapped[Moment]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int]
    handed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    # When a push that was handed over is sent once more, should no receipt have come by then.
    resend_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(64))
