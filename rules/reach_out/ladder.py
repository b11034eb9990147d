"""The ladder: who is told next, and when. Pure: what is known and the moment in, one move out.

Rung 1 tells the members of step 1 (the whole circle if there are none). Rung 2 tells the rest, and tries the channels
of those told before whose push has no receipt. Rung 3 pushes everyone told once more, with the channels of those who
chose them. Rung 4 tells the person plainly that nobody has answered; after it rung 3 comes again three times, ten
minutes apart. A rung that nobody can hear, or that adds nobody, does not wait: the next one comes in the same move.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

FIRST, RUNG_EVERYBODY, AGAIN, RUNG_UNANSWERED = 1, 2, 3, 4
"""The rungs by what they do."""
REPEAT_COUNT = 3
LAST_RUNG = RUNG_UNANSWERED + REPEAT_COUNT
"""Rungs 5 to 7 are rung 3 again, after the truth was told."""
REPEAT_EVERY = timedelta(seconds=600)
REACH_OUT_LIFETIME = timedelta(hours=24)
"""An open reach-out ends by itself after so long, and says so; never with an all-clear."""

SHORTEST_STEP = 30
LONGEST_STEP = 1800
"""Bounds in seconds for a person's own ladder: no flood between two rungs, no silence before the truth."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One recipient as the ladder looks at them. `devices` and `channels`: how many ways there are to each.

    `deaf_devices`, `deaf_channels`: how many of those are tried and not waited for, since they refuse everything.
    `fresh`: the rung on which the ladder stands told or pushed them, so that it waits for them. `unreachable`: what
    was pushed to them is known not to have arrived. `word_until`: they have said that they are there, and what they said runs
    until then; the ladder goes on beside them and does not ask them again.
    """

    person_id: UUID
    step: int
    told: bool
    declined: bool
    available: bool
    devices: int
    channels: int
    receipt: bool
    fresh: bool = True
    unreachable: bool = False
    word_until: datetime | None = None
    deaf_devices: int = 0
    deaf_channels: int = 0

    @property
    def hears_pushes(self) -> bool:
        """A push may go to them, and would arrive as far as anybody knows."""
        return self.pushable and self.devices > self.deaf_devices

    @property
    def hears_channels(self) -> bool:
        return self.callable and self.channels > self.deaf_channels

    @property
    def pushable(self) -> bool:
        return self.available and not self.declined and self.word_until is None and self.devices > 0

    @property
    def callable(self) -> bool:
        """A channel may be tried: somebody outside their hours is not woken by an SMS either."""
        return self.available and not self.declined and self.word_until is None and self.channels > 0


@dataclass(frozen=True, slots=True)
class Move:
    """What one turn of the ladder does. Written down by `advance`, never here.

    `tell`: told for the first time. `again`: pushed once more. `channels`: whose channels are tried. `truth`: the
    person is told that nobody has answered. `rung`: where the ladder stands then. `next_at`: when it moves again.
    """

    rung: int
    tell: tuple[UUID, ...]
    again: tuple[UUID, ...]
    channels: tuple[UUID, ...]
    truth: bool
    next_at: datetime | None


def next_move(ladder: Sequence[int], rung: int, recipients: Sequence[Standing], now: datetime) -> Move:
    """The move that is due now, when the ladder stands on `rung` (0 before the first).

    While somebody's word runs nobody says that no one has answered: the truth waits for its end, before rung 4.
    """
    word = words_until(recipients)
    tell: dict[UUID, None] = {}
    again: dict[UUID, None] = {}
    channels: dict[UUID, None] = {}
    next_at: datetime | None
    while True:
        if rung == AGAIN and word is not None:
            next_at = word
            break
        rung += 1
        told, pushed, called = _rung(rung, recipients, tell)
        tell.update(dict.fromkeys(told))
        again.update(dict.fromkeys(pushed))
        channels.update(dict.fromkeys(called))
        if rung >= RUNG_UNANSWERED or _heard(recipients, told, pushed, called):
            next_at = due_after(ladder, rung, now)
            break
    return Move(
        rung=rung,
        tell=tuple(tell),
        # Somebody who is told for the first time in this very move is not pushed twice by it.
        again=tuple(person for person in again if person not in tell),
        channels=tuple(channels),
        truth=rung == RUNG_UNANSWERED,
        next_at=next_at,
    )


def words_until(recipients: Sequence[Standing]) -> datetime | None:
    """Until when the last of the words that run holds; None when none does."""
    return max((one.word_until for one in recipients if one.word_until is not None), default=None)


def due_after(ladder: Sequence[int], rung: int, now: datetime) -> datetime | None:
    """When the rung after `rung` comes, if this one was done at `now`; None when none comes."""
    if rung < FIRST:
        return now
    if rung < RUNG_UNANSWERED:
        return now + timedelta(seconds=ladder[rung] - ladder[rung - 1])
    return now + REPEAT_EVERY if rung < LAST_RUNG else None


def rung_began_at(ladder: Sequence[int], rung: int, next_at: datetime) -> datetime:
    """When the rung was done after which the next one comes at `next_at`: the other way round from `after`."""
    following = due_after(ladder, rung, next_at)
    return next_at if following is None else next_at - (following - next_at)


def nobody_reachable(rung: int, recipients: Sequence[Standing]) -> bool:
    """Whether all whom this rung reached have declined or cannot hear any more, so that the next need not wait.

    Channels count from rung 2 on: before it none has been tried.
    """
    return not any(
        one.told
        and (
            (one.fresh and one.hears_pushes and not one.unreachable) or (rung >= RUNG_EVERYBODY and one.hears_channels)
        )
        for one in recipients
    )


def without_receipt(told: Sequence[Standing]) -> list[UUID]:
    """Those of whose push nothing has been heard, and who have chosen another channel."""
    return [one.person_id for one in told if one.callable and not one.receipt]


def _rung(
    rung: int, recipients: Sequence[Standing], tell: dict[UUID, None]
) -> tuple[list[UUID], list[UUID], list[UUID]]:
    """Whom this rung tells, pushes again, and tries by channel."""
    waiting = [one for one in recipients if not one.told and one.person_id not in tell]
    told = [one for one in recipients if one.told or one.person_id in tell]
    match rung:
        case 1:
            first = [one for one in waiting if one.step == 1] or waiting
            return [one.person_id for one in first], [], []
        case 2:
            return [one.person_id for one in waiting], [], without_receipt(told)
        case 4:
            return [], [], []
        case _:
            # Rung 3, and its repetitions. Whoever is still waiting (somebody added late) is told by it too.
            return (
                [one.person_id for one in waiting],
                [one.person_id for one in told if one.pushable],
                [one.person_id for one in recipients if one.callable],
            )


def _heard(
    recipients: Sequence[Standing], told: Sequence[UUID], pushed: Sequence[UUID], called: Sequence[UUID]
) -> bool:
    """Whether anything of this rung reaches somebody."""
    by_push, by_channel = {*told, *pushed}, set(called)
    return any(
        (one.hears_pushes and one.person_id in by_push) or (one.hears_channels and one.person_id in by_channel)
        for one in recipients
    )


def timer(
    *,
    created_at: datetime,
    next_rung_at: datetime | None,
    ask_at: datetime | None,
    paused_until: datetime | None,
    hears_at: datetime | None = None,
) -> datetime:
    """When somebody has to look at an open reach-out next: its earliest clock, at the latest its end.

    `hears_at`: when the first of those who were told in their inbox alone may be pushed.
    """
    clocks = [
        created_at + REACH_OUT_LIFETIME,
        *(at for at in (next_rung_at, ask_at, paused_until, hears_at) if at is not None),
    ]
    return min(clocks)


def own_ladder(seconds: Sequence[int]) -> tuple[int, ...]:
    """A person's own ladder: four offsets from 0, each at least 30 s after the one before, the last within 30 minutes.

    Raises ValueError that says what it should be.
    """
    if len(seconds) != RUNG_UNANSWERED or seconds[0] != 0:
        raise ValueError("must be four numbers of seconds, the first of them 0")
    if any(later - earlier < SHORTEST_STEP for earlier, later in pairwise(seconds)):
        raise ValueError(f"must rise by at least {SHORTEST_STEP} seconds from rung to rung")
    if seconds[-1] > LONGEST_STEP:
        raise ValueError(f"must end within {LONGEST_STEP} seconds, or the truth comes too late")
    return tuple(seconds)
