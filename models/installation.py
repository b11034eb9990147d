"""The installation itself: facts about its database, idempotency keys, rate limits."""

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Hash, Timestamp


class Installation(Base):
    """Facts about this database by name; `master_key` is the fingerprint of its key file."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(256))


class IdempotencyKey(Base):
    """A request that may be retried: keyed hashes of its key and body, and the id of its result."""

    __tablename__ = "idempotency_keys"

    key_hash: Mapped[Hash] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    body_hash: Mapped[Hash]
    result_id: Mapped[UUID]
    created_at: Mapped[Timestamp] = mapped_column(index=True)


class Throttle(Base):
    """The state of one rate limit: when its full burst is available again (generic cell rate algorithm)."""

    __tablename__ = "throttles"

    key_hash: Mapped[Hash] = mapped_column(primary_key=True)
    free_at: Mapped[Timestamp] = mapped_column(index=True)
