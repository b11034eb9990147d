"""The inbox, and receipts: a device's own report that a push arrived."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.context import Context
from api.dependencies import (
    IdempotencyHeader,
    Reading,
    ReadingCaller,
    Services,
    Token,
    Writing,
    WritingCaller,
    fingerprint_of,
    get_context,
    reading_operation,
    record_use,
    token_in,
)
from api.direct_route import UnusualError, direct
from api.problems import problems
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, Limit, Page, PersonOut, page, person_out, unvalidated
from models.enums import NoticeKind
from rules import idempotency
from rules.errors import KeyReused, NotFound
from rules.inbox import views
from rules.inbox.views import NoticeView

router = APIRouter(tags=["inbox"])


class NoticeOut(BaseModel):
    """`from` is null where nobody is named, or the account is no more. At most one of the ids says what it is about."""

    model_config = ConfigDict(validate_by_name=True)

    id: UUID
    kind: NoticeKind
    from_: Annotated[PersonOut | None, Field(alias="from")]
    reach_out_id: UUID | None
    bookend_id: UUID | None
    commitment_id: UUID | None
    check_in_id: UUID | None
    reach_in_id: UUID | None
    practice_id: UUID | None
    created_at: datetime
    read_at: datetime | None


_make_notice = unvalidated(NoticeOut)


class PageQuery(BaseModel):
    """Which notices."""

    unread: bool | None = None
    kind: NoticeKind | None = None
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None


class CountOut(BaseModel):
    """`from_supported`: how many of them are words or check-ins of people I am there for."""

    unread: int
    from_supported: int


class ReadOut(BaseModel):
    """How many notices became read."""

    read: int


class ReceiptEvent(StrEnum):
    DELIVERED = "delivered"
    OPENED = "opened"


class Receipt(Body):
    delivery_id: UUID
    event: ReceiptEvent


async def _read_page_query(request: Request) -> tuple[Context, str | None, PageQuery]:
    context = await get_context(request)
    token = token_in(request, context)
    if not request.scope["query_string"]:
        return context, token, PageQuery()
    parameters = request.query_params
    if len(parameters.multi_items()) != len(parameters):
        raise UnusualError
    return context, token, PageQuery.model_validate(dict(parameters))


@router.get("/v1/inbox", summary="List my notices", operation_id="list_notices")
@direct(_read_page_query)
async def list_notices(context: Services, token: Token, query: Annotated[PageQuery, Query()]) -> Page[NoticeOut]:
    """My notices, newest first."""
    async with reading_operation(context) as reading:
        inbox_page = await views.load_inbox_page(
            reading, token, query.limit, query.cursor, unread=query.unread, kind=query.kind
        )
    record_use(context, inbox_page.session_id, inbox_page.used_at, reading.now)
    return page(inbox_page.views, query.limit, _notice_out)


@router.get("/v1/inbox/unread-count", summary="Count my unread notices", operation_id="count_unread_notices")
async def unread_count(unit: Reading, who: ReadingCaller) -> CountOut:
    counts = await views.unread_counts(unit, who)
    return CountOut(unread=counts.unread, from_supported=counts.from_supported)


@router.post("/v1/inbox/read-all", summary="Mark all my notices as read", operation_id="mark_all_notices_read")
async def mark_all_read(unit: Writing, who: WritingCaller) -> ReadOut:
    """Mark everything as read. It does not tell anybody that you have seen their call."""
    return ReadOut(read=await views.mark_all_read(unit, who))


@router.post(
    "/v1/inbox/{notice_id}/read",
    summary="Mark one notice as read",
    responses=problems(NotFound),
    operation_id="mark_notice_read",
)
async def mark_read(notice_id: UUID, unit: Writing, who: WritingCaller) -> NoticeOut:
    """Mark one notice as read; the person who reached out sees that it was seen."""
    await views.mark_read(unit, who, notice_id)
    return _notice_out(await views.load_notice_view(unit, who, notice_id))


@router.post(
    "/v1/receipts",
    summary="Report that a push arrived or was opened",
    status_code=201,
    responses=problems(NotFound, KeyReused),
    operation_id="report_receipt",
)
async def record_receipt(body: Receipt, unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> Receipt:
    """Say that a push arrived or was opened. Repeating it is safe."""
    await views.record_receipt(unit, who, body.delivery_id, opened=body.event is ReceiptEvent.OPENED)
    await idempotency.remember_existing(
        unit, fingerprint_of(unit.keyring, who, "POST /v1/receipts", key, body), who.person_id, body.delivery_id
    )
    return body


def _notice_out(view: NoticeView) -> NoticeOut:
    return _make_notice(
        id=view.id,
        kind=NoticeKind(view.kind),
        from_=person_out(view.sender) if view.sender else None,
        reach_out_id=view.reach_out_id,
        bookend_id=view.bookend_id,
        commitment_id=view.commitment_id,
        check_in_id=view.check_in_id,
        reach_in_id=view.reach_in_id,
        practice_id=view.practice_id,
        created_at=view.created_at,
        read_at=view.read_at,
    )
