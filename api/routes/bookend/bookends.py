"""Bookends: before a risky time a person says when they will be back, and who stands by."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Writing, WritingCaller, fingerprint_of
from api.problems import problems
from api.schemas.common import DEFAULT_LIMIT, FREE_TEXT, Body, Cursor, Limit, Moment, Page, PersonOut, page, person_out
from core import text
from rules.bookend import lifecycle, views
from rules.bookend.schedule import State
from rules.bookend.views import BookendView
from rules.errors import BookendOver, CompanionUnknown, KeyReused, NotFound, NotYours, TooManyBookends

router = APIRouter(prefix="/v1/bookends", tags=["bookends"])

MAX_WHAT_LENGTH = 500
What = Annotated[
    str,
    StringConstraints(max_length=4 * MAX_WHAT_LENGTH),
    AfterValidator(lambda value: text.clean_multiline(value, MAX_WHAT_LENGTH)),
    FREE_TEXT,
]


class NewBookend(Body):
    """`companion` is the id of a confirmed membership in my circle. `due_at` lies ahead, and within 7 days.

    `what` is stored encrypted. The companion learns at once that they stand by, and until when; `what` they read only
    once it is missed, for then they need it.
    """

    what: What | None = None
    due_at: Moment
    companion: UUID


class Extension(Body):
    """The new due time: ahead, and within 7 days."""

    due_at: Moment


class CompanionOut(BaseModel):
    """`contact` is shown to the one whose bookend it is."""

    membership_id: UUID
    person: PersonOut
    contact: str | None


class BookendOut(BaseModel):
    """`from` is whose bookend it is, `contact` their number; `mine` says whether that is you.

    To the companion `what` and `contact` are null until they are told that it was missed.

    `state`: `planned`, `due` (nudged at `due_at` and 10 minutes later), `missed` (20 minutes later: the companion, and
    nobody else, is told), `checked_in`. `companion` is null once they are no longer in the circle.
    """

    id: UUID
    mine: bool
    from_: Annotated[PersonOut, Field(alias="from")]
    contact: str | None
    what: str | None
    due_at: datetime
    companion: CompanionOut | None
    state: State
    created_at: datetime
    checked_in_at: datetime | None
    companion_told_at: datetime | None


@router.post(
    "",
    summary="Plan a bookend",
    status_code=201,
    responses=problems(CompanionUnknown, TooManyBookends, KeyReused),
    operation_id="plan_bookend",
)
async def plan_bookend(body: NewBookend, unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> BookendOut:
    """Say when you will be back, and who stands by.

    The companion gets the notice `standing_by`, which wakes nobody, and `bookend_missed` only if it is missed. Where nobody stands by any more when it is missed, or nothing can reach them at that moment (outside their hours,
    muted, no way to them), you get the notice `unanswered`.
    """
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/bookends", key, body)
    bookend_id = await lifecycle.plan_bookend(unit, who, body.what, body.due_at, body.companion, fingerprint)
    return _bookend_out(await views.load_bookend(unit, who, bookend_id))


@router.get("", summary="List bookends of mine and those I stand by at", operation_id="list_bookends")
async def list_bookends(
    unit: Reading,
    who: ReadingCaller,
    is_open: Annotated[
        bool | None, Query(alias="open", description="Only those not checked in, or only those.")
    ] = None,
    mine: Annotated[bool | None, Query(description="Only my own, or only those at which I stand by.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[BookendOut]:
    """My bookends, and those at which I stand by as the companion; newest first."""
    return page(await views.list_bookends(unit, who, limit, cursor, is_open=is_open, mine=mine), limit, _bookend_out)


@router.get("/{bookend_id}", summary="Read one bookend", responses=problems(NotFound), operation_id="read_bookend")
async def read_bookend(bookend_id: UUID, unit: Reading, who: ReadingCaller) -> BookendOut:
    return _bookend_out(await views.load_bookend(unit, who, bookend_id))


@router.post(
    "/{bookend_id}/check-in",
    summary="Check in at a bookend",
    responses=problems(NotFound, NotYours),
    operation_id="check_in_at_bookend",
)
async def check_in_at_bookend(bookend_id: UUID, unit: Writing, who: WritingCaller) -> BookendOut:
    """Say that you are back. A companion who was told gets the all-clear; otherwise nobody is pushed for it."""
    await lifecycle.check_in_at_bookend(unit, who, bookend_id)
    return _bookend_out(await views.load_bookend(unit, who, bookend_id))


@router.post(
    "/{bookend_id}/extend",
    summary="Move a bookend to a later time",
    responses=problems(NotFound, NotYours, BookendOver),
    operation_id="extend_bookend",
)
async def extend_bookend(bookend_id: UUID, body: Extension, unit: Writing, who: WritingCaller) -> BookendOut:
    """Move the due time; it starts again from there, and nobody is pushed for it.

    Once the companion was told it can no longer be moved: check in, so that they know, and plan another one.
    """
    await lifecycle.extend_bookend(unit, who, bookend_id, body.due_at)
    return _bookend_out(await views.load_bookend(unit, who, bookend_id))


@router.delete(
    "/{bookend_id}",
    summary="Cancel a bookend",
    status_code=204,
    responses=problems(NotFound, NotYours),
    operation_id="cancel_bookend",
)
async def cancel_bookend(bookend_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Remove it for good. A companion who was told, and has had no all-clear, learns that it ended without one."""
    await lifecycle.cancel_bookend(unit, who, bookend_id)


def _bookend_out(view: BookendView) -> BookendOut:
    companion = view.companion
    return BookendOut.model_validate(
        {
            "id": view.id,
            "mine": view.mine,
            "from": person_out(view.sender),
            "contact": view.contact,
            "what": view.what,
            "due_at": view.due_at,
            "companion": CompanionOut(
                membership_id=companion.membership_id, person=person_out(companion.person), contact=companion.contact
            )
            if companion
            else None,
            "state": view.state,
            "created_at": view.created_at,
            "checked_in_at": view.checked_in_at,
            "companion_told_at": view.companion_told_at,
        }
    )
