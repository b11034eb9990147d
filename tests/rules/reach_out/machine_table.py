"""What a line of the machine's table is, and the people and stages in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.enums import AnswerKind, Outcome
from rules.reach_out.change import Change
from rules.reach_out.machine import decide
from rules.reach_out.state import Answered, Closed, Event, Participant, Snapshot, Stage, Waiting
from tests.world.participants import NOW, letters, participant, seconds, told

CALLING, SOON, HERE, CANNOT = AnswerKind.CALLING, AnswerKind.SOON, AnswerKind.HERE, AnswerKind.CANNOT
A, B, C = (participant(name).person_id for name in "ABC")


def at(count: float) -> datetime:
    return NOW + seconds(count)


def there(name: str, since: float = 60, *, kind: AnswerKind = CALLING, **more: Any) -> Participant:
    """Somebody who answered that they are there, so many seconds ago."""
    said_at = at(-since)
    plain: dict[str, Any] = {
        "answer": kind,
        "answered_at": said_at,
        "promises": 1,
        "promised_at": said_at,
        "seen_at": said_at,
    }
    return told(name, **(plain | more))


def asleep(name: str, **more: Any) -> Participant:
    """Somebody who was told in their inbox alone, and may be pushed in an hour."""
    plain: dict[str, Any] = {"available": False, "hears_at": at(3600), "quiet_at": at(-3600)}
    return told(name, **(plain | more))


WAITING = Waiting(at(60))
HELD = Answered(at(300), at(60))
DUE = Waiting(NOW)
DECLINED: dict[str, Any] = {"answer": CANNOT, "answered_at": at(-60)}
CLOSED = Closed(Outcome.OK_NOW, at(-60))


@dataclass(frozen=True)
class Case:
    """One line. `rung`: as before unless said. `notices`: by kind to whom; who is in brackets is not pushed.

    `away`: who is known not to be reached. `rounds`: how many further rounds of pushes.
    """

    sentence: str
    before: Snapshot
    event: Event
    stage: Stage
    rung: int | None = None
    notify: str = ""
    repush: str = ""
    call: str = ""
    ring: str = ""
    notices: str = ""
    away: str = ""
    rounds: int = 0


def shown(change: Change, before: Snapshot) -> dict[str, object]:
    kinds: dict[str, str] = {}
    for one in change.announcements:
        name = letters([one.person_id])
        kinds[one.kind] = kinds.get(one.kind, "") + (f" {name}" if one.push else f"({name})")
    gone = [one.person_id for one in change.after.participants if one.unreachable_at is not None]
    return {
        "stage": change.after.stage,
        "rung": change.after.rung,
        "notify": letters(change.notified),
        "repush": letters(one.person_id for one in change.attempts if not one.by_channel),
        "call": letters(one.person_id for one in change.attempts if one.by_channel and not one.rings),
        "ring": letters(one.person_id for one in change.attempts if one.rings),
        "notices": " ".join(f"{kind}:{people.strip()}" for kind, people in kinds.items()),
        "away": letters(gone),
        "rounds": change.after.round - before.round,
    }


def check(case: Case) -> None:
    names = ("stage", "notify", "repush", "call", "ring", "notices", "away", "rounds")
    expected = {name: getattr(case, name) for name in names}
    expected["rung"] = case.before.rung if case.rung is None else case.rung
    assert shown(decide(case.before, case.event, NOW), case.before) == expected
