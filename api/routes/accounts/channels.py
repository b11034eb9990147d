"""The caller's channels: a phone number, an e-mail address, an ntfy topic that is tried when pushes are not enough."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Services, Writing, WritingCaller, fingerprint_of
from api.problems import invalid_at, or_existing, problems
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, Limit, Page, page
from core import addresses, secret_text
from core.errors import KeysUnavailable
from models import Channel
from models.enums import ChannelKind
from rules import access
from rules.access import Caller
from rules.accounts import channels
from rules.errors import (
    AddressInCircle,
    ChannelNotOffered,
    CircleFull,
    CodeOver,
    CodeWrong,
    InvitationNotValid,
    KeyReused,
    NotFound,
    ProofNeeded,
    TooMany,
    TooManyChannels,
)
from rules.guests import joining

router = APIRouter(prefix="/v1/channels", tags=["channels"])

PHONE_KINDS = (ChannelKind.SMS, ChannelKind.CALL)
Typed = StringConstraints(min_length=1, max_length=254)


class SmsChannel(Body):
    """As people write it; a number without its country is one of the caller's region."""

    kind: Literal[ChannelKind.SMS]
    address: Annotated[str, Typed]


class EmailChannel(Body):
    kind: Literal[ChannelKind.EMAIL]
    address: Annotated[str, Typed, AfterValidator(addresses.normalize_email)]


class NtfyChannel(Body):
    """A topic on the operator's ntfy server; whoever knows its name can read it, so choose one nobody guesses."""

    kind: Literal[ChannelKind.NTFY]
    address: Annotated[str, Typed, AfterValidator(addresses.normalize_ntfy_topic)]


class CallChannel(Body):
    """A phone that rings when nobody has answered: a voice says one neutral sentence, twice. Written as for SMS."""

    kind: Literal[ChannelKind.CALL]
    address: Annotated[str, Typed]


def _six_digits(typed: str) -> str:
    code = secret_text.confirmation_code(typed)
    if not re.fullmatch(r"[0-9]{6}", code, re.ASCII):
        raise ValueError("must be the six digits of the message")
    return code


NewChannel = Annotated[SmsChannel | EmailChannel | NtfyChannel | CallChannel, Field(discriminator="kind")]


class Code(Body):
    """Six digits; what an SMS or a keyboard puts between them counts for nothing."""

    code: Annotated[str, StringConstraints(min_length=6, max_length=64), AfterValidator(_six_digits)]


class ChannelOut(BaseModel):
    """Used from `confirmed_at` on, never before; until then a code that was sent there is good until `code_expires_at`.

    `address` is null when what is stored cannot be read.
    """

    id: UUID
    kind: ChannelKind
    address: str | None
    created_at: datetime
    code_expires_at: datetime | None
    confirmed_at: datetime | None


@router.post(
    "",
    summary="Add a channel",
    status_code=201,
    responses=or_existing(ChannelOut, "This address was added already; a fresh code was sent unless it is confirmed.")
    | problems(ProofNeeded, ChannelNotOffered, TooManyChannels, TooMany, KeyReused, KeysUnavailable),
    operation_id="add_channel",
)
async def add_channel(
    body: NewChannel, response: Response, unit: Writing, who: WritingCaller, context: Services, key: IdempotencyHeader
) -> ChannelOut:
    """Add an address and have a code sent there. Needs fresh proof. It is used only once that code has come back."""
    access.require_proof(who, unit.now)
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/channels", key, body)
    address = body.address
    if body.kind in PHONE_KINDS:
        with invalid_at(f"body.{body.kind}.address"):
            address = addresses.normalize_phone_number(address, who.region)
    channel, is_new = await channels.add_channel(unit, who, body.kind, address, context.settings.channels, fingerprint)
    response.status_code = 201 if is_new else 200
    return _channel_out(channel, who)


@router.get("", summary="List my channels", operation_id="list_channels")
async def list_channels(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ChannelOut]:
    """My channels, confirmed or not."""
    return page(await channels.list_channels(unit, who, limit, cursor), limit, lambda row: _channel_out(row, who))


@router.delete(
    "/{channel_id}",
    summary="Remove a channel",
    status_code=204,
    responses=problems(NotFound, ProofNeeded),
    operation_id="remove_channel",
)
async def remove_channel(channel_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Forget this address. Needs fresh proof. Nothing more is sent there."""
    access.require_proof(who, unit.now)
    await channels.remove_channel(unit, who, channel_id)


@router.post(
    "/{channel_id}/confirm",
    summary="Confirm a channel with its code",
    responses=problems(NotFound, CodeWrong, CodeOver, InvitationNotValid, CircleFull, AddressInCircle, KeysUnavailable),
    operation_id="confirm_channel",
)
async def confirm_channel(
    channel_id: UUID, body: Code, unit: Writing, who: WritingCaller, context: Services
) -> ChannelOut:
    """Give back the code that was sent there: five guesses, ten minutes. A guest has joined with it."""
    channel, refusal = await channels.confirm_channel(unit, who, channel_id, body.code)
    if refusal is not None:
        await unit.commit(context.bus, context.dispatch_now)
        raise refusal
    if who.guest is not None:
        await joining.complete_join(unit, who)
    return _channel_out(channel, who)


def _channel_out(row: Channel, who: Caller) -> ChannelOut:
    return ChannelOut(
        id=row.id,
        kind=ChannelKind(row.kind),
        address=who.vault.open("channels.address", row.id, row.address),
        created_at=row.created_at,
        code_expires_at=row.code_expires_at,
        confirmed_at=row.confirmed_at,
    )
