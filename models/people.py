"""A person, how they sign in, and the devices that a push can reach them on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Hash, Id, Moment, Sealed, Word, one_of
from models.vocabulary import Carrier, DeviceKind, Retired


class Person(Base):
    __tablename__ = "people"

    id: Mapped[Id]
    sign_in_name_hash: Mapped[Hash] = mapped_column(unique=True)
    sign_in_name: Mapped[Sealed | None]
    display_name: Mapped[Sealed | None]
    passphrase_hash: Mapped[str] = mapped_column(String(256))
    data_key: Mapped[Sealed]
    contact: Mapped[Sealed | None]
    time_zone: Mapped[str] = mapped_column(String(64))
    region: Mapped[str | None] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(16))
    hours: Mapped[list[dict[str, object]] | None] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    wake_me: Mapped[bool]
    ladder: Mapped[list[int] | None] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    # Since when the person, and those whose circle they are in, know that no push of theirs arrives; once an episode.
    unreachable_told_at: Mapped[datetime | None]
    created_at: Mapped[Moment]


class Session(Base):
    """A sign-in. The token itself is never stored; its SHA-256 is enough for 256 random bits."""

    __tablename__ = "sessions"
    __table_args__ = (one_of("carrier", Carrier),)

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    carrier: Mapped[Word]
    created_at: Mapped[Moment]
    used_at: Mapped[Moment]
    expires_at: Mapped[Moment] = mapped_column(index=True)
    proven_at: Mapped[Moment]


class RecoveryCode(Base):
    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[Hash]


class Device(Base):
    """An address that a push can be sent to. Retired when the address is gone; the row stays 30 days to be seen."""

    __tablename__ = "devices"
    __table_args__ = (
        one_of("kind", DeviceKind),
        CheckConstraint(
            "disabled_reason IS NULL OR disabled_reason IN (" + ", ".join(f"'{why}'" for why in Retired) + ")",
            name="disabled_reason",
        ),
        # One live device an address, whoever had it before.
        Index(
            "uq_devices_live_address",
            "address_hash",
            unique=True,
            sqlite_where=text("disabled_at IS NULL"),
            postgresql_where=text("disabled_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="SET NULL"), index=True)
    kind: Mapped[Word]
    address_hash: Mapped[Hash]
    address: Mapped[Sealed | None]
    # The same address under the key of push addresses: it opens where the master key is gone.
    push_address: Mapped[Sealed | None]
    label: Mapped[Sealed | None]
    created_at: Mapped[Moment]
    last_receipt_at: Mapped[datetime | None]
    # Urgent pushes that were refused for good in a row, why, and since when; nothing once one is taken.
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    refusal: Mapped[str | None] = mapped_column(String(64))
    refused_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[Word | None]
