"""Where somebody has signed in before, so that strangers' guesses elsewhere never keep them out there."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Hash, Moment


class KnownPlace(Base):
    """A keyed hash of a person and the network they came from; nothing else is kept of where they were."""

    __tablename__ = "known_places"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    place_hash: Mapped[Hash] = mapped_column(primary_key=True)
    used_at: Mapped[Moment] = mapped_column(index=True)
