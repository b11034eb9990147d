"""Check-ins: how I feel, and the weekly look; private unless I share parts of one with people in my circle."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Writing, WritingCaller, fingerprint_of
from api.problems import problems
from api.routes.daily.reach_ins import Text
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, Limit, Note, Page, PersonOut, Whole, page, person_out
from models.enums import Halt
from rules.circle.invitations import MAX_CIRCLE
from rules.daily.check_in import check_in_sharing, check_ins
from rules.daily.check_in.check_in_parts import CheckInContent, CheckInPart
from rules.daily.check_in.check_in_shares import OwnShare
from rules.daily.check_in.check_ins import CheckInView, NewCheckIn
from rules.errors import KeyReused, MemberUnknown, NotFound, PartsNotGiven, ReachInsUnanswered, TooMany

router = APIRouter(prefix="/v1/check-ins", tags=["check-ins"])

Parts = Annotated[list[CheckInPart], Field(min_length=1, max_length=len(CheckInPart))]
WeekValue = Annotated[Whole, Field(ge=0, le=3)] | None


class WeeklyLookBody(Body, title="WeeklyLook"):
    """The weekly look. Each item goes from 0 to 3 and may be left out; nothing is added up."""

    __qualname__ = "WeeklyLook"  # its name in OpenAPI

    people: WeekValue = None
    honest: WeekValue = None
    care: WeekValue = None
    sleep: WeekValue = None
    urges: WeekValue = None
    feelings: WeekValue = None
    sure: WeekValue = None


class ShareBody(Body, title="Share"):
    """`membership_id`: a confirmed membership in my circle. `parts`: what its member may see; all that was given without it."""

    __qualname__ = "Share"  # its name in OpenAPI

    membership_id: UUID
    parts: Parts | None = None


class CheckInBody(Body, title="CheckIn"):
    """All of it may be left out. `feeling` goes from 0 (very low) to 4 (very good); `note` and `week` are stored encrypted.

    `share_with`: ids of confirmed memberships in my circle who may see `parts` of this one check-in: all that was given
    without `parts`, all items of the week for `week`. `shares`: the same person by person, each with parts of their own, or
    `parts`. Without either nobody sees it.
    """

    __qualname__ = "CheckIn"  # its name in OpenAPI

    feeling: Annotated[Whole, Field(ge=0, le=4)] | None = None
    halt: Annotated[list[Halt], Field(max_length=len(Halt))] | None = None
    note: Note | None = None
    week: WeeklyLookBody | None = None
    share_with: Annotated[list[UUID], Field(max_length=MAX_CIRCLE)] | None = None
    parts: Parts | None = None
    shares: Annotated[list[ShareBody], Field(max_length=MAX_CIRCLE)] | None = None


class SeenBody(Body, title="Seen"):
    """`text`, if any, goes into the thread of the two; it is stored encrypted."""

    __qualname__ = "Seen"  # its name in OpenAPI

    text: Text | None = None


class WeeklyLookOut(BaseModel):
    """The items of the week that were given and that I may see; the others are left out."""

    people: int | None = None
    honest: int | None = None
    care: int | None = None
    sleep: int | None = None
    urges: int | None = None
    feelings: int | None = None
    sure: int | None = None


class ShareOut(BaseModel):
    """With whom I share it. `seen_at`: when they said "I see you". `shared_at` is null where I shared it as I wrote it."""

    membership_id: UUID
    person: PersonOut
    parts: list[CheckInPart]
    shared_at: datetime | None
    seen_at: datetime | None


class CheckInOut(BaseModel):
    """`from` is whose check-in it is; `mine` says whether that is you.

    In what others share, `feeling`, `halt`, `note` and `week` are there only where they were given and shared, and
    `shared_with` and `shares` are null. `offer`, only in mine: whether the app offers my circle to me. `seen_at`, only in
    what others share: when I said "I see you".
    """

    id: UUID
    mine: bool
    from_: Annotated[PersonOut, Field(alias="from")]
    feeling: int | None = None
    halt: list[Halt] | None = None
    note: str | None = None
    week: WeeklyLookOut | None = None
    shared_with: list[PersonOut] | None
    shares: list[ShareOut] | None
    offer: bool | None = None
    seen_at: datetime | None = None
    created_at: datetime


@router.post(
    "",
    summary="Write a check-in",
    status_code=201,
    responses=problems(MemberUnknown, PartsNotGiven, NotFound, KeyReused),
    operation_id="check_in",
    response_model_exclude_unset=True,
)
async def create_check_in(body: CheckInBody, unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> CheckInOut:
    """Say how I am. Those I share it with get a notice `check_in`, and read it here; nobody else ever sees it.

    After `feeling` 0 or `lonely` the reply says `offer`: the app offers my circle to me, and nothing is sent to anybody.
    """
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/check-ins", key, body)
    week = body.week.model_dump(exclude_none=True) if body.week else {}
    content = CheckInContent(body.feeling, tuple(dict.fromkeys(body.halt or ())), body.note, week)
    shares = dict.fromkeys(body.share_with or (), body.parts) | {
        share.membership_id: share.parts if share.parts is not None else body.parts for share in body.shares or ()
    }
    check_in_id = await check_ins.create_check_in(unit, who, NewCheckIn(content, shares, body.parts), fingerprint)
    return _check_in_out(await check_ins.load_check_in(unit, who, check_in_id))


@router.get(
    "",
    summary="List check-ins of mine and those shared with me",
    operation_id="list_check_ins",
    response_model_exclude_unset=True,
)
async def list_check_ins(
    unit: Reading,
    who: ReadingCaller,
    mine: Annotated[bool | None, Query(description="Only my own, or only those shared with me.")] = None,
    week: Annotated[bool | None, Query(description="Only my own with a weekly look, or without one.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[CheckInOut]:
    """My check-ins, and those that others share with me; newest first."""
    return page(await check_ins.list_check_ins(unit, who, limit, cursor, mine=mine, week=week), limit, _check_in_out)


@router.get(
    "/{check_in_id}",
    summary="Read one check-in",
    responses=problems(NotFound),
    operation_id="read_check_in",
    response_model_exclude_unset=True,
)
async def read_check_in(check_in_id: UUID, unit: Reading, who: ReadingCaller) -> CheckInOut:
    """One of mine, or one that is shared with me. What was taken back is not there any more."""
    return _check_in_out(await check_ins.load_check_in(unit, who, check_in_id))


@router.delete(
    "/{check_in_id}",
    summary="Take a check-in back",
    status_code=204,
    responses=problems(NotFound),
    operation_id="delete_check_in",
)
async def remove_check_in(check_in_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Take it back for good, also from those I shared it with. They are not told."""
    await check_ins.remove_check_in(unit, who, check_in_id)


