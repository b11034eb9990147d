"""The tables: people, their circles, reach-outs with recipients, notices and deliveries."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {int: BigInteger, datetime: TIMESTAMP(timezone=True), list[Any]: JSONB}  # noqa: RUF012 (SQLAlchemy's)


class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    passphrase_hash: Mapped[str]
    contact: Mapped[str | None]
    time_zone: Mapped[str]
    region: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[datetime]


class Session(Base):
    __tablename__ = "sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Device(Base):
    __tablename__ = "devices"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Membership(Base):
    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("owner_id", "member_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    step: Mapped[int] = mapped_column(SmallInteger)
    accepted_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class ReachOut(Base):
    __tablename__ = "reach_outs"
    __table_args__ = (
        Index("one_open", "person_id", unique=True, postgresql_where=text("closed_at IS NULL")),
        Index("reach_outs_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(default="waiting")
    need: Mapped[str | None]
    note: Mapped[str | None]
    ladder: Mapped[list[Any]]
    rung: Mapped[int] = mapped_column(SmallInteger, default=1)
    round: Mapped[int] = mapped_column(SmallInteger, default=1)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class Recipient(Base):
    __tablename__ = "recipients"
    __table_args__ = (UniqueConstraint("reach_out_id", "person_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reach_out_id: Mapped[int] = mapped_column(ForeignKey("reach_outs.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    step: Mapped[int] = mapped_column(SmallInteger)
    told_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(default=None)
    person: Mapped[Person] = relationship(lazy="raise")


class Notice(Base):
    __tablename__ = "notices"
    __table_args__ = (
        Index("inbox", "recipient_id", text("id DESC"), postgresql_where=text("dismissed_at IS NULL")),
        Index("notices_reach_out", "reach_out_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str]
    sender_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    reach_out_id: Mapped[int] = mapped_column(ForeignKey("reach_outs.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None] = mapped_column(default=None)
    dismissed_at: Mapped[datetime | None] = mapped_column(default=None)


class Delivery(Base):
    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("notice_id", "device_id", "round"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"))
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"), index=True)
    round: Mapped[int] = mapped_column(SmallInteger, default=1)
    state: Mapped[str] = mapped_column(default="pending")
    attempt: Mapped[int] = mapped_column(SmallInteger, default=0)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
