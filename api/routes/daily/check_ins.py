"""Check-ins: how I feel, private unless I share a single one with people in my circle."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Writing, WritingCaller, fingerprint_of
from api.problems import problems
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, Limit, Note, Page, PersonOut, Whole, page, person_out
from models.enums import Halt
from rules.circle.invitations import MAX_CIRCLE
from rules.daily import check_ins
from rules.daily.check_ins import CheckInView, NewCheckIn
from rules.errors import KeyReused, MemberUnknown, NotFound

router = APIRouter(prefix="/v1/check-ins", tags=["check-ins"])


class CheckInBody(Body, title="CheckIn"):
    """All of it may be left out. `feeling` goes from 0 (very low) to 4 (very good); `note` is stored encrypted.

    `share_with`: ids of confirmed memberships in my circle who may see this one check-in; without it nobody does.
    """

    __qualname__ = "CheckIn"  # its name in OpenAPI

    feeling: Annotated[Whole, Field(ge=0, le=4)] | None = None
    halt: Annotated[list[Halt], Field(max_length=len(Halt))] | None = None
    note: Note | None = None
    share_with: Annotated[list[UUID], Field(max_length=MAX_CIRCLE)] | None = None


class CheckInOut(BaseModel):
    """`from` is whose check-in it is; `mine` says whether that is you. `shared_with` is null in what others share."""

    id: UUID
    mine: bool
    from_: Annotated[PersonOut, Field(alias="from")]
    feeling: int | None
    halt: list[Halt]
    note: str | None
    shared_with: list[PersonOut] | None
    created_at: datetime


@router.post(
    "",
    summary="Write a check-in",
    status_code=201,
    responses=problems(MemberUnknown, NotFound, KeyReused),
    operation_id="check_ins_check_in",
)
async def create_check_in(body: CheckInBody, unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> CheckInOut:
    """Say how I am. Those I share it with get a notice `check_in`, and read it here; nobody else ever sees it."""
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/check-ins", key, body)
    new = NewCheckIn(body.feeling, body.halt or (), body.note, frozenset(body.share_with or ()))
    return _check_in_out(
        await check_ins.load_check_in(unit, who, await check_ins.create_check_in(unit, who, new, fingerprint))
    )


@router.get("", summary="List check-ins of mine and those shared with me", operation_id="check_ins_listed")
async def list_check_ins(
    unit: Reading,
    who: ReadingCaller,
    mine: Annotated[bool | None, Query(description="Only my own, or only those shared with me.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[CheckInOut]:
    """My check-ins, and those that others share with me; newest first."""
    return page(await check_ins.list_check_ins(unit, who, limit, cursor, mine=mine), limit, _check_in_out)


@router.get("/{check_in_id}", summary="Read one check-in", responses=problems(NotFound), operation_id="check_ins_one")
async def read_check_in(check_in_id: UUID, unit: Reading, who: ReadingCaller) -> CheckInOut:
    """One of mine, or one that is shared with me. What was taken back is not there any more."""
    return _check_in_out(await check_ins.load_check_in(unit, who, check_in_id))


@router.delete(
    "/{check_in_id}",
    summary="Take a check-in back",
    status_code=204,
    responses=problems(NotFound),
    operation_id="check_ins_remove",
)
async def remove_check_in(check_in_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Take it back for good, also from those I shared it with. They are not told."""
    await check_ins.remove_check_in(unit, who, check_in_id)


def _check_in_out(view: CheckInView) -> CheckInOut:
    return CheckInOut.model_validate(
        {
            "id": view.id,
            "mine": view.mine,
            "from": person_out(view.sender),
            "feeling": view.feeling,
            "halt": view.halt,
            "note": view.note,
            "shared_with": None if view.shared_with is None else [person_out(viewer) for viewer in view.shared_with],
            "created_at": view.created_at,
        }
    )