@router.post(
    "/{check_in_id}/shares",
    summary="Save with whom I share a check-in",
    status_code=201,
    responses=problems(MemberUnknown, PartsNotGiven, NotFound, KeyReused),
    operation_id="share_check_in",
    response_model_exclude_unset=True,
)
async def share_check_in(
    check_in_id: UUID, body: ShareBody, unit: Writing, who: WritingCaller, key: IdempotencyHeader
) -> CheckInOut:
    """Share parts of mine with one more member, who gets a notice `check_in`; or change which parts a member sees."""
    fingerprint = fingerprint_of(unit.keyring, who, f"POST /v1/check-ins/{check_in_id}/shares", key, body)
    await check_in_sharing.share_check_in(unit, who, check_in_id, body.membership_id, body.parts, fingerprint)
    return _check_in_out(await check_ins.load_check_in(unit, who, check_in_id))


@router.delete(
    "/{check_in_id}/shares/{membership_id}",
    summary="Take a check-in back from one member",
    status_code=204,
    responses=problems(NotFound),
    operation_id="stop_sharing_check_in",
)
async def take_back_share(check_in_id: UUID, membership_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Take it back from this member, from every place at once; they are not told. I keep it, and so do the others."""
    await check_in_sharing.take_back_share(unit, who, check_in_id, membership_id)


@router.post(
    "/{check_in_id}/seen",
    summary="Say that I see it",
    status_code=201,
    responses=problems(NotFound, TooMany, ReachInsUnanswered, KeyReused),
    operation_id="mark_check_in_seen",
    response_model_exclude_unset=True,
)
async def mark_check_in_seen(
    check_in_id: UUID, unit: Writing, who: WritingCaller, key: IdempotencyHeader, body: SeenBody | None = None
) -> CheckInOut:
    """Say "I see you" to what somebody shared with me, with words or without. They get one notice `check_in_seen`."""
    fingerprint = fingerprint_of(unit.keyring, who, f"POST /v1/check-ins/{check_in_id}/seen", key, body)
    await check_in_sharing.mark_check_in_seen(unit, who, check_in_id, body.text if body else None, fingerprint)
    return _check_in_out(await check_ins.load_check_in(unit, who, check_in_id))


def check_in_values(view: CheckInView) -> dict[str, Any]:
    """Return what was said in a check-in: of mine every part, of what others share only parts that were given and shared."""
    content = view.content
    said: dict[str, Any] = {
        "feeling": content.feeling,
        "halt": list(content.halt),
        "note": content.note,
        "week": dict(content.week) or None,
    }
    return said if view.mine else {part: value for part, value in said.items() if value not in (None, [])}


def _check_in_out(view: CheckInView) -> CheckInOut:
    own = {"offer": view.offer} if view.mine else {"seen_at": view.seen_at}
    return CheckInOut.model_validate(
        {
            "id": view.id,
            "mine": view.mine,
            "from": person_out(view.sender),
            **check_in_values(view),
            **own,
            "shared_with": None if view.shares is None else [person_out(share.person) for share in view.shares],
            "shares": None if view.shares is None else [_share_out(share) for share in view.shares],
            "created_at": view.created_at,
        }
    )


def _share_out(share: OwnShare) -> dict[str, Any]:
    return {
        "membership_id": share.membership_id,
        "person": person_out(share.person),
        "parts": share.parts,
        "shared_at": share.shared_at,
        "seen_at": share.seen_at,
    }
