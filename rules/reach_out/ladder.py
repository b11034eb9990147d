"""Decides who is told next, and when. Pure: participants and the current time in, one move out.

Rung 1 tells the members of step 1 (the whole circle if there are none). Rung 2 tells the rest, and tries the channels
of those told before whose push has no receipt. Rung 3 pushes everyone told again, tries the channels of those who have
some, and calls those who want to be called. Rung 4 tells the person plainly that nobody has answered; after it rung 3 is repeated three times, ten
minutes apart. A rung that reaches nobody, or adds nobody, does not wait: the next one follows in the same move.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from core.frozen import quick_dataclass
from rules.reach_out.progress import word_until
from rules.reach_out.state import Participant, Snapshot

RUNG_FIRST, RUNG_EVERYBODY, RUNG_AGAIN, RUNG_UNANSWERED = 1, 2, 3, 4
"""The rungs by what they do."""
REPEAT_COUNT = 3
LAST_RUNG = RUNG_UNANSWERED + REPEAT_COUNT
"""Rungs 5 to 7 are rung 3 again, after the person was told that nobody has answered."""
REPEAT_EVERY = timedelta(seconds=600)
REACH_OUT_LIFETIME = timedelta(hours=24)
"""An open reach-out ends by itself after this time, and says so; never with an all-clear."""

SHORTEST_STEP = 30
LONGEST_STEP = 1800
"""Bounds in seconds for a person's own ladder: the shortest step between two rungs, and the latest start of rung 4."""


@quick_dataclass(frozen=True, slots=True)
class Move:
    """One move of the ladder, carried out by `machine`.

    `notify`: people told for the first time. `repush`: people pushed again. `channels`: people whose channels are tried.
    `calls`: people whose phone is rung. `announce_unanswered`: the person is told that nobody has answered. `rung`: where the ladder stands afterwards. `next_at`:
    when it moves again.
    """

    rung: int
    notify: tuple[UUID, ...]
    repush: tuple[UUID, ...]
    channels: tuple[UUID, ...]
    announce_unanswered: bool
    next_at: datetime | None
    calls: tuple[UUID, ...] = ()


def next_move(ladder: Sequence[int], rung: int, participants: Sequence[Participant], now: datetime) -> Move:
    """Return the move that is due now, when the ladder stands on `rung` (0 before the first).

    Rung 4, which says that nobody has answered, waits until no word runs any more.
    """
    held_until = words_until(participants, now)
    notify: dict[UUID, None] = {}
    repush: dict[UUID, None] = {}
    channels: dict[UUID, None] = {}
    calls: dict[UUID, None] = {}
    next_at: datetime | None
    while True:
        if rung == RUNG_AGAIN and held_until is not None:
            next_at = held_until
            break
        rung += 1
        step = _rung(rung, participants, notify, now)
        notify.update(dict.fromkeys(step.notify))
        repush.update(dict.fromkeys(step.repush))
        channels.update(dict.fromkeys(step.channels))
        calls.update(dict.fromkeys(step.calls))
        if rung >= RUNG_UNANSWERED or _reaches_somebody(participants, step, now):
            next_at = due_after(ladder, rung, now)
            break
    return Move(
        rung=rung,
        notify=tuple(notify),
        # Somebody told for the first time in this move is not pushed twice by it.
        repush=tuple(person for person in repush if person not in notify),
        channels=tuple(channels),
        announce_unanswered=rung == RUNG_UNANSWERED,
        next_at=next_at,
        calls=tuple(calls),
    )


def words_until(participants: Sequence[Participant], now: datetime) -> datetime | None:
    """Return when the last running word ends; None when no word runs."""
    return max(
        (until for participant in participants if (until := word_until(participant, now)) is not None), default=None
    )


def pushable(participant: Participant, now: datetime) -> bool:
    """Return whether a push may go to them. Somebody who said that they are there is not asked again while their word runs."""
    return bool(participant.devices) and _may_be_asked(participant, now)


def callable_by_channel(participant: Participant, now: datetime) -> bool:
    """Return whether a channel may be tried: somebody outside their hours is not woken by an SMS either."""
    return bool(participant.channels) and _may_be_asked(participant, now)


def callable_by_phone(participant: Participant, now: datetime) -> bool:
    """Return whether their phone may be rung: by the same hours as a push."""
    return bool(participant.calls) and _may_be_asked(participant, now)


def _may_be_asked(participant: Participant, now: datetime) -> bool:
    return participant.available and not participant.declined and word_until(participant, now) is None


def hears_pushes(participant: Participant, now: datetime) -> bool:
    """Return whether a push may go to them and is likely to arrive."""
    return len(participant.devices) > participant.refusing_devices and pushable(participant, now)


def hears_channels(participant: Participant, now: datetime) -> bool:
    return len(participant.channels) > participant.refusing_channels and callable_by_channel(participant, now)


def hears_calls(participant: Participant, now: datetime) -> bool:
    return len(participant.calls) > participant.refusing_calls and callable_by_phone(participant, now)


