"""How far a reach-out has come to each participant, and how long what they say holds the ladder. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from models.enums import AnswerKind, RecipientState
from rules.reach_out.state import Participant

ANSWER_PAUSE = timedelta(seconds=600)
"""How long an answer, or the word that they are talking, holds the ladder."""
SOON_GRACE = timedelta(seconds=120)
MAX_SOON_MINUTES: Final = 15
MAX_CALM_MINUTES: Final = 720
"""How far ahead `soon` may promise, in answer to a press and to a calm ask."""
MAX_HOLD = timedelta(seconds=1800)
"""Limit on how long one participant's words hold the ladder, counted from when the person last asked."""

TALKING_COOLDOWN = timedelta(seconds=30)
"""Minimum distance between two alarms, or two announcements, set off by one participant who keeps changing their answer; the
first of each comes at once."""
SAME_ANSWER_WINDOW = ANSWER_PAUSE / 2
"""A participant who repeats this soon that they are talking does not make the person be asked again."""


def recipient_state(of: Participant) -> RecipientState:
    """Return the state of a recipient that the person sees: the furthest one that is known for certain."""
    if of.answer is not None:
        return RecipientState.DECLINED if of.declined else RecipientState.ANSWERED
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


def pause_until(kind: AnswerKind, minutes: int | None, now: datetime) -> datetime:
    """Return until when an answer given at `now` holds the ladder: ten minutes, or the stated minutes and two more."""
    if kind is AnswerKind.SOON and minutes is not None:
        return now + timedelta(minutes=minutes) + SOON_GRACE
    return now + ANSWER_PAUSE


def word(of: Participant, since: datetime | None = None) -> tuple[datetime, datetime] | None:
    """Return the start and end of this participant's latest word (answer or "we are talking"); None when none stands.

    Words from before `since` do not count. Somebody who has already held the ladder for `MAX_HOLD` holds it no longer.
    """
    if of.answer is None or not of.stands:
        return None
    words = []
    if of.answered_at is not None:
        words.append((of.answered_at, pause_until(of.answer, of.minutes, of.answered_at)))
    if of.talking_at is not None:
        words.append((of.talking_at, of.talking_at + ANSWER_PAUSE))
    words = [(begin, end) for begin, end in words if since is None or begin >= since]
    if not words:
        return None
    begin, end = max(begin for begin, _ in words), max(end for _, end in words)
    left = max(MAX_HOLD - timedelta(seconds=of.held_seconds or 0), timedelta())
    return begin, min(end, begin + left)


def word_until(of: Participant, now: datetime) -> datetime | None:
    """Return until when this participant's word runs; None when it has run out."""
    running = word(of)
    return running[1] if running is not None and running[1] > now else None


def held_seconds(of: Participant, since: datetime, now: datetime) -> float:
    """Return for how many seconds, up to `now`, this participant's words have held the ladder since the person last asked."""
    running = word(of, since)
    latest = (min(now, running[1]) - running[0]).total_seconds() if running is not None else 0.0
    return (of.held_seconds or 0.0) + max(latest, 0.0)


def held_until(participants: Iterable[Participant], since: datetime) -> datetime | None:
    """Return until when standing answers hold the ladder; None when there are none.

    Words from before `since`, when the person last asked, hold nothing.
    """
    return max(
        (running[1] for participant in participants if (running := word(participant, since)) is not None), default=None
    )


def has_just_said_so(of: Participant, since: datetime, now: datetime) -> bool:
    """Return whether this participant said a moment ago, and after the person last asked, that they are talking."""
    if not of.stands or of.talking_at is None or of.talking_at < since:
        return False
    return now - of.talking_at < SAME_ANSWER_WINDOW


def was_just_announced(of: Participant, now: datetime) -> bool:
    """Return whether the others were told a moment ago that this participant is there."""
    return of.promised_at is not None and now - of.promised_at < TALKING_COOLDOWN


def with_answer(of: Participant, kind: AnswerKind, minutes: int | None, since: datetime, now: datetime) -> Participant:
    """Return the participant with an answer given now replacing their earlier one."""
    return replace(
        of,
        held_seconds=held_seconds(of, since, now),
        answer=kind,
        answered_at=now,
        minutes=minutes,
        talking_at=None,
        seen_at=of.seen_at or now,
    )
