"""A reach-out and all that belongs to it: recipients, answers, messages, the reflection."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Encrypted, Hash, Id, ShortText, Timestamp, enum_check
from models.enums import AnswerKind, Need, Outcome, ReachOutState, Role


class ReachOut(Base):
    """One person's press, and its progress. Its clocks are columns; no task sleeps for them.

    `ladder`: offsets of the rungs in seconds, as they were at the press; `rung`: the last one done, 0 before the first;
    `round`: the number of times everyone told so far was pushed, from 1, last at `pushed_at`. `asked_at`: when the person
    last pressed, or pressed again; earlier answers do not pause the ladder. `pressed_again_at`: the last press while it was
    open, also one that pushed nobody; `pressed_before_at`: the press before that one, null when it was the first.
    `calm`: it is a calm ask, or was one when it ended; `raised_at`: when a calm ask became a press. `need`: written by older
    releases only (rules/sealed_values.py).
    """

    __tablename__ = "reach_outs"
    __table_args__ = (
        enum_check("state", ReachOutState),
        CheckConstraint("need IS NULL OR need IN (" + ", ".join(f"'{n}'" for n in Need) + ")", name="need"),
        CheckConstraint("outcome IS NULL OR outcome IN (" + ", ".join(f"'{o}'" for o in Outcome) + ")", name="outcome"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        # One open reach-out per person: the second press finds the first one.
        Index(
            "uq_reach_outs_open",
            "person_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_reach_outs_person_id_id", "person_id", "id"),
        Index(
            "ix_reach_outs_due_at",
            "due_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    state: Mapped[ShortText]
    need: Mapped[ShortText | None]
    sealed_need: Mapped[Encrypted | None]
    note: Mapped[Encrypted | None]
    created_at: Mapped[Timestamp]
    pressed_at: Mapped[datetime | None]
    ladder: Mapped[list[int]] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    rung: Mapped[int]
    round: Mapped[int]
    pushed_at: Mapped[Timestamp]
    # Null, as an older release leaves it, means `pushed_at`.
    asked_at: Mapped[datetime | None]
    next_rung_at: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    # The recipient they are talking with while `together`; when that one leaves, the others are told again. No foreign
    # key: an erased person simply no longer matches. Null is what an older release leaves.
    together_with: Mapped[UUID | None]
    ask_at: Mapped[datetime | None]
    # The earliest of its clocks while it is open. Null, as an older release leaves it, means at once.
    due_at: Mapped[datetime | None]
    unanswered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[ShortText | None]
    calm: Mapped[bool] = mapped_column(server_default=false())
    raised_at: Mapped[datetime | None]
    pressed_again_at: Mapped[datetime | None]
    pressed_before_at: Mapped[datetime | None]


IN_TOUCH = "told_at IS NOT NULL AND gone_at IS NULL AND answered_at IS NOT NULL AND answer <> 'cannot'"


class Recipient(Base):
    """A member of the circle at the time of the press. They see the reach-out from `told_at` until `gone_at`.

    `talking_at`: when they last said that they are talking with the person. `held_seconds`: how long their answers have
    paused the ladder since the person last pressed, not counting the present answer. `calm_answer`, `calm_minutes`,
    `calm_answered_at`: what they answered to a calm ask before it became a press; it is shown, and holds nothing.
    """

    __tablename__ = "recipients"
    __table_args__ = (
        enum_check("role", Role),
        CheckConstraint("answer IS NULL OR answer IN (" + ", ".join(f"'{a}'" for a in AnswerKind) + ")", name="answer"),
        Index("ix_recipients_person_id_reach_out_id", "person_id", "reach_out_id"),
        # Guests alone: a press that tells none has nothing to add to it.
        Index(
            "ix_recipients_link_hash",
            "link_hash",
            sqlite_where=text("link_hash IS NOT NULL"),
            postgresql_where=text("link_hash IS NOT NULL"),
        ),
        # Answers by which two people were in touch (rules/daily/connections.py): nothing of a press before its answers.
        Index(
            "ix_recipients_in_touch",
            "membership_id",
            "answered_at",
            sqlite_where=text(IN_TOUCH),
            postgresql_where=text(IN_TOUCH),
        ),
        # What is learnt of a push stands in no index: with room on its page, it adds to none.
        {"postgresql_with": {"fillfactor": 60}},
    )

    reach_out_id: Mapped[UUID] = mapped_column(ForeignKey("reach_outs.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    # The foreign key's lock makes a press and a removal wait for each other.
    membership_id: Mapped[UUID | None] = mapped_column(ForeignKey("memberships.id", ondelete="SET NULL"), index=True)
    role: Mapped[ShortText]
    step: Mapped[int]
    told_at: Mapped[datetime | None]
    quiet_at: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    answer: Mapped[ShortText | None]
    answered_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    talking_at: Mapped[datetime | None]
    held_seconds: Mapped[float | None]
    # When an answer that was changed too often within a minute is announced.
    announce_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    # Of the secret in the link by which a guest sees this reach-out; null for a member with an account.
    link_hash: Mapped[Hash | None]
    calm_answer: Mapped[ShortText | None]
    calm_minutes: Mapped[int | None]
    calm_answered_at: Mapped[datetime | None]


class Answer(Base):
    """Every answer given; the latest of each person is copied to their recipient row."""

    __tablename__ = "answers"
    __table_args__ = (
        enum_check("kind", AnswerKind),
        CheckConstraint("minutes IS NULL OR minutes BETWEEN 1 AND 720", name="minutes"),
        Index("ix_answers_reach_out_id_id", "reach_out_id", "id"),
        Index("ix_answers_person_id_id", "person_id", "id"),
    )

    id: Mapped[Id]
    reach_out_id: Mapped[UUID] = mapped_column(ForeignKey("reach_outs.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[ShortText]
    minutes: Mapped[int | None]
    created_at: Mapped[Timestamp]


class Message(Base):
    """A message in a reach-out: the person's go to everyone told, a recipient's to the person only."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_reach_out_id_id", "reach_out_id", "id"),)

    id: Mapped[Id]
    reach_out_id: Mapped[UUID] = mapped_column(ForeignKey("reach_outs.id", ondelete="CASCADE"))
    sender_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    text: Mapped[Encrypted | None]
    created_at: Mapped[Timestamp]


class Reflection(Base):
    """How a reach-out felt afterwards, 0 to 3 each; only the person who pressed sees it.

    `seen`, `safe`, `soothed`: written by older releases only (rules/sealed_values.py).
    """

    __tablename__ = "reflections"
    __table_args__ = (
        CheckConstraint("seen IS NULL OR seen BETWEEN 0 AND 3", name="seen"),
        CheckConstraint("safe IS NULL OR safe BETWEEN 0 AND 3", name="safe"),
        CheckConstraint("soothed IS NULL OR soothed BETWEEN 0 AND 3", name="soothed"),
    )

    reach_out_id: Mapped[UUID] = mapped_column(ForeignKey("reach_outs.id", ondelete="CASCADE"), primary_key=True)
    seen: Mapped[int | None]
    safe: Mapped[int | None]
    soothed: Mapped[int | None]
    sealed_reflection: Mapped[Encrypted | None]
    created_at: Mapped[Timestamp]
