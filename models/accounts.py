"""Accounts: people, sessions, recovery codes, passkeys, devices, channels, known places, the access log."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Hash, Id, ShortText, Timestamp, enum_check
from models.enums import AccessKind, Carrier, ChannelKind, DeviceKind, DisabledReason, Platform


class Person(Base):
    __tablename__ = "people"

    id: Mapped[Id]
    sign_in_name_hash: Mapped[Hash] = mapped_column(unique=True)
    sign_in_name: Mapped[Encrypted | None]
    display_name: Mapped[Encrypted | None]
    # Null: a passkey alone opens the account.
    passphrase_hash: Mapped[str | None] = mapped_column(String(256))
    data_key: Mapped[Encrypted]
    contact: Mapped[Encrypted | None]
    time_zone: Mapped[str] = mapped_column(String(64))
    region: Mapped[str | None] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(16))
    hours: Mapped[list[dict[str, object]] | None] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    wake_me: Mapped[bool]
    # A push holds a name only if both have chosen it: who is named, and whose phone shows it.
    my_name_in_pushes: Mapped[bool] = mapped_column(default=False, server_default=false())
    names_in_my_pushes: Mapped[bool] = mapped_column(default=False, server_default=false())
    ladder: Mapped[list[int] | None] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    # A break from everybody: nothing is pushed to them as a helper until then.
    away_until: Mapped[datetime | None]
    # When the person, and the owners of circles they are in, were notified that no push reaches them; once per episode.
    unreachable_told_at: Mapped[datetime | None]
    # Since when they are a guest, who has no account: reached through confirmed channels, seen through links. Null: an account.
    guest_at: Mapped[datetime | None]
    # Until when their next press, soon after they closed one, makes no sound on phones that have just rung for them.
    spared_until: Mapped[datetime | None]
    # Since when the operator lets nobody sign in by this account's name, on a legal order. Null: not at all.
    disabled_at: Mapped[datetime | None]
    # The version of the privacy page that they have agreed to, and when.
    consent_version: Mapped[str | None] = mapped_column(String(16))
    consented_at: Mapped[datetime | None]
    created_at: Mapped[Timestamp]


class Session(Base):
    """A sign-in. Of the token only its SHA-256 is stored, which is enough for 256 random bits."""

    __tablename__ = "sessions"
    __table_args__ = (enum_check("carrier", Carrier),)

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    carrier: Mapped[ShortText]
    created_at: Mapped[Timestamp]
    used_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp] = mapped_column(index=True)
    proven_at: Mapped[Timestamp]


class RecoveryCode(Base):
    __tablename__ = "recovery_codes"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[Hash]


class Device(Base):
    """An address that can be pushed. Retired when the address stops working; the row stays listed for 30 days."""

    __tablename__ = "devices"
    __table_args__ = (
        enum_check("kind", DeviceKind),
        CheckConstraint(
            "disabled_reason IS NULL OR disabled_reason IN (" + ", ".join(f"'{why}'" for why in DisabledReason) + ")",
            name="disabled_reason",
        ),
        CheckConstraint(
            "platform IS NULL OR platform IN (" + ", ".join(f"'{name}'" for name in Platform) + ")", name="platform"
        ),
        # One live device per address, whoever had it before.
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
    # The same address under the key of push addresses: it can be decrypted where the master key is missing.
    push_address: Mapped[Encrypted | None]
    label: Mapped[Encrypted | None]
    # What it is; null where its registration did not say, or an older release took it.
    platform: Mapped[ShortText | None]
    created_at: Mapped[Timestamp]
    last_receipt_at: Mapped[datetime | None]
    # Consecutive permanent refusals of urgent pushes, with the reason and the time of the first; reset by a success.
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    refusal: Mapped[str | None] = mapped_column(String(64))
    refused_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[ShortText | None]


class Passkey(Base):
    """A WebAuthn credential, looked up by the keyed hash of its id.

    Its public key is encrypted, so that nobody with write access can replace it with a key of their own. `synced`: it may live on
    several devices, each with a signature counter of its own.
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
    created_at: Mapped[Timestamp]
    used_at: Mapped[datetime | None]


class PasskeyChallenge(Base):
    """A challenge that can still be answered: by this person, who adds a passkey or gives proof, or (null) by whoever signs in.

    `new_person_id`: the id of the account that will exist once it is answered by somebody who signs up.
    """

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[Hash] = mapped_column(primary_key=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    new_person_id: Mapped[UUID | None]
    expires_at: Mapped[Timestamp] = mapped_column(index=True)


class Channel(Base):
    """A phone number, e-mail address or ntfy topic; used once its owner has entered the code that was sent to it."""

    __tablename__ = "channels"
    __table_args__ = (enum_check("kind", ChannelKind), UniqueConstraint("person_id", "address_hash"))

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[ShortText]
    address_hash: Mapped[Hash]
    address: Mapped[Encrypted | None]
    # The same address under the key of push addresses: it can be decrypted where the master key is missing.
    push_address: Mapped[Encrypted | None]
    code: Mapped[Encrypted | None]
    code_expires_at: Mapped[datetime | None]
    guesses: Mapped[int]
    created_at: Mapped[Timestamp]
    confirmed_at: Mapped[datetime | None]
    # Consecutive permanent refusals, as for a device.
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    refusal: Mapped[str | None] = mapped_column(String(64))
    refused_at: Mapped[datetime | None]


class KnownPlace(Base):
    """A place where a person has signed in, as a keyed hash of the person and their network; nothing else about it is stored."""

    __tablename__ = "known_places"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    place_hash: Mapped[Hash] = mapped_column(primary_key=True)
    used_at: Mapped[Timestamp] = mapped_column(index=True)


class AccessEvent(Base):
    """An entry of the access log. `about_id`: the session, device, passkey, channel, membership or invitation.

    `session_id`: where it was done. Neither is a foreign key, because the log outlives both. No entry holds another person's
    id: it would outlive their account.
    """

    __tablename__ = "access_events"
    __table_args__ = (enum_check("kind", AccessKind), Index("ix_access_events_person_id_id", "person_id", "id"))

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[ShortText]
    about_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    created_at: Mapped[Timestamp]
