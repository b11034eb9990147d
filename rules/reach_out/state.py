"""A reach-out as decisions see it: a stage that owns its clocks, its participants, and the events that can happen to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from core.frozen import copy_with, quick_dataclass
from models.enums import AnswerKind, NoticeKind, Outcome


@quick_dataclass(frozen=True, slots=True)
class Waiting:
    """Nobody has answered, or no answer holds the ladder any longer. `next_rung_at` is None after the last rung."""

    next_rung_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody is there; the ladder rests until `paused_until`. Both sides are asked once, at `ask_at`, whether they are talking."""

    paused_until: datetime
    ask_at: datetime | None


@dataclass(frozen=True, slots=True)
class Together:
    """The person has said that they are talking. The partner is unknown in rows written by an older release."""

    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Calm:
    """Somebody was asked whether they could talk: no rung follows, and it ends by itself at `ends_at`.

    `together_with`: whom the person says that they are talking with.
    """

    ends_at: datetime
    together_with: UUID | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    outcome: Outcome
    closed_at: datetime


Stage = Waiting | Answered | Together | Calm | Closed


@quick_dataclass(frozen=True, kw_only=True)
class Participant:
    """A member who takes part in a reach-out: how far it has reached them, their answer, and how they can be reached now.

    `available`: a push may go to them now; otherwise from `hears_at` on (None: not within two weeks). `refusing_…`: number of
    devices, channels or phones whose service refuses everything; they are tried but not waited for. `channels` are read, `calls`
    are phone numbers that ring. `promises`: number of times they
    said that they are there, most recently at `promised_at`; `withdrawals`: number of times they took it back. `held_seconds`: how long their words, except the latest, have
    held the ladder since the person last asked. `announce_at`: when an answer is announced
    that was changed too often to be announced at once; `sixth_change_at`: when its sixth latest change was made.
    `notice_id`: the notice of this reach-out in their inbox. `guest`: their
    confirmed channels stand in the place of `devices`, and are pushed as those are. `calm_…`: their answer to a calm ask that
    has become a press since; nothing decides by it.
    """

    person_id: UUID
    membership_id: UUID | None
    role: str
    step: int
    told_at: datetime | None = None
    quiet_at: datetime | None = None
    handed_at: datetime | None = None
    delivered_at: datetime | None = None
    seen_at: datetime | None = None
    unreachable_at: datetime | None = None
    answer: AnswerKind | None = None
    answered_at: datetime | None = None
    minutes: int | None = None
    talking_at: datetime | None = None
    held_seconds: float | None = None
    announce_at: datetime | None = None
    promises: int = 0
    promised_at: datetime | None = None
    withdrawals: int = 0
    sixth_change_at: datetime | None = None
    available: bool = False
    hears_at: datetime | None = None
    devices: tuple[UUID, ...] = ()
    channels: tuple[UUID, ...] = ()
    calls: tuple[UUID, ...] = ()
    refusing_devices: int = 0
    refusing_channels: int = 0
    refusing_calls: int = 0
    notice_id: UUID | None = None
    guest: bool = False
    calm_answer: AnswerKind | None = None
    calm_minutes: int | None = None
    calm_answered_at: datetime | None = None

    @property
    def told(self) -> bool:
        return self.told_at is not None

    @property
    def declined(self) -> bool:
        return self.answer is AnswerKind.CANNOT

    @property
    def stands(self) -> bool:
        """Whether they have said that they are there and have not withdrawn it."""
        return self.answer is not None and not self.declined

    @property
    def calm_yes_stands(self) -> bool:
        """Whether they said yes to a calm ask that has become a press since, and nothing to the press."""
        return self.answer is None and self.calm_answer not in {None, AnswerKind.CANNOT}

    @property
    def follows(self) -> bool:
        """Whether later events are pushed to them: the alarm was pushed to them, or they answered from their inbox."""
        return self.quiet_at is None or self.stands

    @property
    def sleeps(self) -> bool:
        """Whether they were told in the inbox only and have not answered: they are pushed as soon as they are available."""
        return self.told and self.quiet_at is not None and self.answer is None

    @property
    def has_receipt(self) -> bool:
        return self.delivered_at is not None or self.seen_at is not None

    @property
    def reachable(self) -> bool:
        """Whether anything reaches them, as far as anybody knows."""
        return (
            len(self.devices) > self.refusing_devices
            or len(self.channels) > self.refusing_channels
            or len(self.calls) > self.refusing_calls
        )


