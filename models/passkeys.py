"""Passkeys, and the challenges that each ceremony answers once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Hash, Id, Moment, Sealed


class Passkey(Base):
    """A WebAuthn credential, looked up by the keyed hash of its id.

    Its public key is sealed, so that nobody who can write here puts a key of theirs in its place. `synced`: it may live on several devices, which count their signatures each for itself.
    """

    __tablename__ = "passkeys"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    credential_hash: Mapped[Hash] = mapped_column(unique=True)
    credential_id: Mapped[Sealed | None]
    public_key: Mapped[Sealed | None]
    label: Mapped[Sealed | None]
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
