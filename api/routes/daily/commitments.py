"""Commitments: something I mean to do on certain days, and at most one other person who knows of it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Writing, WritingCaller, fingerprint_of
from api.problems import problems
from api.schemas.common import (
    DEFAULT_LIMIT,
    FREE_TEXT,
    Body,
    Cursor,
    Day,
    Flag,
    Limit,
    Page,
    PersonOut,
    TimeOfDay,
    Weekdays,
    page,
    person_out,
)
from core import text
from rules.daily.commitment import lifecycle, views, witness
from rules.daily.commitment.lifecycle import NewCommitment
from rules.daily.commitment.views import CommitmentView
from rules.errors import Invalid, KeyReused, MemberUnknown, NotFound, NotYours, TooMany, TooManyCommitments

router = APIRouter(prefix="/v1/commitments", tags=["commitments"])

MAX_COMMITMENT_LENGTH = 200
MAX_DAY_TEXT_LENGTH = 500
CommitmentText = Annotated[
    str,
    StringConstraints(max_length=4 * MAX_COMMITMENT_LENGTH),
    AfterValidator(lambda value: text.one_line(value, MAX_COMMITMENT_LENGTH)),
    FREE_TEXT,
]
DayText = Annotated[
    str,
    StringConstraints(max_length=4 * MAX_DAY_TEXT_LENGTH),
    AfterValidator(lambda value: text.clean_multiline(value, MAX_DAY_TEXT_LENGTH)),
    FREE_TEXT,
]
DayInPath = Annotated[Day, Path(description="Today or one of the six days before, in my time zone.")]


class NewCommitmentIn(Body):
    """`days` are weekdays (Monday is 0), `at` is "HH:MM" in my time zone, `text` is stored encrypted.

    `witness` is the id of a confirmed membership in my circle, who is asked first. `ends_on` is the last day, four weeks
    ahead unless it is given, and a year at most.
    """

    text: CommitmentText
    days: Weekdays
    at: TimeOfDay
    witness: UUID | None = None
    ends_on: Day | None = None


class CommitmentChanges(Body):
    """What is left out stays. `witness`: the id of a membership, who is asked; null takes the present one away."""

    text: CommitmentText = ""
    days: Weekdays = Field(default=[])
    at: TimeOfDay = ""
    witness: UUID | None = None


class DayIn(Body):
    """How the day went. "Not today" (`done` false) is an answer like any other, and tells nobody."""

    done: Flag
    text: DayText | None = None


class Declining(Body):
    """`all`: not for now to everything that I was asked to know of, whoever asked."""

    all: Flag = False


class DayOut(BaseModel):
    """`done` is null where nothing was said."""

    date: date
    done: bool | None
    text: str | None


class WitnessOut(BaseModel):
    """`accepted_at` is null while they are asked. They know of what is said from then on."""

    membership_id: UUID
    person: PersonOut
    accepted_at: datetime | None


class CommitmentOut(BaseModel):
    """`from` is whose commitment it is; `mine` says whether that is you. `next_at` is null once it has ended.

    `recent` holds today and the six days before, the latest first: the days it was due, and those that were spoken of.
    A witness sees there what was said since they said yes. `witness` is null where nobody knows of it.
    """

    id: UUID
    mine: bool
    from_: Annotated[PersonOut, Field(alias="from")]
    text: str | None
    days: list[int]
    at: str
    ends_on: date
    ended_at: datetime | None
    witness: WitnessOut | None
    next_at: datetime | None
    recent: list[DayOut]
    created_at: datetime


@router.post(
    "",
    summary="Make a commitment",
    status_code=201,
    responses=problems(MemberUnknown, TooManyCommitments, TooMany, KeyReused),
    operation_id="make_commitment",
)
async def make_commitment(
    body: NewCommitmentIn, unit: Writing, who: WritingCaller, key: IdempotencyHeader
) -> CommitmentOut:
    """Say what I mean to do, on which days and at what time; ten may run at once.

    A time still to come today is due today. At its time I get the notice `commitment_due`, unless I have switched that off.
    The witness gets `commitment_asked`, and knows of nothing until they say yes.
    """
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/commitments", key, body)
    new = NewCommitment(body.text, body.days, body.at, body.witness, body.ends_on)
    commitment_id = await lifecycle.make_commitment(unit, who, new, fingerprint)
    return _commitment_out(await views.load_commitment(unit, who, commitment_id))


@router.get("", summary="List commitments of mine and those I know of", operation_id="list_commitments")
async def list_commitments(
    unit: Reading,
    who: ReadingCaller,
    mine: Annotated[bool | None, Query(description="Only my own, or only those that I know of or am asked to.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[CommitmentOut]:
    """My commitments, ended ones too, and those that I witness or am asked to; newest first."""
    return page(await views.list_commitments(unit, who, limit, cursor, mine=mine), limit, _commitment_out)


@router.get(
    "/{commitment_id}", summary="Read one commitment", responses=problems(NotFound), operation_id="read_commitment"
)
async def read_commitment(commitment_id: UUID, unit: Reading, who: ReadingCaller) -> CommitmentOut:
    return _commitment_out(await views.load_commitment(unit, who, commitment_id))


@router.patch(
    "/{commitment_id}",
    summary="Change a commitment",
    responses=problems(NotFound, NotYours, MemberUnknown, TooMany),
    operation_id="change_commitment",
)
async def change_commitment(
    commitment_id: UUID, body: CommitmentChanges, unit: Writing, who: WritingCaller
) -> CommitmentOut:
    """Change the words, the days, the time, or who knows of it. A former witness is told nothing."""
    changes = body.model_dump(exclude_unset=True)
    await lifecycle.change_commitment(unit, who, commitment_id, changes)
    return _commitment_out(await views.load_commitment(unit, who, commitment_id))


@router.delete(
    "/{commitment_id}",
    summary="Remove a commitment",
    status_code=204,
    responses=problems(NotFound, NotYours),
    operation_id="delete_commitment",
)
async def remove_commitment(commitment_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Remove it for good, with all that was said of its days; nobody is told."""
    await lifecycle.remove_commitment(unit, who, commitment_id)


