"""Parts of a check-in: which it has, which of them somebody may see, and when a hand is offered. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from models.enums import Halt
from rules.errors import PartsNotGiven

LOWEST_FEELING = 0


class CheckInPart(StrEnum):
    """What can be shared of a check-in by itself; `week` stands for all items of the week."""

    FEELING = "feeling"
    HALT = "halt"
    NOTE = "note"
    WEEK = "week"
    WEEK_PEOPLE = "week.people"
    WEEK_HONEST = "week.honest"
    WEEK_CARE = "week.care"
    WEEK_SLEEP = "week.sleep"
    WEEK_URGES = "week.urges"
    WEEK_FEELINGS = "week.feelings"
    WEEK_SURE = "week.sure"


BEFORE_PARTS = (CheckInPart.FEELING, CheckInPart.HALT, CheckInPart.NOTE)
"""What a share without parts shows: an older release wrote it, which knew no week."""


@dataclass(frozen=True, slots=True)
class CheckInContent:
    """What somebody said in a check-in, or those parts of it that a viewer may see. `week`: 0 to 3 by item."""

    feeling: int | None = None
    halt: Sequence[str] = ()
    note: str | None = None
    week: Mapping[str, int] = field(default_factory=dict)


def given_parts(content: CheckInContent) -> list[str]:
    """Return the parts that this check-in has, the week item by item."""
    parts: list[str] = []
    if content.feeling is not None:
        parts.append(CheckInPart.FEELING)
    if content.halt:
        parts.append(CheckInPart.HALT)
    if content.note is not None:
        parts.append(CheckInPart.NOTE)
    return [str(part) for part in parts] + [f"{CheckInPart.WEEK}.{item}" for item in content.week]


def choose_parts(asked: Sequence[CheckInPart] | None, content: CheckInContent) -> list[str]:
    """Return the parts to store for a share: those asked for, the week item by item; all that was given for None.

    Raises PartsNotGiven with the parts that this check-in does not have.
    """
    given = given_parts(content)
    if asked is None:
        return given
    week = [part for part in given if part.startswith(f"{CheckInPart.WEEK}.")]
    missing = [part for part in dict.fromkeys(asked) if not (week if part is CheckInPart.WEEK else str(part) in given)]
    if missing:
        raise PartsNotGiven(extra={"parts": [str(part) for part in missing]})
    chosen = {str(part) for part in asked} | set(week if CheckInPart.WEEK in asked else ())
    return [part for part in given if part in chosen]


def shared_parts(stored: Sequence[str] | None) -> Sequence[str]:
    """Return the parts of a share as stored, or what a share shows that an older release wrote, without parts."""
    return [str(part) for part in BEFORE_PARTS] if stored is None else stored


def visible_content(content: CheckInContent, parts: Collection[str]) -> CheckInContent:
    """Return what a share with these parts shows of a check-in."""
    return CheckInContent(
        feeling=content.feeling if CheckInPart.FEELING in parts else None,
        halt=content.halt if CheckInPart.HALT in parts else (),
        note=content.note if CheckInPart.NOTE in parts else None,
        week={item: value for item, value in content.week.items() if f"{CheckInPart.WEEK}.{item}" in parts},
    )


def offers_circle(content: CheckInContent) -> bool:
    """Return whether the app offers the circle to the person who said this. Nobody else learns of it."""
    return content.feeling == LOWEST_FEELING or Halt.LONELY in content.halt
