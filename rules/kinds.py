"""The table of notice kinds: how each is pushed, until when it holds, and what it replaces on a phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from models.enums import NoticeKind


class Tag(Enum):
    """What a push replaces on a phone: the one before it under the same tag."""

    SUBJECT = auto()
    """Whatever was pushed before about the same reach-out or bookend: only how it stands now is worth showing."""
    CALM = auto()
    """Nothing but an earlier one of itself: a press that follows a calm ask has the tag of its subject, and closes it."""
    MESSAGES = auto()
    """Earlier messages of the same reach-out, never its alarm: that would take the alarm's answer buttons away."""
    NOTICE = auto()
    """Nothing: the push stands for itself."""
    KIND = auto()
    """An earlier push of the same kind: it says the same."""


class Opens(Enum):
    """The page of the app that a push opens."""

    SUBJECT = auto()
    """The reach-out or bookend that it is about, else the inbox."""
    THREAD = auto()
    """The page of the person who sent it."""
    COMMITMENT = auto()
    MOMENT = auto()
    """The check-in, or the week on its day."""
    PRACTICE = auto()
    """The practice, or where one is begun."""
    ACCOUNT = auto()
    """Where somebody is signed in, and what was changed when."""


class Hours(Enum):
    """Whether a push waits for the recipient's hours, or for a mute to end; the inbox has its notice meanwhile."""

    IGNORED = auto()
    RESPECTED = auto()
    CALM = auto()
    """Respected, "wake me any time" does not count, and whoever declared no hours is pushed from 7:00 to 22:00."""
    UNLESS_INVOLVED = auto()
    """Respected, except for the person who pressed and for those who have answered that they are there."""


class OnlyWhile(Enum):
    """For how long the sentence of a push stays true. Checked again before every send."""

    ALWAYS = auto()
    OPEN = auto()
    """While the reach-out is open, or nobody has checked in for the bookend."""
    ANSWERED = auto()
    """While the reach-out is open and somebody is there for the person."""
    UNANSWERED = auto()
    """While it is open and nobody is there."""
    CALM = auto()
    """While the reach-out is open and a calm ask: nobody has made it a press."""
    FRESH = auto()
    """For as long as a push service would keep it (`ttl`); then the inbox is enough."""
    PRACTISED = auto()
    """While the practice goes on, and the recipient has not said that they see it."""
    NOT_MISSED = auto()
    """While the bookend is open and its companion has not been told that it was missed."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How notices of one kind are pushed.

    `urgent`: may wake a phone, is sent once more without a receipt, and stays on the screen until somebody looks.
    `ttl`: for how long a push service keeps it for a phone that is off; beyond that the inbox is enough.
    `closes`: takes everything else about its reach-out off the phone; nothing follows it.
    `to_outsiders`: also sent when the recipient has left, or the account behind it is gone; a mute still counts.
    `shared`: announces something that somebody shared through a membership, and leaves the inbox with that membership.
    `in_inbox`: False for a push that only some devices or channels hear of; of it only the address is checked again.
    """

    ttl: timedelta
    tag: Tag = Tag.SUBJECT
    respects_hours: Hours = Hours.IGNORED
    only_while: OnlyWhile = OnlyWhile.OPEN
    urgent: bool = False
    closes: bool = False
    to_outsiders: bool = False
    shared: bool = False
    in_inbox: bool = True
    opens: Opens = Opens.SUBJECT


_ALARM_TTL = timedelta(hours=12)
"""A night: who wakes at seven may be the first to answer, and the reach-out lives for 24 hours.

Whatever happened meanwhile (answered, all-clear, ended) went out under the same tag and has replaced the alarm.
"""
_DAY = timedelta(days=1)

