"""Dependencies of endpoints: a unit of work that is committed before the reply, the caller, idempotency keys."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from api import guest_access
from api.context import Context
from core.encryption import Keyring
from core.isolation import isolated
from core.unit_of_work import Operation, UnitOfWork
from rules import access, idempotency
from rules.access import Caller
from rules.accounts import sessions
from rules.errors import NotSignedIn
from rules.idempotency import RequestFingerprint
from rules.upkeep import wal_truncation

MAX_IDEMPOTENCY_KEY_LENGTH = 255
IDEMPOTENCY_KEY_DESCRIPTION = "Repeat the same key and body to retry safely for 24 hours."

log = structlog.get_logger(__name__)
TRUNCATION_RETRY_SECONDS = (0.2, 0.5, 1, 2, 5, 10, 20)
"""Waits between attempts to truncate a log that others still read; after the last, it is left to the next purge."""
bearer = HTTPBearer(auto_error=False, description="The session token of a sign-up or sign-in.")


async def get_context(request: Request) -> Context:
    # `async` here and below, though nothing is awaited: FastAPI runs plain functions in a thread, which costs more than what
    # these do.
    context: Context = request.app.state.context
    return context


Services = Annotated[Context, Depends(get_context)]


def make_unit(context: Context, session: AsyncSession) -> UnitOfWork:
    """Return a unit of work at this moment."""
    return UnitOfWork(session, context.clock.now(), context.keyring, on_step=context.on_step)


@asynccontextmanager
async def operation(context: Context) -> AsyncIterator[Operation]:
    """Open an operation of single statements, committed at the end of the block unless something was raised."""
    async with context.database.statements() as statements:
        new_operation = Operation(statements, context.clock.now(), context.keyring)
        yield new_operation
        await new_operation.commit(context.bus, context.dispatch_now)


@asynccontextmanager
async def reading_operation(context: Context) -> AsyncIterator[Operation]:
    """Open an operation whose statements only read; on SQLite it does not occupy the writer."""
    async with context.database.statements(read_only=True) as statements:
        yield Operation(statements, context.clock.now(), context.keyring)


@asynccontextmanager
async def transaction(context: Context) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work, committed at the end of the block unless something was raised."""
    async with context.database.write() as session:
        unit = make_unit(context, session)
        yield unit
        await unit.commit(context.bus, context.dispatch_now)
    if unit.erases:
        await truncate_log(context)


@dataclass(frozen=True, slots=True)
class ContextTransactions:
    """Operations and transactions for rules that open their own."""

    context: Context

    def operation(self) -> AbstractAsyncContextManager[Operation]:
        return operation(self.context)

    def transaction(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return transaction(self.context)


async def writing(context: Services) -> AsyncIterator[UnitOfWork]:
    """Open a unit that is committed when the endpoint returns, before the reply goes out."""
    async with transaction(context) as unit:
        yield unit


async def reading(context: Services) -> AsyncIterator[UnitOfWork]:
    """Open a unit that only reads."""
    async with context.database.read() as session:
        yield make_unit(context, session)


async def truncate_log(context: Context) -> None:
    """Truncate the database's log of erased rows: before the reply if no reader prevents it, else in the background."""

    async def truncated() -> bool:
        # A failure keeps the mark, for which the purge looks; the erasure itself is committed.
        with isolated("log_not_truncated"):
            return await wal_truncation.truncate_if_marked(context.database)
        return False

    async def retry() -> None:
        for seconds in TRUNCATION_RETRY_SECONDS:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(context.closing.wait(), seconds)
            if context.closing.is_set() or await truncated():
                return

    if not await truncated():
        task = asyncio.create_task(retry())
        context.tasks.add(task)
        task.add_done_callback(context.tasks.discard)


# Scope "function": the commit comes before the reply, and a failed one still becomes an error.
Writing = Annotated[UnitOfWork, Depends(writing, scope="function")]
Reading = Annotated[UnitOfWork, Depends(reading, scope="function")]


def token_in(request: Request, context: Context) -> str | None:
    """Return the session token of a request; an `Authorization` header takes precedence, even an invalid one."""
    header = request.headers.get("authorization")
    if header is None:
        return request.cookies.get(context.settings.cookie_name)
    scheme, credentials = get_authorization_scheme_param(header)
    return credentials if scheme.lower() == "bearer" and credentials else None


async def token_of(
    request: Request,
    context: Services,
    _: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)] = None,
) -> str | None:
    """Return the session token of a request. `bearer` is here for the OpenAPI document."""
    return token_in(request, context)


Token = Annotated[str | None, Depends(token_of)]


async def caller_writing(unit: Writing, token: Token, context: Services, request: Request) -> Caller:
    return await _caller_or_guest(unit, token, context, request)


async def caller_reading(unit: Reading, token: Token, context: Services, request: Request) -> Caller:
    return await _caller_or_guest(unit, token, context, request)


async def _caller_or_guest(unit: UnitOfWork, token: str | None, context: Context, request: Request) -> Caller:
    """Return whoever is signed in, or a guest where `guest_access` admits them. Raises NotSignedIn, NotFound."""
    try:
        return await caller_of(unit, token, context)
    except NotSignedIn:
        return await guest_access.admit(unit, token, request)


async def caller_of(unit: UnitOfWork, token: str | None, context: Context) -> Caller:
    """Return the caller of this token, and record the use of their session. Raises NotSignedIn."""
    who = await access.load_caller(unit, token)
    record_use(context, who.session_id, who.used_at, unit.now)
    return who


WritingCaller = Annotated[Caller, Depends(caller_writing)]
ReadingCaller = Annotated[Caller, Depends(caller_reading)]


def record_use(context: Context, session_id: UUID, used_at: datetime, now: datetime) -> None:
    """Extend a session in the background, at most once an hour; its last recorded use was at `used_at`."""
    if now - used_at <= sessions.SLIDE_INTERVAL or session_id in context.sliding:
        return
    context.sliding.add(session_id)

    async def slide() -> None:
        try:
            # After a failure the next request tries again.
            with isolated("session_not_extended"):
                async with context.database.write() as session:
                    await sessions.extend_session(make_unit(context, session), session_id)
                    await session.commit()
        finally:
            context.sliding.discard(session_id)

    task = asyncio.create_task(slide())
    context.tasks.add(task)
    task.add_done_callback(context.tasks.discard)


async def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=MAX_IDEMPOTENCY_KEY_LENGTH,
            description=IDEMPOTENCY_KEY_DESCRIPTION,
        ),
    ] = None,
) -> str | None:
    return key


async def press_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            json_schema_extra={"minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY_LENGTH},
            description=IDEMPOTENCY_KEY_DESCRIPTION,
        ),
    ] = None,
) -> str | None:
    """Return the key of a press. No key makes a press fail: an empty one counts as none, and a long one is accepted."""
    return key or None


IdempotencyHeader = Annotated[str | None, Depends(idempotency_key)]
PressKey = Annotated[str | None, Depends(press_key)]


def fingerprint_of(
    keyring: Keyring, who: Caller, what: str, key: str | None, body: BaseModel | None
) -> RequestFingerprint | None:
    """Return the fingerprint that identifies retries of a request; `what` is its method and path."""
    if key is None:
        return None
    # Fields that were left out stay out, so that fields added by a later release change no hash.
    content = body.model_dump(mode="json", exclude_unset=True) if body is not None else {}
    return idempotency.request_fingerprint(keyring, f"{who.person_id}\0{what}", key, content)
