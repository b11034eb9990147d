"""Reach-ins: an unprompted "thinking of you"."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Writing, WritingCaller, fingerprint_of
from api.problems import problems
from api.schemas.common import DEFAULT_LIMIT, FREE_TEXT, Body, Cursor, Limit, Page, PersonOut, page, person_out
from core import text
from rules.daily.thread import reach_ins
from rules.daily.thread.reach_ins import NewReachIn, ReachInView
from rules.errors import KeyReused, NotForGuests, NotFound, ReachInsUnanswered, TooMany

router = APIRouter(prefix="/v1/reach-ins", tags=["reach-ins"])

MAX_TEXT_LENGTH = 500
Text = Annotated[
    str,
    StringConstraints(max_length=4 * MAX_TEXT_LENGTH),
    AfterValidator(lambda value: text.clean_multiline(value, MAX_TEXT_LENGTH)),
    FREE_TEXT,
]


class NewReachInBody(Body, title="NewReachIn"):
    """`to` is the id of a person in my circle, or whose circle I am in. `text` is stored encrypted.

    `about`: the id of the item of our thread that it answers; where there is none (any more), the words stand alone.
    """

    __qualname__ = "NewReachIn"  # its name in OpenAPI

    to: UUID
    text: Text | None = None
    about: UUID | None = None


class ReachInOut(BaseModel):
    """`mine` says whether you sent it."""

    id: UUID
    mine: bool
    from_: Annotated[PersonOut, Field(alias="from")]
    to: PersonOut
    text: str | None
    created_at: datetime


@router.post(
    "",
    summary="Send a reach-in",
    status_code=201,
    responses=problems(NotFound, NotForGuests, TooMany, ReachInsUnanswered, KeyReused),
    operation_id="send_reach_in",
)
async def send_reach_in(body: NewReachInBody, unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> ReachInOut:
    """Let somebody know that I think of them. They get a notice `reach_in`, and read it here.

    Sixty an hour; and three in a row to one person, until a sign from them (a reach-in, "I see you", "we talked", a check-in
    that they share with me) or a day opens it again. To reach out there is no limit.
    """
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/reach-ins", key, body)
    new = NewReachIn(body.to, body.text, body.about)
    return _reach_in_out(
        await reach_ins.load_reach_in(unit, who, await reach_ins.send_reach_in(unit, who, new, fingerprint))
    )


@router.get("", summary="List reach-ins that I sent and was sent", operation_id="list_reach_ins")
async def list_reach_ins(
    unit: Reading,
    who: ReadingCaller,
    mine: Annotated[bool | None, Query(description="Only those I sent, or only those sent to me.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ReachInOut]:
    """List what I sent and what was sent to me, newest first, as long as we are in one circle."""
    return page(await reach_ins.list_reach_ins(unit, who, limit, cursor, mine=mine), limit, _reach_in_out)


@router.get("/{reach_in_id}", summary="Read one reach-in", responses=problems(NotFound), operation_id="read_reach_in")
async def read_reach_in(reach_in_id: UUID, unit: Reading, who: ReadingCaller) -> ReachInOut:
    """One that I sent or was sent, as long as we are in one circle."""
    return _reach_in_out(await reach_ins.load_reach_in(unit, who, reach_in_id))


def _reach_in_out(view: ReachInView) -> ReachInOut:
    return ReachInOut.model_validate(
        {
            "id": view.id,
            "mine": view.mine,
            "from": person_out(view.sender),
            "to": person_out(view.recipient),
            "text": view.text,
            "created_at": view.created_at,
        }
    )
