"""The access log: who came into an account, and what was changed about the ways into it. No addresses, no places."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id, Moment, Word, one_of
from models.vocabulary import AccessKind


class AccessEvent(Base):
    """`about_id` is what it was about (a session, device, passkey or channel), `session_id` where it was done.

    Neither is a foreign key: the log outlives what it names.
    """

    __tablename__ = "access_events"
    __table_args__ = (one_of("kind", AccessKind), Index("ix_access_events_person_id_id", "person_id", "id"))

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[Word]
    about_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    created_at: Mapped[Moment]
