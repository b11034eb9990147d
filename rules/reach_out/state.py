"""A reach-out as decisions see it: a stage that owns its clocks, and one value for everyone who is part of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from models.enums import AnswerKind, Outcome


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nobody has answered, or whoever did holds the ladder no longer. No rung comes any more when `next_rung_at` is None."""

    next_rung_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody is there; the ladder rests until `paused_until`. Both sides are asked at `ask_at` how it goes, once."""

    paused_until: datetime
    ask_at: datetime | None


@dataclass(frozen=True, slots=True)
class Together:
    """The person has said that they are talking. With whom is unknown where an older release wrote it down."""

    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class Closed:
    outcome: Outcome
    closed_at: datetime


Stage = Waiting | Answered | Together | Closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A member who is part of a reach-out: how far it has come to them, what they said, and the ways to them now.

    `available`: a push may go to them now; otherwise from `hears_at` on (None: not within two weeks). `refusing_…`: how many of
    these ways refuse everything; they are tried and not waited for. `promises`: number of times they said that they are
    there, the last time at `promised_at`. `held_seconds`: how long their words have held the ladder since the person last
    asked, but for the latest word. `notice_id`: the notice of this reach-out in their inbox.
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
    promises: int = 0
    promised_at: datetime | None = None
    available: bool = False
    hears_at: datetime | None = None
    devices: tuple[UUID, ...] = ()
    channels: tuple[UUID, ...] = ()
    refusing_devices: int = 0
    refusing_channels: int = 0
    notice_id: UUID | None = None

    @property
    def told(self) -> bool:
        return self.told_at is not None

    @property
    def declined(self) -> bool:
        return self.answer is AnswerKind.CANNOT

    @property
    def stands(self) -> bool:
        """Whether they have said that they are there."""
        return self.answer is not None and not self.declined

    @property
    def follows(self) -> bool:
        """Whether what becomes of it is pushed to them: the alarm was, or they have answered out of their inbox."""
        return self.quiet_at is None or self.stands

    @property
    def sleeps(self) -> bool:
        """Whether they were told in their inbox alone and have said nothing: they are pushed when they may be."""
        return self.told and self.quiet_at is not None and self.answer is None

    @property
    def has_receipt(self) -> bool:
        return self.delivered_at is not None or self.seen_at is not None

    @property
    def reachable(self) -> bool:
        """Whether anything reaches them, as far as anybody knows."""
        return len(self.devices) > self.refusing_devices or len(self.channels) > self.refusing_channels


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One reach-out at one moment. `participants`: those who are not gone, told or not, by step and membership.

    `ladder`: offsets in seconds. `rung`: the last one done. `round`: number of times those told were pushed, last at
    `pushed_at`. `asked_at`: when the person last asked; words from before hold nothing. `row`: the columns as they stand
    in the database, for `store.save`.
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
    need: str | None = None
    unanswered_at: datetime | None = None
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
    ) -> Self:
        """Return the reach-out of a press that nobody has been told of yet."""
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
            participants=tuple(participants),
        )

    @property
    def told(self) -> tuple[Participant, ...]:
        return tuple(participant for participant in self.participants if participant.told)

    def is_there(self, partner: UUID | None) -> bool:
        """Whether this participant has said that they are there; anybody will do where it is not known who it is."""
        return any(participant.stands for participant in self.told if partner in {None, participant.person_id})

    def rung_is_due(self, now: datetime) -> bool:
        stage = self.stage
        return isinstance(stage, Waiting) and stage.next_rung_at is not None and stage.next_rung_at <= now

    def participant(self, person_id: UUID | None) -> Participant | None:
        return next((participant for participant in self.participants if participant.person_id == person_id), None)

    def with_participants(self, *changed: Participant) -> Self:
        """Return the same with these in the place of who they were; who was not part of it comes last."""
        by_id = {participant.person_id: participant for participant in self.participants} | {
            participant.person_id: participant for participant in changed
        }
        return replace(self, participants=tuple(by_id.values()))

    def without(self, person_id: UUID) -> Self:
        return replace(
            self,
            participants=tuple(participant for participant in self.participants if participant.person_id != person_id),
        )
