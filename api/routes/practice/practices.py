"""Practice lights: a circle tries out, once a week at most, whose phones a light reaches. Nobody is woken."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Writing, WritingCaller, fingerprint_of
from api.problems import problems
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, Flag, Limit, Page, PersonOut, page, person_out
from models.enums import ChannelKind, Role
from rules.errors import KeyReused, NobodyToPractise, NotFound, PracticeOpen, PracticeTooSoon, ReachOutOpen
from rules.practice import lifecycle, views
from rules.practice.ends import PracticeState
from rules.practice.views import PracticeMemberView, PracticeView

router = APIRouter(prefix="/v1/practices", tags=["practices"])


class NewPractice(Body):
    """`channels`: also once by SMS, e-mail or ntfy, to those who chose it."""

    channels: Flag = False


class PracticeChannelOut(BaseModel):
    kind: ChannelKind
    handed_at: datetime | None


class PracticeMemberOut(BaseModel):
    """How far it came to one member: handed to push, arrived by the word of their phone, seen by their own.

    `state`: `waits` for their hours, until `next_at`; `on_its_way`; `arrived`; `seen`; `nothing`: every push was refused for good;
    `silent`: it is over, and no sign came back; `quiet`: nothing is pushed to them this time (muted, away, outside their hours);
    `no_phone`. `handed_at`, `delivered_at` and `channels` are kept for 30 days.
    """

    person: PersonOut
    role: Role
    state: PracticeState
    next_at: datetime | None
    handed_at: datetime | None
    delivered_at: datetime | None
    seen_at: datetime | None
    channels: list[PracticeChannelOut]


class PracticeOut(BaseModel):
    """`from` began it; `mine` says whether that is you. `ended_at` is null while it goes on; `pressed`: a press has ended it.

    `members` holds everybody who was in the circle when it began and still is; in somebody else's practice only yourself.
    """

    id: UUID
    mine: bool
    from_: Annotated[PersonOut, Field(alias="from")]
    created_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    pressed: bool
    members: list[PracticeMemberOut]


@router.post(
    "",
    summary="Begin a practice",
    status_code=201,
    responses=problems(PracticeOpen, PracticeTooSoon, ReachOutOpen, NobodyToPractise, KeyReused),
    operation_id="begin_practice",
)
async def begin_practice(
    unit: Writing, who: WritingCaller, key: IdempotencyHeader, body: NewPractice | None = None
) -> PracticeOut:
    """Light a practice light for my circle: everybody gets the notice `practice`, and one quiet push a device in their own hours.

    One at a time, and one a week. It goes on for 24 hours, or until I press: then it is over in the same moment.
    """
    new = body or NewPractice()
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/practices", key, new)
    practice_id = await lifecycle.begin_practice(unit, who, fingerprint, channels=new.channels)
    return _practice_out(await views.load_practice(unit, who, practice_id))


@router.get("", summary="List practices of mine and those I take part in", operation_id="list_practices")
async def list_practices(
    unit: Reading,
    who: ReadingCaller,
    mine: Annotated[bool | None, Query(description="Only my own, or only those that I take part in.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[PracticeOut]:
    """My practices and those of people I am there for, newest first; they are kept for a year."""
    return page(await views.list_practices(unit, who, limit, cursor, mine=mine), limit, _practice_out)


@router.get("/{practice_id}", summary="Read one practice", responses=problems(NotFound), operation_id="read_practice")
async def read_practice(practice_id: UUID, unit: Reading, who: ReadingCaller) -> PracticeOut:
    return _practice_out(await views.load_practice(unit, who, practice_id))


@router.post(
    "/{practice_id}/seen",
    summary="Say that I see a practice light",
    responses=problems(NotFound),
    operation_id="mark_practice_seen",
)
async def see_practice(practice_id: UUID, unit: Writing, who: WritingCaller) -> PracticeOut:
    """One tap shows whoever began it that the light reached me, also after it is over. Again changes nothing."""
    await lifecycle.see_practice(unit, who, practice_id)
    return _practice_out(await views.load_practice(unit, who, practice_id))


@router.post(
    "/{practice_id}/end", summary="Close my practice", responses=problems(NotFound), operation_id="end_practice"
)
async def end_practice(practice_id: UUID, unit: Writing, who: WritingCaller) -> PracticeOut:
    """No further push goes out. One that is over stays as it is."""
    await lifecycle.end_practice(unit, who, practice_id)
    return _practice_out(await views.load_practice(unit, who, practice_id))


def _practice_out(view: PracticeView) -> PracticeOut:
    return PracticeOut.model_validate(
        {
            "id": view.id,
            "mine": view.mine,
            "from": person_out(view.sender),
            "created_at": view.created_at,
            "ends_at": view.ends_at,
            "ended_at": view.ended_at,
            "pressed": view.pressed,
            "members": [_member_out(member) for member in view.members],
        }
    )


def _member_out(view: PracticeMemberView) -> PracticeMemberOut:
    return PracticeMemberOut(
        person=person_out(view.person),
        role=Role(view.role),
        state=view.progress.state,
        next_at=view.progress.next_at,
        handed_at=view.progress.handed_at,
        delivered_at=view.progress.delivered_at,
        seen_at=view.seen_at,
        channels=[PracticeChannelOut(kind=ChannelKind(kind), handed_at=handed_at) for kind, handed_at in view.channels],
    )
