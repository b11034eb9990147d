"""The outbox: a delivery is one push of a notice to one device or channel."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, ShortText, Timestamp, enum_check
from models.enums import DeliveryState


class Delivery(Base):
    """One push of one notice to one device or channel in one round.

    The holder of the lease may send it until `lease_until`. Each claim raises `fence`, and only the claim with the present
    one may record the result.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        enum_check("state", DeliveryState),
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
        # A claim changes what no index holds: with room on its page, it adds to none.
        {"postgresql_with": {"fillfactor": 50}},
    )

    id: Mapped[Id]
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"))
    device_id: Mapped[UUID | None] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"))
    channel_id: Mapped[UUID | None] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), index=True)
    round: Mapped[int]
    state: Mapped[ShortText]
    attempt: Mapped[int]
    created_at: Mapped[Timestamp]
    due_at: Mapped[Timestamp]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int]
    handed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    # When a push that was handed over is sent again unless a receipt has arrived.
    resend_at: Mapped[datetime | None]
    # An urgent push that makes no sound, because the device has just rung for the same person.
    quiet: Mapped[bool] = mapped_column(server_default=false())
    last_error: Mapped[str | None] = mapped_column(String(64))
