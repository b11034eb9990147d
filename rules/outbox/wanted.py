"""Decides whether a push is still wanted at the moment of sending, and when a failed one is tried again."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from core.frozen import quick_dataclass
from models.enums import AnswerKind, NoticeKind
from rules.kinds import KINDS, Hours, OnlyWhile, Policy

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 300.0
"""Seconds between tries, doubling from the first to the longest."""
MAX_DELIVERY_AGE = timedelta(hours=24)
"""A delivery that could not be handed over for this long is given up; a reach-out lives no longer either."""
MAX_ATTEMPTS_BEFORE_PARKED = 50
"""Tries after which a delivery is parked, whatever the reason: something about it is wrong."""


@quick_dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a delivery at the moment it is claimed.

    `answered`: somebody is there for the person; `fresh`: a push service would still keep it; `practising`: the practice goes
    on, and waits for the recipient; `calm`: the reach-out is a calm ask, so `available` leaves "wake me any time" out.
    """

    kind: NoticeKind
    address_open: bool
    address_is_recipients: bool
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
    fresh: bool = True
    practising: bool = False
    calm: bool = False


_HOLDS: Final[Mapping[OnlyWhile, Callable[[Facts], bool]]] = {
    OnlyWhile.ALWAYS: lambda _: True,
    OnlyWhile.PRACTISED: lambda _: True,
    OnlyWhile.OPEN: lambda facts: facts.open,
    OnlyWhile.ANSWERED: lambda facts: facts.open and facts.answered,
    OnlyWhile.UNANSWERED: lambda facts: facts.open and not facts.answered,
    OnlyWhile.CALM: lambda facts: facts.open and facts.calm,
    OnlyWhile.FRESH: lambda facts: facts.fresh,
    OnlyWhile.NOT_MISSED: lambda facts: facts.open and not facts.told,
}
"""What has to be true for what a push says to hold."""


def wanted(facts: Facts) -> bool:
    """Return whether this push may still go out: all that can have changed since it was written is checked again."""
    policy = KINDS[facts.kind]
    if not facts.address_open or not facts.address_is_recipients:
        return False
    if not policy.in_inbox:
        return True
    if facts.dismissed or not _hours_allow(facts, policy):
        return False
    if not facts.about_reach_out and not facts.about_bookend:
        return _stands_alone(facts, policy)
    return _is_for_recipient(facts, policy) and _still_true(facts, policy)


def _stands_alone(facts: Facts, policy: Policy) -> bool:
    """Return whether a push that is about no reach-out and no bookend still holds."""
    if policy.only_while is OnlyWhile.PRACTISED:
        return facts.practising
    return policy.only_while is not OnlyWhile.FRESH or facts.fresh


def _is_for_recipient(facts: Facts, policy: Policy) -> bool:
    if policy.to_outsiders:
        return not facts.muted
    if facts.to_its_owner:
        return True
    if facts.gone or facts.muted or not facts.member:
        return False
    if facts.kind is NoticeKind.REACH_OUT and facts.answer is AnswerKind.CANNOT:
        return False
    return facts.told or (facts.about_bookend and policy.only_while is OnlyWhile.NOT_MISSED)


def _hours_allow(facts: Facts, policy: Policy) -> bool:
    if policy.respects_hours is Hours.IGNORED or facts.available:
        return True
    # Whoever is in the conversation is spoken to at any hour.
    involved = facts.to_its_owner or facts.answer not in {None, AnswerKind.CANNOT}
    return policy.respects_hours is Hours.UNLESS_INVOLVED and involved


def _still_true(facts: Facts, policy: Policy) -> bool:
    """Return whether what the push says still holds; a stale sentence would be believed."""
    return _HOLDS[policy.only_while](facts)


def next_try(
    attempt: int, created_at: datetime, now: datetime, requested: datetime | None, jitter: float
) -> datetime | None:
    """Return when to try again after `attempt` failed tries; None gives up.

    `requested`: the time that the provider asks for (Retry-After), which wins. `jitter` (0 to 1) spreads tries over the
    second half of the wait.
    """
    if now - created_at >= MAX_DELIVERY_AGE or attempt >= MAX_ATTEMPTS_BEFORE_PARKED:
        return None
    if requested is not None:
        return max(requested, now)
    wait = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(attempt - 1, 16))
    return now + timedelta(seconds=wait * (0.5 + 0.5 * jitter))
