"""Other ways to a person than a push: a phone number, an e-mail address, an ntfy topic."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Hash, Id, Moment, Sealed, Word, one_of
from models.vocabulary import ChannelKind


class Channel(Base):
    """Used only once its owner has typed in the code that was sent to it."""

    __tablename__ = "channels"
    __table_args__ = (one_of("kind", ChannelKind), UniqueConstraint("person_id", "address_hash"))

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[Word]
    address_hash: Mapped[Hash]
    address: Mapped[Sealed | None]
    # The same address under the key of push addresses: it opens where the master key is gone.
    push_address: Mapped[Sealed | None]
    code: Mapped[Sealed | None]
    code_expires_at: Mapped[datetime | None]
    guesses: Mapped[int]
    created_at: Mapped[Moment]
    confirmed_at: Mapped[datetime | None]
    # As a device's: urgent messages that were refused for good in a row, why, and since when.
    refusals: Mapped[int] = mapped_column(default=0, server_default="0")
    refusal: Mapped[str | None] = mapped_column(String(64))
    refused_at: Mapped[datetime | None]