@router.post(
    "/{commitment_id}/renew",
    summary="Renew a commitment for four weeks",
    responses=problems(NotFound, NotYours, TooManyCommitments),
    operation_id="renew_commitment",
)
async def renew_commitment(commitment_id: UUID, unit: Writing, who: WritingCaller) -> CommitmentOut:
    """Let it run until 28 days from today, whether it has ended or not. The witness stays."""
    await lifecycle.renew_commitment(unit, who, commitment_id)
    return _commitment_out(await views.load_commitment(unit, who, commitment_id))


@router.post(
    "/{commitment_id}/accept",
    summary="Say that I am glad to know of a commitment",
    responses=problems(NotFound, NotYours),
    operation_id="accept_commitment",
)
async def accept_witnessing(commitment_id: UUID, unit: Writing, who: WritingCaller) -> CommitmentOut:
    """From now on I see what is said of its days, and never get a push about it. The other sees that I know."""
    await witness.accept_witnessing(unit, who, commitment_id)
    return _commitment_out(await views.load_commitment(unit, who, commitment_id))


@router.post(
    "/{commitment_id}/decline",
    summary="Say not for now to a commitment",
    status_code=204,
    responses=problems(NotFound, NotYours),
    operation_id="decline_commitment",
)
async def decline_witnessing(
    commitment_id: UUID, unit: Writing, who: WritingCaller, body: Declining | None = None
) -> None:
    """Say no, or no longer. Nobody is told; the other sees that nobody knows of it."""
    await witness.decline_witnessing(unit, who, commitment_id, all_of_them=body is not None and body.all)


@router.put(
    "/{commitment_id}/days/{date}",
    summary="Say how a day of a commitment went",
    responses=problems(NotFound, NotYours, Invalid),
    operation_id="mark_commitment_day",
)
async def say_day(
    commitment_id: UUID, date: DayInPath, body: DayIn, unit: Writing, who: WritingCaller
) -> CommitmentOut:
    """Say that it was done, or not today; the word can be changed for six days. It is pushed to nobody."""
    await lifecycle.say_day(unit, who, commitment_id, date, done=body.done, text=body.text)
    return _commitment_out(await views.load_commitment(unit, who, commitment_id))


def _commitment_out(view: CommitmentView) -> CommitmentOut:
    known = view.witness
    return CommitmentOut.model_validate(
        {
            "id": view.id,
            "mine": view.mine,
            "from": person_out(view.sender),
            "text": view.text,
            "days": view.days,
            "at": view.at,
            "ends_on": view.ends_on,
            "ended_at": view.ended_at,
            "witness": WitnessOut(
                membership_id=known.membership_id, person=person_out(known.person), accepted_at=known.accepted_at
            )
            if known
            else None,
            "next_at": view.next_at,
            "recent": [DayOut(date=day.day, done=day.done, text=day.text) for day in view.recent],
            "created_at": view.created_at,
        }
    )
