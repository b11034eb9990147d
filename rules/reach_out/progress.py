"""How far a reach-out has come to each recipient, and what an answer makes of it. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from models.enums import AnswerKind, ReachOutState, RecipientState

ANSWER_PAUSE = timedelta(seconds=600)
"""How long an answer, or the word that they are talking, holds the ladder."""
SOON_GRACE = timedelta(seconds=120)
MAX_HOLD = timedelta(seconds=1800)
"""How long one person's words hold the ladder in all, since the person last asked: nobody holds it for ever."""


class Progress(Protocol):
    """The part of a recipient's row that says how far things have come."""

    @property
    def told_at(self) -> datetime | None: ...

    @property
    def quiet_at(self) -> datetime | None: ...

    @property
    def handed_at(self) -> datetime | None: ...

    @property
    def delivered_at(self) -> datetime | None: ...

    @property
    def seen_at(self) -> datetime | None: ...

    @property
    def unreachable_at(self) -> datetime | None: ...

    @property
    def answer(self) -> str | None: ...

    @property
    def gone_at(self) -> datetime | None: ...


class Given(Progress, Protocol):
    """The same with who gave an answer, and when."""

    @property
    def person_id(self) -> UUID: ...

    @property
    def minutes(self) -> int | None: ...

    @property
    def answered_at(self) -> datetime | None: ...

    @property
    def talking_at(self) -> datetime | None: ...

    @property
    def held_seconds(self) -> float | None: ...


def recipient_state(of: Progress) -> RecipientState:
    """What the person sees of one recipient: the furthest that is known, and never more."""
    if of.answer is not None:
        return RecipientState.DECLINED if of.answer == AnswerKind.CANNOT else RecipientState.ANSWERED
    for reached, state in (
        (of.seen_at, RecipientState.SEEN),
        (of.delivered_at, RecipientState.DELIVERED),
        (of.unreachable_at, RecipientState.UNREACHABLE),
        (of.handed_at, RecipientState.HANDED),
        (of.quiet_at, RecipientState.INBOX_ONLY),
    ):
        if reached is not None:
            return state
    return RecipientState.QUEUED


def stands(of: Progress) -> bool:
    """Whether this recipient has said that they are there, and still is."""
    return of.gone_at is None and of.answer is not None and of.answer != AnswerKind.CANNOT


def follows(of: Progress) -> bool:
    """Whether what becomes of it is pushed to this recipient: the alarm was, or they have answered out of their inbox."""
    return of.quiet_at is None or stands(of)


def somebody_stands(recipients: Iterable[Progress]) -> bool:
    return any(stands(recipient) for recipient in recipients)


def pause_until(kind: AnswerKind, minutes: int | None, now: datetime) -> datetime:
    """How long the ladder waits for the one who answered: ten minutes, or their own minutes and two more."""
    if kind is AnswerKind.SOON and minutes is not None:
        return now + timedelta(minutes=minutes) + SOON_GRACE
    return now + ANSWER_PAUSE


def word(of: Given, since: datetime | None = None) -> tuple[datetime, datetime] | None:
    """From when until when the latest word of this recipient runs; None when there is none that stands.

    `since`: words from before do not count. Whoever has held the ladder for `MOST` already holds it no longer.
    """
    if not stands(of) or of.answer is None:
        return None
    words = []
    if of.answered_at is not None:
        words.append((of.answered_at, pause_until(AnswerKind(of.answer), of.minutes, of.answered_at)))
    if of.talking_at is not None:
        words.append((of.talking_at, of.talking_at + ANSWER_PAUSE))
    words = [(begin, end) for begin, end in words if since is None or begin >= since]
    if not words:
        return None
    begin, end = max(begin for begin, _ in words), max(end for _, end in words)
    left = max(MAX_HOLD - timedelta(seconds=of.held_seconds or 0), timedelta())
    return begin, min(end, begin + left)


def held_seconds(of: Given, since: datetime, now: datetime) -> float:
    """How long this recipient's words have held the ladder since the person last asked, with the latest up to now."""
    running = word(of, since)
    latest = (min(now, running[1]) - running[0]).total_seconds() if running is not None else 0.0
    return (of.held_seconds or 0.0) + max(latest, 0.0)


def held_until(recipients: Iterable[Given], since: datetime) -> datetime | None:
    """Until when the answers that stand hold the ladder; None when there is none.

    A word from before `since`, when the person asked once more, holds nothing any longer.
    """
    return max((running[1] for one in recipients if (running := word(one, since)) is not None), default=None)


def after_losing_an_answer(
    state: ReachOutState, recipients: Sequence[Given], together_with: UUID | None, since: datetime, now: datetime
) -> ReachOutState:
    """The state once somebody has taken their answer back or is gone.

    `together` stands for as long as the one who is talked with does. Without them it is what the other answers make of
    it: answered while one of them holds the ladder, else waiting. What somebody said an hour ago is nobody who is there.
    """
    if state is ReachOutState.TOGETHER and any(
        stands(one) for one in recipients if together_with is None or one.person_id == together_with
    ):
        return state
    if state in {ReachOutState.TOGETHER, ReachOutState.ANSWERED}:
        until = held_until(recipients, since)
        return ReachOutState.ANSWERED if until is not None and until > now else ReachOutState.WAITING
    return state
