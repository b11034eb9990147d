"""Threads: all that passed quietly between me and one other person."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, Field

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Writing, WritingCaller, fingerprint_of
from api.problems import problems
from api.schemas.common import DEFAULT_LIMIT, Limit, Page, PersonOut, page, person_out
from models.enums import Role
from rules.daily.thread import talks, threads
from rules.daily.thread.thread_items import ItemKind
from rules.daily.thread.threads import NEVER, Thread, ThreadItem, ThreadPlace
from rules.errors import KeyReused, NotFound

router = APIRouter(prefix="/v1/threads", tags=["threads"])

_CURSOR_UNIT = timedelta(microseconds=1)
_CURSOR = re.compile(r"(\d{1,18})-([0-9a-f]{32})", re.ASCII)


def _known_place(cursor: str) -> str:
    try:
        _place(cursor)
    except (OverflowError, ValueError):
        raise ValueError("must be `next` of the page before") from None
    return cursor


PlaceCursor = Annotated[
    Annotated[str, AfterValidator(_known_place)] | None,
    Query(description="`next` of the page before."),
]


class LastItemOut(BaseModel):
    """The newest item of a thread; `mine` says whether it comes from you."""

    kind: ItemKind
    created_at: datetime
    mine: bool


class ThreadOut(BaseModel):
    """`they_are`: their role in my circle; `i_am`: mine in theirs; null where one is not in the other's circle.

    `unread`: they have given something new since I read it. `last_connected_at`: when we were last in touch; null for never.
    """

    person: PersonOut
    they_are: Role | None
    i_am: Role | None
    last: LastItemOut | None
    unread: bool
    last_connected_at: datetime | None


class WitnessedDayOut(BaseModel):
    """The commitment that a day belongs to."""

    id: UUID
    text: str | None
    date: date


class ThreadItemOut(BaseModel):
    """What we both see. `created_at` is when it came into the thread: of a reach-out, when it ended.

    `check_in` holds only the parts that were shared; the others are left out. `done`: whether a day of a commitment was kept,
    as the person said, or "I see you" was said to a check-in. `about`, which is left out elsewhere: the item that these words
    answer.
    """

    id: UUID
    kind: ItemKind
    from_: Annotated[PersonOut, Field(alias="from")]
    text: str | None
    check_in: dict[str, Any] | None
    commitment: WitnessedDayOut | None
    done: bool | None
    created_at: datetime
    mine: bool
    about: UUID | None = None


class ThreadReadOut(BaseModel):
    """Until when the thread is read."""

    read_at: datetime


@router.get("", summary="List my threads", operation_id="list_threads")
async def list_threads(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: PlaceCursor = None
) -> Page[ThreadOut]:
    """One for everybody in my circle, and for everybody whose circle I am in; the latest first."""
    found = await threads.list_threads(unit, who, limit, _place(cursor))
    return page(found, limit, _thread_out, lambda thread: _cursor(thread.place))


@router.get(
    "/{person_id}",
    summary="Read my thread with somebody",
    responses=problems(NotFound),
    response_model_exclude_unset=True,
    operation_id="read_thread",
)
async def read_thread(
    person_id: UUID, unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: PlaceCursor = None
) -> Page[ThreadItemOut]:
    """All that passed quietly between us, the latest first, for as long as one of us is in the other's circle."""
    found = await threads.load_thread(unit, who, person_id, limit, _place(cursor))
    return page(found, limit, _item_out, lambda item: _cursor(ThreadPlace(item.created_at, item.id)))


@router.post(
    "/{person_id}/read", summary="Mark a thread as read", responses=problems(NotFound), operation_id="mark_thread_read"
)
async def mark_thread_read(person_id: UUID, unit: Writing, who: WritingCaller) -> ThreadReadOut:
    """Mark what stands in it, and the notices of it, as read. Nobody is told."""
    await threads.mark_thread_read(unit, who, person_id)
    return ThreadReadOut(read_at=unit.now)


@router.post(
    "/{person_id}/talked",
    summary="Mark that we talked today",
    status_code=201,
    responses=problems(NotFound, KeyReused),
    response_model_exclude_unset=True,
    operation_id="mark_talked",
)
async def mark_talked(person_id: UUID, unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> ThreadItemOut:
    """Say that we talked today: no length, no content. A connection for both. Saying it again changes nothing."""
    fingerprint = fingerprint_of(unit.keyring, who, f"POST /v1/threads/{person_id}/talked", key, None)
    talk_id = await talks.mark_talked(unit, who, person_id, fingerprint)
    return _item_out(await threads.load_thread_item(unit, who, person_id, talk_id))


@router.delete(
    "/{person_id}/talked",
    summary="Take the mark of today back",
    status_code=204,
    responses=problems(NotFound),
    operation_id="unmark_talked",
)
async def unmark_talked(person_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Take my mark of today back; where there is none, nothing changes."""
    await talks.unmark_talked(unit, who, person_id)


def _cursor(place: ThreadPlace) -> str:
    return f"{(place.at - NEVER) // _CURSOR_UNIT}-{place.id.hex}"


def _place(cursor: str | None) -> ThreadPlace | None:
    if cursor is None:
        return None
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ValueError
    return ThreadPlace(NEVER + int(found[1]) * _CURSOR_UNIT, UUID(found[2]))


def _thread_out(thread: Thread) -> ThreadOut:
    last = thread.last
    return ThreadOut.model_validate(
        {
            "person": person_out(thread.person),
            "they_are": thread.they_are,
            "i_am": thread.i_am,
            "last": last and {"kind": last.kind, "created_at": last.created_at, "mine": last.mine},
            "unread": thread.unread,
            "last_connected_at": thread.last_connected_at,
        }
    )


def _item_out(item: ThreadItem) -> ThreadItemOut:
    content = item.content
    commitment = content.commitment
    return ThreadItemOut.model_validate(
        {
            "id": item.id,
            "kind": item.kind,
            "from": person_out(item.sender),
            "text": content.text,
            "check_in": content.check_in,
            "commitment": commitment and {"id": commitment.id, "text": commitment.text, "date": commitment.day},
            "done": content.done,
            "created_at": item.created_at,
            "mine": item.mine,
        }
        | ({} if content.about_id is None else {"about": content.about_id})
    )
