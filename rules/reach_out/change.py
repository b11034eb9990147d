"""The result of a decision: the new state of the reach-out, and what is to be sent because of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from core.frozen import copy_with, quick_dataclass
from models.enums import AnswerKind, NoticeKind
from rules.reach_out.bounds import answer_changes
from rules.reach_out.ladder import Move
from rules.reach_out.progress import was_just_announced
from rules.reach_out.state import Answered, Closed, Participant, Snapshot, Stage, Together, Waiting


@quick_dataclass(frozen=True, slots=True)
class Attempt:
    """A further attempt to reach a participant who already has the notice: on all their devices, or all their channels.

    `rings`: with `by_channel`, not the channels that are read but the phones that ring. `spares`: without a sound on devices
    that have just rung for the same person.
    """

    person_id: UUID
    round: int
    by_channel: bool
    rings: bool = False
    spares: bool = False


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notice for one person. `push`: their devices are pushed as well."""

    kind: NoticeKind
    person_id: UUID
    sender_id: UUID | None
    push: bool = True


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """An answer to be stored."""

    person_id: UUID
    kind: AnswerKind
    minutes: int | None


@quick_dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`after`: the new state, with every participant. The rest is what goes out.

    `notified`: told for the first time, and pushed if available. `announcements`: other notices. `ends`: pending deliveries
    are withdrawn, and this kind of notice supersedes those about the earlier state. `raised`: a calm ask becomes a press, which
    supersedes what said that it was calm. `refreshed`: people whose open screens reload it.
    """

    after: Snapshot
    notified: tuple[UUID, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    answer: AnswerRecord | None = None
    ends: NoticeKind | None = None
    raised: bool = False
    refreshed: tuple[UUID, ...] = ()


class MovedFields(TypedDict, total=False):
    """The fields of a snapshot that a transition changes."""

    stage: Stage
    rung: int
    round: int
    pushed_at: datetime
    asked_at: datetime
    unanswered_at: datetime | None
    sealed_need: bytes
    calm: bool
    raised_at: datetime
    pressed_again_at: datetime
    pressed_before_at: datetime | None


@dataclass(slots=True)
class Draft:
    """A change under construction. `snapshot`: the state so far, at `now`."""

    snapshot: Snapshot
    now: datetime
    _notified: list[UUID] = field(default_factory=list)
    _attempts: list[Attempt] = field(default_factory=list)
    _announcements: list[Announcement] = field(default_factory=list)
    _answer: AnswerRecord | None = None
    _ends: NoticeKind | None = None
    _raised: bool = False
    _refreshed: dict[UUID, None] = field(default_factory=dict)

    def move(self, **fields: Unpack[MovedFields]) -> None:
        """Change fields of the reach-out itself; called by `machine` only."""
        self.snapshot = copy_with(self.snapshot, **fields)

    @property
    def asked_at(self) -> datetime:
        """When the person last asked, at most `now`: the clock of the machine that wrote it may be ahead of this one."""
        return min(self.snapshot.asked_at, self.now)

    def participant(self, person_id: UUID) -> Participant:
        """Return a participant in their state so far."""
        return next(participant for participant in self.snapshot.participants if participant.person_id == person_id)

    def put(self, *participants: Participant) -> None:
        if participants:
            self.snapshot = self.snapshot.with_participants(*participants)

    def remove(self, person_id: UUID) -> None:
        self.snapshot = self.snapshot.without(person_id)

    def carry_out(self, move: Move, *, announce: bool) -> None:
        """Do what the ladder decided. `announce`: tell the person that nobody has answered."""
        self.move(rung=move.rung, stage=Waiting(move.next_at))
        self.notify(move.notify)
        if announce:
            self.move(unanswered_at=self.now)
            self.announce(NoticeKind.UNANSWERED, self.snapshot.person_id, None)
        self.repush(move.repush)
        self.call(move.channels)
        self.ring(move.calls)
        self.mark_unreachable()
        self.refresh_everyone()

    def notify(self, people: Collection[UUID]) -> None:
        """Tell these people for the first time."""
        now = self.now
        self.put(
            *(
                copy_with(
                    participant,
                    told_at=now,
                    quiet_at=None if participant.available else now,
                    unreachable_at=None if participant.reachable else now,
                )
                for participant in self.snapshot.participants
                if participant.person_id in people
            )
        )
        self._notified += people

    def repush(self, people: Collection[UUID], *, spares: bool = False) -> None:
        """Push these people again, in the current round. `spares`: without a sound on phones that have just rung."""
        self.put(
            *(
                replace(
                    participant,
                    quiet_at=None,
                    unreachable_at=None if participant.reachable else participant.unreachable_at or self.now,
                )
                for participant in self.snapshot.participants
                if participant.person_id in people
            )
        )
        self._attempts += [Attempt(person, self.snapshot.round, by_channel=False, spares=spares) for person in people]

    def mark_unreachable(self) -> None:
        """Mark people who could be reached when they were told and cannot be any longer, so that nobody waits for them."""
        lost = [
            participant
            for participant in self.snapshot.told
            if not (participant.reachable or participant.quiet_at or participant.unreachable_at)
        ]
        if lost:
            self.put(*(replace(participant, unreachable_at=self.now) for participant in lost))
            self.refresh(self.snapshot.person_id)

    def call(self, people: Collection[UUID], *, rings: bool = False) -> None:
        """Try the channels of these people, and with `rings` their phones too, in the current round."""
        self._attempts += [Attempt(person, self.snapshot.round, by_channel=True) for person in people]
        if rings:
            self.ring(people)

    def ring(self, people: Iterable[UUID]) -> None:
        """Ring the phones of these people, in the current round."""
        self._attempts += [Attempt(person, self.snapshot.round, by_channel=True, rings=True) for person in people]

    def announce(self, kind: NoticeKind, person_id: UUID, sender_id: UUID | None, *, push: bool = True) -> None:
        self._announcements.append(Announcement(kind, person_id, sender_id, push))

    def ask_whether_talking(self) -> None:
        """Ask both sides whether they are talking."""
        for person_id in (
            self.snapshot.person_id,
            *(participant.person_id for participant in self.snapshot.told if participant.stands),
        ):
            self.announce(NoticeKind.ARE_YOU_TALKING, person_id, None)

    def announce_answer(self, participant: Participant, *, to_the_others: bool) -> None:
        """Tell the person, and the others if `to_the_others`. `participant`: their state before the answer.

        A repeated answer is announced only when it counts as the first one again; one of too many changes, later.
        """
        if participant.stands and not to_the_others:
            return
        announce_at = answer_changes.announced_from(participant, self.now)
        self.put(replace(self.participant(participant.person_id), announce_at=announce_at))
        if announce_at is None:
            push = not was_just_announced(participant, self.now)
            self._announce_answer(participant.person_id, to_the_others=to_the_others, push=push)

    def ask_the_person(self, participant: Participant) -> None:
        """Ask the person whether they are talking with this participant, who says so; after too many changes, later."""
        announce_at = answer_changes.announced_from(participant, self.now)
        if announce_at is None:
            self.announce(NoticeKind.ARE_YOU_TALKING, self.snapshot.person_id, participant.person_id)
        else:
            self.put(replace(self.participant(participant.person_id), announce_at=announce_at))

    def announce_held(self) -> None:
        """Announce the answers whose minute is over, as they stand now: what was taken back is not announced."""
        stage = self.snapshot.stage
        held = [one for one in self.snapshot.told if one.announce_at is not None and one.announce_at <= self.now]
        for participant in () if isinstance(stage, Closed) else held:
            self.put(replace(participant, announce_at=None))
            if participant.stands:
                alone = sum(other.stands for other in self.snapshot.told) == 1
                to_the_others = alone and isinstance(stage, Answered | Together)
                self._announce_answer(participant.person_id, to_the_others=to_the_others, push=True)
                if participant.talking_at is not None and isinstance(stage, Answered):
                    self.announce(NoticeKind.ARE_YOU_TALKING, self.snapshot.person_id, participant.person_id)

    def _announce_answer(self, person_id: UUID, *, to_the_others: bool, push: bool) -> None:
        self.announce(NoticeKind.ANSWERED, self.snapshot.person_id, person_id, push=push)
        if to_the_others:
            for other in self.snapshot.told:
                if other.person_id != person_id:
                    self.announce(NoticeKind.ANSWERED, other.person_id, person_id, push=push and other.follows)

    def record(self, answer: AnswerRecord) -> None:
        self._answer = answer

    def end(self, announcement: NoticeKind) -> None:
        self._ends = announcement

    def supersede_calm(self) -> None:
        self._raised = True

    def refresh(self, *people: UUID) -> None:
        self._refreshed.update(dict.fromkeys(people))

    def refresh_everyone(self) -> None:
        self.refresh(self.snapshot.person_id, *(participant.person_id for participant in self.snapshot.told))

    def change(self) -> Change:
        return Change(
            after=self.snapshot,
            notified=tuple(self._notified),
            attempts=tuple(self._attempts),
            announcements=tuple(self._announcements),
            answer=self._answer,
            ends=self._ends,
            raised=self._raised,
            refreshed=tuple(self._refreshed),
        )
