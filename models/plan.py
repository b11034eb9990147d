"""A person's plan: what to look out for, what helps, whom to call."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Timestamp


class Plan(Base):
    """`content`: the plan but for `help_me`, as JSON; `help_me`: the words for whoever has answered a reach-out."""

    __tablename__ = "plans"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    content: Mapped[Encrypted | None]
    help_me: Mapped[Encrypted | None]
    updated_at: Mapped[Timestamp]
