"""Messages in a reach-out, between the person who pressed and those who were told."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Writing, WritingCaller, fingerprint_of
from api.problems import problems
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, Limit, Page, PersonOut, Words, page, person_out
from rules.errors import KeyReused, NotFound, ReachOutClosed, TooMany
from rules.reach_out import messages
from rules.reach_out.messages import MessageView

router = APIRouter(prefix="/v1/reach-outs", tags=["reach-outs"])

Newest = Annotated[
    bool, Query(description="Newest first: what was said last is on the first page, however much there is.")
]


class NewMessage(Body):
    text: Words

    @model_validator(mode="after")
    def _something(self) -> "NewMessage":
        if not self.text:
            raise ValueError("text must hold at least one visible character")
        return self


class MessageOut(BaseModel):
    id: UUID
    from_: Annotated[PersonOut, Field(alias="from")]
    text: str | None
    created_at: datetime


@router.post(
    "/{reach_out_id}/messages",
    summary="Write a message in a reach-out",
    status_code=201,
    responses=problems(NotFound, ReachOutClosed, KeyReused, TooMany),
    operation_id="send_message",
)
async def send_message(
    reach_out_id: UUID, body: NewMessage, unit: Writing, who: WritingCaller, key: IdempotencyHeader
) -> MessageOut:
    """Write: the person's words reach everyone told, a recipient's reach the person only."""
    fingerprint = fingerprint_of(unit.keyring, who, f"POST /v1/reach-outs/{reach_out_id}/messages", key, body)
    return _message_out(await messages.send_message(unit, who, reach_out_id, body.text, fingerprint))


@router.get(
    "/{reach_out_id}/messages",
    summary="List the messages of a reach-out",
    responses=problems(NotFound),
    operation_id="list_messages",
)
async def list_messages(
    reach_out_id: UUID,
    unit: Reading,
    who: ReadingCaller,
    *,
    newest: Newest = False,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[MessageOut]:
    """List the messages that I may read, oldest first, or newest first if requested."""
    return page(
        await messages.list_messages(unit, who, reach_out_id, limit, cursor, newest=newest), limit, _message_out
    )


def _message_out(view: MessageView) -> MessageOut:
    return MessageOut.model_validate(
        {"id": view.id, "from": person_out(view.sender), "text": view.text, "created_at": view.created_at}
    )
