"""Whether a push is still wanted, looked at again at the moment of sending, and when a failed one is tried again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.enums import AnswerKind, NoticeKind

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 300.0
"""Seconds between tries: doubling from the first to the longest."""
MAX_DELIVERY_AGE = timedelta(hours=24)
"""A delivery that could not be handed over for so long is given up; a reach-out lives no longer either."""
MAX_ATTEMPTS_BEFORE_PARKED = 50
"""Tries after which a row is put aside, whatever the reason: something about it is wrong."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a delivery at the moment it is claimed. `answered`: somebody is there for the person."""

    kind: NoticeKind
    way_open: bool
    way_is_the_recipients: bool
    dismissed: bool
    about_reach_out: bool
    about_bookend: bool
    to_its_owner: bool
    open: bool
    answered: bool
    told: bool
    gone: bool
    muted: bool
    answer: AnswerKind | None
    member: bool
    available: bool


_SAYS_ANSWERED: Final = {NoticeKind.ANSWERED: True, NoticeKind.ARE_YOU_TALKING: True, NoticeKind.UNANSWERED: False}

_WAITS_FOR_HOURS: Final = {NoticeKind.MESSAGE, NoticeKind.ANSWERED}


def wanted(facts: Facts) -> bool:  # noqa: C901, PLR0911 (a table of cases, read from top to bottom)
    """Whether this push may still go out. Everything that can have changed since it was written is asked again."""
    if not facts.way_open or not facts.way_is_the_recipients:
        return False
    if facts.kind is NoticeKind.TEST:
        return True
    if facts.dismissed:
        return False
    if facts.about_bookend:
        return _still_about_bookend(facts)
    if not facts.about_reach_out:
        return facts.kind not in {NoticeKind.CHECK_IN, NoticeKind.REACH_IN} or facts.available
    if facts.kind is NoticeKind.ENDED:
        # The account behind it may be gone, with its reach-out; the word that it has ended still goes out.
        return not facts.muted
    if not facts.to_its_owner and (not facts.told or facts.gone or not facts.member or facts.muted):
        return False
    if facts.kind is NoticeKind.ALL_CLEAR:
        return True
    if not facts.open:
        return False
    if facts.kind is NoticeKind.REACH_OUT:
        return facts.available and facts.answer is not AnswerKind.CANNOT
    if facts.kind in _WAITS_FOR_HOURS and not (facts.to_its_owner or facts.available or _stands_by(facts)):
        return False
    # What was true when it was written and is so no longer would be believed: that somebody is there, or that nobody is.
    return facts.answered is _SAYS_ANSWERED.get(facts.kind, facts.answered)


def _stands_by(facts: Facts) -> bool:
    """Whether the recipient has said that they are there: who is in the conversation is spoken to at any hour."""
    return facts.answer is not None and facts.answer is not AnswerKind.CANNOT


def _still_about_bookend(facts: Facts) -> bool:
    """The same for a push about a bookend: `open` while nobody has checked in, `member` while the companion is one."""
    if facts.kind is NoticeKind.ENDED:
        return not facts.muted
    if facts.to_its_owner:
        return facts.open
    if not facts.member or facts.muted:
        return False
    if facts.kind is NoticeKind.STANDING_BY:
        # Once they are told that it was missed, that they may be told so is no news.
        return facts.open and facts.available and not facts.told
    if not facts.told:
        return False
    return facts.kind is not NoticeKind.BOOKEND_MISSED or (facts.open and facts.available)


def next_try(
    attempt: int, created_at: datetime, now: datetime, asked: datetime | None, jitter: float
) -> datetime | None:
    """When to try again after `attempt` failed tries; None gives up.

    `asked` is the provider's own wish and wins; `jitter` (0 to 1) spreads tries over the second half of the wait.
    """
    if now - created_at >= MAX_DELIVERY_AGE or attempt >= MAX_ATTEMPTS_BEFORE_PARKED:
        return None
    if asked is not None:
        return max(asked, now)
    wait = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(attempt - 1, 16))
    return now + timedelta(seconds=wait * (0.5 + 0.5 * jitter))
