"""The one table of what may stand in a thread: how each kind of item is selected, who sees it, and how it is shown.

What two people may see of one another is a condition in `rules/access/daily.py`; a new kind of item is one entry here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute

from core.encryption import Vault
from models import CheckIn, CheckInShare, Commitment, CommitmentDay, Membership, ReachIn, ReachOut, Recipient, Talk
from rules import access
from rules.access.predicates import PersonId
from rules.daily.check_in.check_in_parts import CheckInContent, shared_parts, visible_content
from rules.daily.check_in.check_ins import content_of


class ItemKind(StrEnum):
    REACH_IN = "reach_in"
    CHECK_IN = "check_in"
    TALKED = "talked"
    COMMITMENT = "commitment"
    REACH_OUT = "reach_out"


@dataclass(frozen=True, slots=True)
class WitnessedDay:
    """A day of a commitment, as its witness sees it."""

    id: UUID
    text: str | None
    day: date


@dataclass(frozen=True, slots=True)
class ItemContent:
    """What an item says. `done`: of a day of a commitment, as the person said; of a check-in, whether it was seen."""

    text: str | None = None
    check_in: Mapping[str, Any] | None = None
    commitment: WitnessedDay | None = None
    done: bool | None = None
    about_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ItemSource:
    """How one kind of item is found and shown.

    `key` and `at`: the item's id, and when it came into the thread, by which items are in order. `rows`: selects what `show`
    needs, from the tables that `given` needs; `given`: what comes from the first person and is seen by the second as well.
    `new`: whether an item that the other has not seen makes their thread unread.
    """

    key: InstrumentedAttribute[UUID]
    at: ColumnElement[datetime] | InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
    rows: Select[*tuple[Any, ...]]
    given: Callable[[PersonId, PersonId], ColumnElement[bool]]
    show: Callable[[Vault, Row[*tuple[Any, ...]]], ItemContent] = field(default=lambda _vault, _row: ItemContent())
    new: bool = True


def _shown_parts(content: CheckInContent) -> dict[str, Any]:
    """Return what a viewer may see of a check-in; what was not given, or not shared, is left out."""
    shown = {
        "feeling": content.feeling,
        "halt": list(content.halt) or None,
        "note": content.note,
        "week": dict(content.week) or None,
    }
    return {part: value for part, value in shown.items() if value is not None}


def _show_reach_in(vault: Vault, row: Row[*tuple[Any, ...]]) -> ItemContent:
    return ItemContent(vault.open("reach_ins.text", row.id, row.text), about_id=row.about_id)


def _show_check_in(vault: Vault, row: Row[*tuple[Any, ...]]) -> ItemContent:
    return ItemContent(
        check_in=_shown_parts(visible_content(content_of(vault, row), shared_parts(row.parts))),
        done=row.seen_at is not None,
    )


def _show_commitment(vault: Vault, row: Row[*tuple[Any, ...]]) -> ItemContent:
    commitment = WitnessedDay(
        row.commitment_id, vault.open("commitments.text", row.commitment_id, row.promise), row.day
    )
    return ItemContent(vault.open("commitment_days.text", row.id, row.text), commitment=commitment, done=row.done)


ITEM_SOURCES: Final[Mapping[ItemKind, ItemSource]] = {
    ItemKind.REACH_IN: ItemSource(
        key=ReachIn.id,
        at=ReachIn.created_at,
        rows=select(ReachIn.sender_id.label("from_id"), ReachIn.text, ReachIn.about_id),
        given=access.reach_ins_from,
        show=_show_reach_in,
    ),
    ItemKind.CHECK_IN: ItemSource(
        key=CheckIn.id,
        at=func.coalesce(CheckInShare.shared_at, CheckIn.created_at),
        rows=select(
            CheckIn.person_id.label("from_id"),
            CheckIn.feeling,
            CheckIn.halt,
            CheckIn.sealed_feeling,
            CheckIn.note,
            CheckIn.week,
            CheckInShare.parts,
            CheckInShare.seen_at,
        )
        .join_from(CheckIn, CheckInShare, CheckInShare.check_in_id == CheckIn.id)
        .join(Membership, Membership.id == CheckInShare.membership_id),
        given=access.check_ins_from,
        show=_show_check_in,
    ),
    ItemKind.TALKED: ItemSource(
        key=Talk.id,
        at=Talk.created_at,
        rows=select(Talk.person_id.label("from_id")),
        given=access.talks_from,
    ),
    ItemKind.COMMITMENT: ItemSource(
        key=CommitmentDay.id,
        at=CommitmentDay.created_at,
        rows=select(
            Commitment.person_id.label("from_id"),
            CommitmentDay.commitment_id,
            Commitment.text.label("promise"),
            CommitmentDay.day,
            CommitmentDay.done,
            CommitmentDay.text,
        ).join_from(CommitmentDay, Commitment, Commitment.id == CommitmentDay.commitment_id),
        given=access.commitment_days_from,
        show=_show_commitment,
        # A "not today" calls nobody: it is there for whoever looks.
        new=False,
    ),
    ItemKind.REACH_OUT: ItemSource(
        key=ReachOut.id,
        at=ReachOut.closed_at,
        rows=select(ReachOut.person_id.label("from_id"))
        .join_from(ReachOut, Recipient, Recipient.reach_out_id == ReachOut.id)
        .join(Membership, Membership.id == Recipient.membership_id),
        given=access.ended_reach_outs_from,
        # Whoever was told of it has been told of its end.
        new=False,
    ),
}
