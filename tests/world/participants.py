"""Build participants and reach-outs for tests of pure decisions: plain defaults, overridden by each test."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from rules.reach_out.state import Participant, Snapshot, Stage, Waiting

NOW = datetime(2026, 3, 10, 23, 0, tzinfo=UTC)
LADDER = (0, 90, 180, 300)
OWNER = UUID(int=1)
REACH_OUT = UUID(int=2)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def ways(count: int, first: int) -> tuple[UUID, ...]:
    return tuple(UUID(int=first + number) for number in range(count))


def participant(
    name: str, step: int = 1, *, devices: int = 1, channels: int = 0, calls: int = 0, **more: Any
) -> Participant:
    """Return participant `A`, `B`, …: available, with one phone and no channel, not told yet, unless overridden."""
    number = ord(name)
    plain = Participant(
        person_id=UUID(int=number),
        membership_id=UUID(int=1000 + number),
        role="friend",
        step=step,
        available=True,
        hears_at=NOW,
        devices=ways(devices, 10_000 + 100 * number),
        channels=ways(channels, 90_000 + 100 * number),
        calls=ways(calls, 190_000 + 100 * number),
    )
    return replace(plain, **more)


def told(name: str, step: int = 1, **more: Any) -> Participant:
    """Return a participant who was told and pushed an hour before NOW, and has the notice."""
    plain: dict[str, Any] = {"told_at": NOW - seconds(3600), "notice_id": UUID(int=500 + ord(name))}
    return participant(name, step, **(plain | more))


def reach_out(*people: Participant, stage: Stage | None = None, rung: int = 1, **more: Any) -> Snapshot:
    """Return a reach-out whose next rung is due in a minute, pressed, pushed and asked an hour ago, unless overridden."""
    long_ago = NOW - seconds(3600)
    plain = Snapshot(
        id=REACH_OUT,
        person_id=OWNER,
        created_at=long_ago,
        stage=stage or Waiting(NOW + seconds(60)),
        rung=rung,
        round=1,
        ladder=LADDER,
        pushed_at=long_ago,
        asked_at=long_ago,
        participants=people,
    )
    return replace(plain, **more)


def letters(people: Iterable[UUID]) -> str:
    """Return the names of these people; the one who pressed is `me`."""
    return "".join("me" if person_id == OWNER else chr(person_id.int) for person_id in people)