KINDS: Final[Mapping[NoticeKind, Policy]] = MappingProxyType(
    {
        NoticeKind.REACH_OUT: Policy(_ALARM_TTL, urgent=True, respects_hours=Hours.RESPECTED),
        # It waits two hours for a yes.
        NoticeKind.CALM: Policy(timedelta(hours=2), Tag.CALM, Hours.CALM, OnlyWhile.CALM),
        # At least as long as the alarm that it replaces, or a phone that comes back would show the old alarm.
        NoticeKind.ANSWERED: Policy(_ALARM_TTL, respects_hours=Hours.UNLESS_INVOLVED, only_while=OnlyWhile.ANSWERED),
        NoticeKind.ALL_CLEAR: Policy(_DAY, only_while=OnlyWhile.ALWAYS, closes=True),
        NoticeKind.ENDED: Policy(_DAY, only_while=OnlyWhile.ALWAYS, closes=True, to_outsiders=True),
        NoticeKind.UNANSWERED: Policy(_ALARM_TTL, urgent=True, only_while=OnlyWhile.UNANSWERED),
        # Asked halfway through the 600 s pause; once that is over, the question no longer holds.
        NoticeKind.ARE_YOU_TALKING: Policy(timedelta(minutes=10), only_while=OnlyWhile.ANSWERED),
        NoticeKind.MESSAGE: Policy(_DAY, Tag.MESSAGES, Hours.UNLESS_INVOLVED),
        NoticeKind.INVITATION_ACCEPTED: Policy(timedelta(days=7), Tag.NOTICE, only_while=OnlyWhile.ALWAYS),
        # Later the bookend may well be over; if it is not, the inbox has the notice.
        NoticeKind.STANDING_BY: Policy(
            timedelta(hours=2), respects_hours=Hours.RESPECTED, only_while=OnlyWhile.NOT_MISSED
        ),
        # Repeated after ten minutes; after another ten the companion is told.
        NoticeKind.BOOKEND_DUE: Policy(timedelta(minutes=20)),
        NoticeKind.BOOKEND_MISSED: Policy(_ALARM_TTL, urgent=True, respects_hours=Hours.RESPECTED),
        NoticeKind.CHECK_IN: Policy(
            _DAY, Tag.NOTICE, Hours.RESPECTED, OnlyWhile.ALWAYS, shared=True, opens=Opens.THREAD
        ),
        NoticeKind.REACH_IN: Policy(
            _DAY, Tag.NOTICE, Hours.RESPECTED, OnlyWhile.ALWAYS, shared=True, opens=Opens.THREAD
        ),
        NoticeKind.CHECK_IN_SEEN: Policy(
            _DAY, Tag.NOTICE, Hours.RESPECTED, OnlyWhile.ALWAYS, shared=True, opens=Opens.THREAD
        ),
        NoticeKind.COMMITMENT_ASKED: Policy(
            _DAY, Tag.NOTICE, Hours.RESPECTED, OnlyWhile.ALWAYS, shared=True, opens=Opens.COMMITMENT
        ),
        # Asked for at this time of the day; an hour later the inbox has it.
        NoticeKind.COMMITMENT_DUE: Policy(
            timedelta(hours=1), Tag.NOTICE, only_while=OnlyWhile.FRESH, opens=Opens.COMMITMENT
        ),
        NoticeKind.COMMITMENT_ENDED: Policy(
            _DAY, Tag.NOTICE, Hours.RESPECTED, OnlyWhile.ALWAYS, opens=Opens.COMMITMENT
        ),
        NoticeKind.MOMENT: Policy(timedelta(hours=1), Tag.NOTICE, only_while=OnlyWhile.FRESH, opens=Opens.MOMENT),
        NoticeKind.FOLLOW_UP: Policy(_DAY, Tag.NOTICE, Hours.CALM, OnlyWhile.ALWAYS, opens=Opens.THREAD),
        # A push service must not keep it until a night in which somebody presses.
        NoticeKind.PRACTICE: Policy(
            timedelta(hours=4), Tag.NOTICE, Hours.CALM, OnlyWhile.PRACTISED, opens=Opens.PRACTICE
        ),
        NoticeKind.PRACTICE_OFFER: Policy(_DAY, Tag.NOTICE, Hours.CALM, OnlyWhile.ALWAYS, opens=Opens.PRACTICE),
        NoticeKind.UNREACHABLE: Policy(_DAY, Tag.NOTICE, only_while=OnlyWhile.ALWAYS),
        # Said at any hour, quietly: who takes over an account by night is seen by morning at the latest.
        NoticeKind.ACCOUNT_CHANGED: Policy(
            _DAY, Tag.KIND, only_while=OnlyWhile.ALWAYS, in_inbox=False, opens=Opens.ACCOUNT
        ),
        # Somebody is looking at the phone, waiting for it.
        NoticeKind.TEST: Policy(timedelta(minutes=5), Tag.NOTICE, only_while=OnlyWhile.ALWAYS, in_inbox=False),
    }
)

TO_MEMBERS: Final = frozenset({NoticeKind.CHECK_IN, NoticeKind.COMMITMENT_ASKED, NoticeKind.PRACTICE})
"""Kinds, without a reach-out or bookend, that only a member of the sender's circle gets: a break from everybody holds them."""
SHARED_KINDS: Final = tuple(kind for kind, policy in KINDS.items() if policy.shared)
THREAD_KINDS: Final = tuple(kind for kind, policy in KINDS.items() if policy.shared and policy.opens is Opens.THREAD)
"""Kinds that announce something in a thread: reading the thread reads them, and their pushes to one person share an interval."""
SUPERSEDED_KINDS: Final = tuple(
    kind
    for kind, policy in KINDS.items()
    if policy.tag in {Tag.SUBJECT, Tag.CALM} and policy.only_while is not OnlyWhile.ALWAYS
)
"""Kinds that say how things stand while they are open; unread ones count as read once a closing notice replaces them."""
ASKING_KINDS: Final = frozenset({NoticeKind.REACH_OUT, NoticeKind.CALM})
"""Kinds that tell a recipient of a reach-out: how far their push has come is how far it has come to the recipient."""
