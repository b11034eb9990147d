"""The installation itself: facts about its database, idempotency keys, rate limits, what its operator has done."""

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Hash, Id, ShortText, Timestamp, enum_check
from models.enums import OperatorActionKind


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


class OperatorAction(Base):
    """One use of `porchlight admin`. Rows are only ever added: triggers refuse to change or delete one.

    `done_by`: the operator's name on their machine; `reason`: as they gave it. `subject`: an invitation's id, or the keyed
    digest of a sign-in name, which neither tells the name nor outlives it as anybody's id.
    """

    __tablename__ = "operator_actions"
    __table_args__ = (enum_check("kind", OperatorActionKind),)

    id: Mapped[Id]
    kind: Mapped[ShortText]
    done_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[Timestamp]


class RegistrationInvitation(Base):
    """Lets one person make an account where accounts need an invitation. Nobody's circle; deleted when it is used."""

    __tablename__ = "registration_invitations"

    id: Mapped[Id]
    token_hash: Mapped[Hash] = mapped_column(unique=True)
    created_at: Mapped[Timestamp]
    expires_at: Mapped[Timestamp] = mapped_column(index=True)
