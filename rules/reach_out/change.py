"""The result of a decision: the new state of the reach-out, and what is to be sent because of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypedDict, Unpack
from uuid import UUID

from core.frozen import copy_with
from models.enums import AnswerKind, NoticeKind
from rules.reach_out.progress import was_just_announced
from rules.reach_out.state import Participant, Snapshot, Stage


@dataclass(frozen=True, slots=True)
class Attempt:
    """A further attempt to reach a participant who already has the notice: on all their devices, or all their channels.

    `rings`: with `by_channel`, not the channels that are read but the phones that ring.
    """

    person_id: UUID
    round: int
    by_channel: bool
    rings: bool = False


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`after`: the new state, with every participant. The rest is what goes out.

    `notified`: told for the first time, and pushed if available. `announcements`: other notices. `ends`: pending deliveries
    are withdrawn, and this kind of notice supersedes those about the earlier state. `refreshed`: people whose open screens
    reload it.
    """

    after: Snapshot
    notified: tuple[UUID, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    answer: AnswerRecord | None = None
    ends: NoticeKind | None = None
    refreshed: tuple[UUID, ...] = ()


class MovedFields(TypedDict, total=False):
    """The fields of a snapshot that a transition changes."""

    stage: Stage
    rung: int
    round: int
    pushed_at: datetime
    asked_at: datetime
    unanswered_at: datetime | None
    need: str


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

    def repush(self, people: Collection[UUID]) -> None:
        """Push these people again, in the current round."""
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
        self._attempts += [Attempt(person, self.snapshot.round, by_channel=False) for person in people]

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
        """Tell the person, and the others if `to_the_others`. `participant`: their state before the answer."""
        push = not was_just_announced(participant, self.now)
        # A repeated answer is announced only when it counts as the first one again.
        if to_the_others or not participant.stands:
            self.announce(NoticeKind.ANSWERED, self.snapshot.person_id, participant.person_id, push=push)
        if to_the_others:
            for other in self.snapshot.told:
                if other.person_id != participant.person_id:
                    self.announce(
                        NoticeKind.ANSWERED, other.person_id, participant.person_id, push=push and other.follows
                    )

    def record(self, answer: AnswerRecord) -> None:
        self._answer = answer

    def end(self, announcement: NoticeKind) -> None:
        self._ends = announcement

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
            refreshed=tuple(self._refreshed),
        )
