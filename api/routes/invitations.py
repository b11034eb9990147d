"""Invitations: one link for one person, good for 48 hours."""

import asyncio
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.dependencies import IdempotencyKey, Reading, ReadingCaller, Services, Writing, WritingCaller, retry_of
from api.problems import problems
from api.routes.supporting import SupportedOut, one
from api.schemas import DEFAULT_LIMIT, Body, Cursor, InvitationToken, Label, Limit, Page, PersonOut, page
from core import qr
from core.errors import (
    AlreadyInCircle,
    CircleFull,
    InvitationNotValid,
    KeyReused,
    NotFound,
    OwnInvitation,
    StepOneFull,
    TooMany,
)
from models import Invitation
from models.vocabulary import Role
from rules import invitations

router = APIRouter(prefix="/v1/invitations", tags=["invitations"])


class Invite(Body):
    """`label` is for the inviter's eyes: whom the link is for."""

    role: Role
    step: Literal[1, 2] | None = None
    label: Label | None = None


class Opened(Body):
    token: InvitationToken


class QrOut(BaseModel):
    """`path`: the dark squares as an SVG path, one unit a square, from 0 0 to `size` `size`; leave four units around it."""

    size: int
    path: str


class InvitedOut(BaseModel):
    """`token` is shown here once. In `url` it stands in the fragment, which no server ever sees; `qr` is it for a camera."""

    id: UUID
    token: str
    url: str
    qr: QrOut
    role: Role
    step: Literal[1, 2]
    expires_at: datetime


class InvitationOut(BaseModel):
    id: UUID
    role: Role
    step: Literal[1, 2]
    label: str | None
    created_at: datetime
    expires_at: datetime


class PreviewOut(BaseModel):
    person: PersonOut
    role: Role
    expires_at: datetime


@router.post("", status_code=201, responses=problems(CircleFull, StepOneFull, TooMany, KeyReused))
async def invite(body: Invite, unit: Writing, who: WritingCaller, context: Services, key: IdempotencyKey) -> InvitedOut:
    """Make a link for one person, good for 48 hours. A retry with the same key gives the same link."""
    asked = retry_of(unit.keyring, who, "POST /v1/invitations", key, body)
    made = await invitations.invite(unit, who, body.role, body.step, body.label, asked)
    url = f"{context.settings.public_url}/#/invitation/{made.token}"
    # In a thread: nobody's press waits for a drawing.
    code = await asyncio.to_thread(qr.draw, url)
    return InvitedOut(
        id=made.id,
        token=made.token,
        url=url,
        qr=QrOut(size=code.size, path=code.path),
        role=Role(made.role),
        step=1 if made.step == 1 else 2,
        expires_at=made.expires_at,
    )


@router.get("")
async def mine(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[InvitationOut]:
    """My invitations that can still be used."""

    def show(row: Invitation) -> InvitationOut:
        return InvitationOut(
            id=row.id,
            role=Role(row.role),
            step=1 if row.step == 1 else 2,
            label=who.vault.open("invitations.label", row.id, row.label),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    return page(await invitations.mine(unit, who, limit, cursor), limit, show)


@router.post("/preview", responses=problems(InvitationNotValid, OwnInvitation))
async def preview(body: Opened, unit: Reading, who: ReadingCaller) -> PreviewOut:
    """Who invites me, as what."""
    found = await invitations.preview(unit, who, body.token)
    return PreviewOut(
        person=PersonOut(id=found.inviter_id, display_name=found.inviter_name),
        role=Role(found.role),
        expires_at=found.expires_at,
    )


@router.post(
    "/accept",
    status_code=201,
    responses=problems(InvitationNotValid, OwnInvitation, AlreadyInCircle, CircleFull, KeyReused),
)
async def accept(body: Opened, unit: Writing, who: WritingCaller, key: IdempotencyKey) -> SupportedOut:
    """Say yes. The other side compares two words with you and confirms; until then nothing is shown to either."""
    asked = retry_of(unit.keyring, who, "POST /v1/invitations/accept", key, body)
    return await one(unit, who, await invitations.accept(unit, who.person_id, body.token, asked))


@router.delete("/{invitation_id}", status_code=204, responses=problems(NotFound))
async def withdraw(invitation_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Make the link useless."""
    await invitations.withdraw(unit, who, invitation_id)
