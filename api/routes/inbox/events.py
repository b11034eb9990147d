"""The event stream: ids only, each checked against what its person may see, until the session ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse
from fastapi.sse import format_sse_event
from pydantic_core import to_json

from api.context import Context
from api.dependencies import Services, Token, make_unit
from api.problems import DATABASE_FAILURES
from core.bus import RESYNC, Listener, StreamEvent
from core.database import fault
from core.telemetry import STREAMS
from rules import access
from rules.access import Caller
from rules.inbox import views

router = APIRouter(tags=["events"])

log = structlog.get_logger(__name__)

PING_SECONDS = 15.0
"""Seconds of silence after which a comment keeps the connection open and the session is checked again."""


STREAM_MEDIA_TYPE = "text/event-stream"


@router.get(
    "/v1/events",
    summary="Listen to my events as they happen",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "A stream that stays open.",
            "content": {STREAM_MEDIA_TYPE: {"schema": {"type": "string"}}},
        }
    },
    operation_id="listen_to_events",
)
async def stream_events(
    token: Token,
    context: Services,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> StreamingResponse:
    """Server-Sent Events: `notice`, `reach_out`, `bookend` and `thread` (a person's) with an id; `resync` after a reconnect: fetch again."""
    async with context.database.read() as session:
        unit = make_unit(context, session)
        who = await access.load_caller(unit, token)
    return StreamingResponse(
        _stream(context, who, reconnected=last_event_id is not None),
        media_type=STREAM_MEDIA_TYPE,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(context: Context, who: Caller, *, reconnected: bool) -> AsyncIterator[bytes]:
    STREAMS.inc()
    try:
        async with context.bus.listen(who.person_id) as listener:
            # A session that ended between its check and the start of listening must get no stream.
            if not await _is_still_signed_in(context, who):
                return
            # The id only says "I was here before"; what was missed is fetched, not replayed.
            yield format_sse_event(comment="open", id="1", retry=2000)
            if reconnected:
                yield _event("resync", {})
            async for chunk in _stream_changes(context, who, listener):
                yield chunk
    except DATABASE_FAILURES as error:
        # Nobody can be told any more, since the reply has begun: it ends like any other stream. The app comes back and
        # fetches what it missed.
        log.warning("stream_ended_early", error=fault(error))
    finally:
        STREAMS.dec()


async def _stream_changes(context: Context, who: Caller, listener: Listener) -> AsyncIterator[bytes]:
    closing = asyncio.create_task(context.closing.wait())
    try:
        while True:
            arriving = await _next_arrival(listener, closing)
            if closing.done():
                return
            if not arriving.done():
                if not await _is_still_signed_in(context, who):
                    return
                yield format_sse_event(comment="ping")
                continue
            if listener.superseded:
                return
            item = arriving.result()
            if item is RESYNC:
                yield _event("resync", {})
            elif item.kind == "signed_out":
                if item.id == who.session_id:
                    return
            elif await _may_receive(context, who, item):
                yield _event(item.kind, {"id": str(item.id)})
    finally:
        closing.cancel()


async def _next_arrival(listener: Listener, closing: asyncio.Task[bool]) -> asyncio.Task[StreamEvent | None]:
    """Wait for an event, for the end of the process, or for a while; return the event's task, done if there is one."""
    arriving = asyncio.create_task(listener.events.get())
    try:
        await asyncio.wait({arriving, closing}, timeout=PING_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        # Whoever hangs up ends the wait from outside: nothing may be left waiting for them.
        arriving.cancel()
    return arriving


async def _is_still_signed_in(context: Context, who: Caller) -> bool:
    async with context.database.read() as session:
        return await access.is_signed_in(session, who.session_id, context.clock.now())


async def _may_receive(context: Context, who: Caller, item: StreamEvent) -> bool:
    async with context.database.read() as session:
        unit = make_unit(context, session)
        if not await access.is_signed_in(session, who.session_id, unit.now):
            return False
        return await views.may_receive(unit, who, item.kind, item.id)


def _event(kind: str, data: dict[str, str]) -> bytes:
    return format_sse_event(event=kind, data_str=to_json(data).decode(), id="1")