@quick_dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One reach-out at one moment. `participants`: those who have not left, told or not, by step and membership.

    `ladder`: offsets in seconds. `rung`: the last one carried out. `round`: number of times those told were pushed, most
    recently at `pushed_at`. `asked_at`: when the person last asked; earlier words hold nothing. `calm`: it is a calm ask, or
    was one when it ended. `raised_at`: when a calm ask became this press. `pressed_again_at`: when the person
    last pressed while it was open, whether or not that pushed anybody; `pressed_before_at`: the press before that one.
    `row`: the columns as read from the database, for
    `store.save`.
    """

    id: UUID
    person_id: UUID
    created_at: datetime
    stage: Stage
    rung: int
    round: int
    ladder: tuple[int, ...]
    pushed_at: datetime
    asked_at: datetime
    sealed_need: bytes | None = None
    unanswered_at: datetime | None = None
    calm: bool = False
    raised_at: datetime | None = None
    pressed_again_at: datetime | None = None
    pressed_before_at: datetime | None = None
    participants: tuple[Participant, ...] = ()
    row: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def before_first_rung(
        cls,
        reach_out_id: UUID,
        person_id: UUID,
        ladder: Sequence[int],
        participants: Iterable[Participant],
        now: datetime,
        *,
        calm: bool = False,
    ) -> Self:
        """Return the reach-out of a new press or calm ask, before anybody has been told."""
        return cls(
            id=reach_out_id,
            person_id=person_id,
            created_at=now,
            stage=Waiting(now),
            rung=0,
            round=1,
            ladder=tuple(ladder),
            pushed_at=now,
            asked_at=now,
            calm=calm,
            participants=tuple(participants),
        )

    @property
    def began_at(self) -> datetime:
        """When it was pressed, or raised from a calm ask: its lifetime counts from then."""
        return self.raised_at or self.created_at

    @property
    def told(self) -> tuple[Participant, ...]:
        return tuple(participant for participant in self.participants if participant.told)

    def is_there(self, partner: UUID | None) -> bool:
        """Return whether this participant has said that they are there; with `partner` unknown (None), whether anybody has."""
        return any(participant.stands for participant in self.told if partner in {None, participant.person_id})

    def rung_is_due(self, now: datetime) -> bool:
        stage = self.stage
        return isinstance(stage, Waiting) and stage.next_rung_at is not None and stage.next_rung_at <= now

    def participant(self, person_id: UUID | None) -> Participant | None:
        return next((participant for participant in self.participants if participant.person_id == person_id), None)

    def with_participants(self, *changed: Participant) -> Self:
        """Return a copy with these participants replaced; new ones are appended."""
        by_id = {participant.person_id: participant for participant in self.participants} | {
            participant.person_id: participant for participant in changed
        }
        return copy_with(self, participants=tuple(by_id.values()))

    def without(self, person_id: UUID) -> Self:
        return replace(
            self,
            participants=tuple(participant for participant in self.participants if participant.person_id != person_id),
        )


@dataclass(frozen=True, slots=True)
class ClockDue:
    """One of its clocks is due, or may be."""


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """A participant who was told answers. `minutes`: of `soon`."""

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
    """The person presses while it is open. `added`: members they name who do not take part yet.

    `calm`: they ask calmly, which changes nothing about a press. Otherwise a calm ask becomes a press to those it has told
    and to `circle`. `spares`: phones that have just rung for this person stay silent.
    """

    sealed_need: bytes | None = None
    added: tuple[Participant, ...] = ()
    calm: bool = False
    circle: tuple[Participant, ...] = ()
    spares: bool = False


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """A member leaves, is removed, is blocked, or erases their account."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class ReachChanged:
    """The ways to reach participants have changed: devices, channels, hours, a mute. The snapshot holds the new ones."""


@dataclass(frozen=True, slots=True)
class Closing:
    """It ends. `announcement`: `all_clear` when the person ends it, `ended` otherwise."""

    outcome: Outcome
    announcement: NoticeKind


Event = ClockDue | AnswerGiven | Talking | TalkingConfirmed | PressedAgain | MemberLeft | ReachChanged | Closing
