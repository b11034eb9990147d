"""Accounts: people, their sessions, passkeys, devices, channels, and the log of who came in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Hash, Id, Moment, ShortText, enum_check
from models.enums import AccessKind, Carrier, ChannelKind, DeviceKind, DisabledReason


class Person(Base):
    __tablename__ = "people"

    id: Mapped[Id]
    sign_in_name_hash: Mapped[Hash] = mapped_column(unique=True)
    sign_in_name: Mapped[Encrypted | None]
    display_name: Mapped[Encrypted | None]
    passphrase_hash: Mapped[str] = mapped_column(String(256))
    data_key: Mapped[Encrypted]
    contact: Mapped[Encrypted | None]
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
    __table_args__ = (enum_check("carrier", Carrier),)

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    carrier: Mapped[ShortText]
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
        enum_check("kind", DeviceKind),
        CheckConstraint(
            "disabled_reason IS NULL OR disabled_reason IN (" + ", ".join(f"'{why}'" for why in DisabledReason) + ")",
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
    kind: Mapped[ShortText]
    address_hash: Mapped[Hash]
    address: Mapped[Encrypted | None]
    # The same address under the key of push addresses: it opens where the master key is gone.
    push_address: Mapped[Encrypted | None]
    label: Mapped[Encrypted | None]
    created_at: Mapped[Moment]
    last_receipt_at: Mapped[datetime | None]
    # Urgent pushes that were refused for good in a row, why, and since when; nothing once one is taken.
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    refusal: Mapped[str | None] = mapped_column(String(64))
    refused_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[ShortText | None]


class Passkey(Base):
    """A WebAuthn credential, looked up by the keyed hash of its id.

    Its public key is sealed, so that nobody who can write here puts a key of theirs in its place. `synced`: it may live on several devices, which count their signatures each for itself.
    """

    __tablename__ = "passkeys"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    credential_hash: Mapped[Hash] = mapped_column(unique=True)
    credential_id: Mapped[Encrypted | None]
    public_key: Mapped[Encrypted | None]
    label: Mapped[Encrypted | None]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    synced: Mapped[bool]
    created_at: Mapped[Moment]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """A challenge that is still to be answered: by this person who adds a passkey, or by whoever signs in (null)."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[Hash] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[Moment] = mapped_column(index=True)


class Channel(Base):
    """Used only once its owner has typed in the code that was sent to it."""

    __tablename__ = "channels"
    __table_args__ = (enum_check("kind", ChannelKind), UniqueConstraint("person_id", "address_hash"))

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[ShortText]
    address_hash: Mapped[Hash]
    address: Mapped[Encrypted | None]
    # The same address under the key of push addresses: it opens where the master key is gone.
    push_address: Mapped[Encrypted | None]
    code: Mapped[Encrypted | None]
    code_expires_at: Mapped[datetime | None]
    guesses: Mapped[int]
    created_at: Mapped[Moment]
    confirmed_at: Mapped[datetime | None]
    # As a device's: urgent messages that were refused for good in a row, why, and since when.
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    refusal: Mapped[str | None] = mapped_column(String(64))
    refused_at: Mapped[datetime | None]


class KnownPlace(Base):
    """A keyed hash of a person and the network they came from; nothing else is kept of where they were."""

    __tablename__ = "known_places"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    place_hash: Mapped[Hash] = mapped_column(primary_key=True)
    used_at: Mapped[Moment] = mapped_column(index=True)


class AccessEvent(Base):
    """`about_id` is what it was about (a session, device, passkey or channel), `session_id` where it was done.

    Neither is a foreign key: the log outlives what it names.
    """

    __tablename__ = "access_events"
    __table_args__ = (enum_check("kind", AccessKind), Index("ix_access_events_person_id_id", "person_id", "id"))

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[ShortText]
    about_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    created_at: Mapped[Moment]