def due_after(ladder: Sequence[int], rung: int, now: datetime) -> datetime | None:
    """Return when the rung after `rung` is due if this one was carried out at `now`; None after the last."""
    if rung < RUNG_FIRST:
        return now
    if rung < RUNG_UNANSWERED:
        return now + timedelta(seconds=ladder[rung] - ladder[rung - 1])
    return now + REPEAT_EVERY if rung < LAST_RUNG else None


def rung_began_at(ladder: Sequence[int], rung: int, next_at: datetime) -> datetime:
    """Return when `rung` was carried out, given that the next one is due at `next_at`: the inverse of `due_after`."""
    following = due_after(ladder, rung, next_at)
    return next_at if following is None else next_at - (following - next_at)


def waits_for_those_told_since(snapshot: Snapshot, next_rung_at: datetime) -> datetime | None:
    """Return the earliest time at which the people the ladder waits for were told; None when it waits for everyone told.

    Only rung 2 tells some people without pushing the others; pressing again during rung 2 pushes everyone.
    """
    if snapshot.rung != RUNG_EVERYBODY:
        return None
    since = rung_began_at(snapshot.ladder, snapshot.rung, next_rung_at)
    return None if snapshot.pushed_at >= since else since


def nobody_reachable(
    rung: int, participants: Sequence[Participant], now: datetime, waited_for_since: datetime | None = None
) -> bool:
    """Return whether everybody this rung reached has declined or cannot be reached any more, so that the next need not wait.

    People told before `waited_for_since` are not waited for. Channels count from rung 2 on, the first that tries any, and
    calls from rung 3 on.
    """
    return not any(
        (
            _waited_for(participant, waited_for_since)
            and hears_pushes(participant, now)
            and participant.unreachable_at is None
        )
        or (rung >= RUNG_EVERYBODY and hears_channels(participant, now))
        or (rung >= RUNG_AGAIN and hears_calls(participant, now))
        for participant in participants
        if participant.told
    )


def _waited_for(participant: Participant, since: datetime | None) -> bool:
    return since is None or (participant.told_at is not None and participant.told_at >= since)


def without_receipt(told_people: Sequence[Participant], now: datetime) -> tuple[UUID, ...]:
    """Return people whose push has no receipt and who have another channel."""
    return tuple(
        participant.person_id
        for participant in told_people
        if callable_by_channel(participant, now) and not participant.has_receipt
    )


@quick_dataclass(frozen=True, slots=True)
class _Step:
    """The people one rung tells, pushes again, tries by channel, and calls."""

    notify: tuple[UUID, ...] = ()
    repush: tuple[UUID, ...] = ()
    channels: tuple[UUID, ...] = ()
    calls: tuple[UUID, ...] = ()


def _rung(rung: int, participants: Sequence[Participant], notified: Collection[UUID], now: datetime) -> _Step:
    """Return what this rung does. `notified`: people told earlier in the same move."""
    untold = [
        participant for participant in participants if not participant.told and participant.person_id not in notified
    ]
    told_people = [participant for participant in participants if participant.told or participant.person_id in notified]
    match rung:
        case 1:
            return _Step(notify=_ids([participant for participant in untold if participant.step == 1] or untold))
        case 2:
            return _Step(notify=_ids(untold), channels=without_receipt(told_people, now))
        case 4:
            return _Step()
        case _:
            # Rung 3 and its repetitions. People not told yet (added late) are told as well.
            return _Step(
                notify=_ids(untold),
                repush=_ids(participant for participant in told_people if pushable(participant, now)),
                channels=_ids(participant for participant in participants if callable_by_channel(participant, now)),
                calls=_ids(participant for participant in participants if callable_by_phone(participant, now)),
            )


def _ids(participants: Iterable[Participant]) -> tuple[UUID, ...]:
    return tuple(participant.person_id for participant in participants)


def _reaches_somebody(participants: Sequence[Participant], step: _Step, now: datetime) -> bool:
    by_push, by_channel, by_call = {*step.notify, *step.repush}, set(step.channels), set(step.calls)
    return any(
        (participant.person_id in by_push and hears_pushes(participant, now))
        or (participant.person_id in by_channel and hears_channels(participant, now))
        or (participant.person_id in by_call and hears_calls(participant, now))
        for participant in participants
    )


def own_ladder(seconds: Sequence[int]) -> tuple[int, ...]:
    """Check a person's own ladder: four offsets from 0, in steps of 30 s at least, the last within 30 minutes.

    Raises ValueError that says what is expected.
    """
    if len(seconds) != RUNG_UNANSWERED or seconds[0] != 0:
        raise ValueError("must be four numbers of seconds, the first of them 0")
    if any(later - earlier < SHORTEST_STEP for earlier, later in pairwise(seconds)):
        raise ValueError(f"must rise by at least {SHORTEST_STEP} seconds from rung to rung")
    if seconds[-1] > LONGEST_STEP:
        raise ValueError(f"must end within {LONGEST_STEP} seconds, or the truth comes too late")
    return tuple(seconds)
