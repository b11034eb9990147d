"""The people I am there for."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, StringConstraints

from api import guest_access
from api.dependencies import Reading, ReadingCaller, Writing, WritingCaller
from api.problems import problems
from api.schemas.common import DEFAULT_LIMIT, FREE_TEXT, Body, Cursor, Limit, Moment, Page, PersonOut, page
from core import text
from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models.enums import Role
from rules import access
from rules.access import Caller
from rules.circle import membership, supported
from rules.circle.supported import Supported
from rules.errors import NotFound
from rules.guests import guest_account

router = APIRouter(prefix="/v1/supporting", tags=["supporting"])

MAX_STANDING_WORDS_LENGTH = 200
StandingWords = Annotated[
    str,
    StringConstraints(max_length=4 * MAX_STANDING_WORDS_LENGTH),
    AfterValidator(lambda value: text.clean_multiline(value, MAX_STANDING_WORDS_LENGTH)),
    FREE_TEXT,
]


class SupportedOut(BaseModel):
    """`words`: the two words that both phones show until the other side confirms.

    `standing_words`: my own, which the other side reads once they have confirmed.
    """

    id: UUID
    person: PersonOut
    role: Role
    state: Literal["accepted", "active"]
    words: list[str] | None
    muted_until: datetime | None
    standing_words: str | None
    last_connected_at: datetime | None
    open_reach_out_id: UUID | None
    been_there_30_days: int
    created_at: datetime


class SupportChange(Body, title="Mute"):
    """A merge patch: what is left out stays. `standing_words`: "When you press, I …", at most 200 characters; null clears."""

    __qualname__ = "Mute"  # its name in OpenAPI

    muted_until: Moment | None = None
    standing_words: StandingWords | None = None


@router.get("", summary="List the people I am there for", operation_id="list_supported")
async def list_supported(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[SupportedOut]:
    """List the people whose circle I am in."""
    return page(await supported.list_supported(unit, who, limit, cursor), limit, supported_out)


@router.get(
    "/{membership_id}",
    summary="Read one of the people I am there for",
    responses=problems(NotFound),
    operation_id="read_supported",
)
async def read_supported(membership_id: UUID, unit: Reading, who: ReadingCaller) -> SupportedOut:
    """One of the people whose circle I am in."""
    return await load_supported_out(unit, who, membership_id)


@router.patch(
    "/{membership_id}",
    summary="Mute somebody I am there for, or change my words for them",
    responses=problems(NotFound, KeysUnavailable),
    operation_id="change_supported",
)
async def change_supported(
    membership_id: UUID, body: SupportChange, unit: Writing, who: WritingCaller, request: Request
) -> SupportedOut:
    """Get no pushes from this person until `muted_until`; null ends it. The inbox keeps everything.

    `standing_words` is what I do when they press, in my own words. They read it beside their button.
    """
    guest_access.require_fields(who, request, body.model_fields_set)
    if "muted_until" in body.model_fields_set:
        await membership.mute_supported(unit, who, membership_id, body.muted_until)
    if "standing_words" in body.model_fields_set:
        await membership.set_standing_words(unit, who, membership_id, body.standing_words)
    return await load_supported_out(unit, who, membership_id)


@router.delete(
    "/{membership_id}",
    summary="Leave somebody's circle",
    status_code=204,
    responses=problems(NotFound),
    operation_id="leave_circle",
)
async def leave_circle(membership_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Step out of this circle. Nobody is told. A guest's address and name are erased with it."""
    if who.guest is not None:
        await access.load_support(unit, who, membership_id)
        await guest_account.leave(unit, who)
    else:
        await membership.leave_circle(unit, who, membership_id)


async def load_supported_out(unit: UnitOfWork, who: Caller, membership_id: UUID) -> SupportedOut:
    """Return one of the people the caller is there for. Raises NotFound."""
    rows = await supported.list_supported(unit, who, 1, None, only=membership_id)
    if not rows:
        raise NotFound
    return supported_out(rows[0])


def supported_out(row: Supported) -> SupportedOut:
    return SupportedOut(
        id=row.id,
        person=PersonOut(id=row.person_id, display_name=row.display_name),
        role=Role(row.role),
        state="active" if row.active else "accepted",
        words=list(row.words) if row.words else None,
        muted_until=row.muted_until,
        standing_words=row.standing_words,
        last_connected_at=row.last_connected_at,
        open_reach_out_id=row.open_reach_out_id,
        been_there_30_days=row.been_there_30_days,
        created_at=row.created_at,
    )
