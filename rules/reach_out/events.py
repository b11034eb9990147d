"""What can happen to an open reach-out: the events that `machine.decide` takes."""

from dataclasses import dataclass
from uuid import UUID

from models.enums import AnswerKind, Need, NoticeKind, Outcome
from rules.reach_out.state import Participant


@dataclass(frozen=True, slots=True)
class ClockDue:
    """Somebody looks at it because one of its clocks has come, or may have."""


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """A participant who was told says what they can do. `minutes`: of `soon`."""

    person_id: UUID
    kind: AnswerKind
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Talking:
    """A participant who was told says that they are talking with the person."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class TalkingConfirmed:
    """The person says that they are talking with this participant, who was told."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class PressedAgain:
    """The person presses while it is open. `added`: members whom they name, as they are outside of it."""

    need: Need | None = None
    added: tuple[Participant, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """A member leaves, is removed, is blocked, or erases their account."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class ReachChanged:
    """How participants are reached has changed: devices, channels, hours, a mute. The snapshot says how it is now."""


@dataclass(frozen=True, slots=True)
class Closing:
    """It ends. `announcement`: `all_clear` from the person, `ended` when nobody said so."""

    outcome: Outcome
    announcement: NoticeKind


Event = ClockDue | AnswerGiven | Talking | TalkingConfirmed | PressedAgain | MemberLeft | ReachChanged | Closing
