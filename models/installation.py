"""What belongs to the installation itself: which keys it was made with, retries it remembers, limits it keeps."""

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Hash, Moment


class Installation(Base):
    """Facts about this database, by name; `master_key` is the fingerprint of the key file it belongs to."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(256))


class IdempotencyKey(Base):
    """A creation that may be asked for again: keyed hashes of who asked for what, and the id of what came of it."""

    __tablename__ = "idempotency_keys"

    key_hash: Mapped[Hash] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    body_hash: Mapped[Hash]
    result_id: Mapped[UUID]
    created_at: Mapped[Moment] = mapped_column(index=True)


class Throttle(Base):
    """A limit's memory: the moment from which the next try is allowed in full (generic cell rate algorithm)."""

    __tablename__ = "throttles"

    key_hash: Mapped[Hash] = mapped_column(primary_key=True)
    free_at: Mapped[Moment] = mapped_column(index=True)
