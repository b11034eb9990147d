"""Invitations: one link for one person, good for 48 hours."""

import asyncio
from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api import login_throttle
from api.context import Context
from api.dependencies import (
    IdempotencyKey,
    Reading,
    ReadingCaller,
    Services,
    Token,
    Writing,
    WritingCaller,
    caller_of,
    make_unit,
    retry_of,
    transaction,
)
from api.problems import again_too, problems
from api.routes.circle.supporting import SupportedOut, one
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, InvitationToken, Label, Limit, Page, PersonOut, page
from core import qr
from core.unit_of_work import UnitOfWork
from models import Invitation
from models.enums import Role
from rules.access import Caller
from rules.circle import invitations, membership
from rules.errors import (
    AlreadyInCircle,
    CircleFull,
    InvitationNotValid,
    KeyReused,
    NotFound,
    NotSignedIn,
    OwnInvitation,
    StepOneFull,
    TooMany,
)

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
    """In `url` the token stands in the fragment, which no server ever sees; `qr` is the link for a camera."""

    id: UUID
    token: str
    url: str
    qr: QrOut
    role: Role
    step: Literal[1, 2]
    expires_at: datetime


class InvitationOut(BaseModel):
    """`url` and `qr` as at its creation, for as long as it can be used; null when they cannot be read."""

    id: UUID
    url: str | None
    qr: QrOut | None
    role: Role
    step: Literal[1, 2]
    label: str | None
    created_at: datetime
    expires_at: datetime


class PreviewOut(BaseModel):
    """`accepted`: the caller has taken this invitation up; then come its membership and, until it is confirmed, `words`.

    `expires_at` is null from then on.
    """

    person: PersonOut
    role: Role
    expires_at: datetime | None
    accepted: bool
    membership_id: UUID | None
    state: Literal["accepted", "active"] | None
    words: list[str] | None


@router.post(
    "",
    summary="Invite somebody into my circle",
    status_code=201,
    responses=problems(CircleFull, StepOneFull, TooMany, KeyReused),
)
async def invite(body: Invite, unit: Writing, who: WritingCaller, context: Services, key: IdempotencyKey) -> InvitedOut:
    """Make a link for one person, good for 48 hours. A retry with the same key gives the same link."""
    asked = retry_of(unit.keyring, who, "POST /v1/invitations", key, body)
    made = await invitations.invite(unit, who, body.role, body.step, body.label, asked)
    url = _url(context, made.token)
    return InvitedOut(
        id=made.id,
        token=made.token,
        url=url,
        qr=await _drawn(url),
        role=Role(made.role),
        step=1 if made.step == 1 else 2,
        expires_at=made.expires_at,
    )


@router.get("", summary="List my open invitations")
async def mine(
    unit: Reading, who: ReadingCaller, context: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[InvitationOut]:
    """List my invitations that can still be used, each with its link."""
    found = await invitations.list_invitations(unit, who, limit, cursor)
    urls = {row.id: _url(context, token) for row in found if (token := invitations.decrypt_token(who, row))}
    drawn = {made: await _drawn(url) for made, url in urls.items()}

    def show(row: Invitation) -> InvitationOut:
        return InvitationOut(
            id=row.id,
            url=urls.get(row.id),
            qr=drawn.get(row.id),
            role=Role(row.role),
            step=1 if row.step == 1 else 2,
            label=who.vault.open("invitations.label", row.id, row.label),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    return page(found, limit, show)


@router.post(
    "/preview",
    summary="Preview an invitation",
    responses=problems(InvitationNotValid, OwnInvitation, TooMany),
    # Beside the bearer token that the endpoint reads: none is needed.
    openapi_extra={"security": [{}]},
)
async def preview(body: Opened, request: Request, token: Token, context: Services) -> PreviewOut:
    """Read who invites me and as what. Needs no session; with one, a link that I have accepted says how it stands."""
    async with login_throttle.at_links(context, request), context.database.read() as session:
        unit = make_unit(context, session)
        found = await invitations.preview_invitation(unit, await _whoever(unit, token, context), body.token)
        mine = found.accepted
        words = membership.confirmation_words(unit, mine.id) if mine and mine.confirmed_at is None else None
    return PreviewOut(
        person=PersonOut(id=found.inviter_id, display_name=found.inviter_name),
        role=Role(found.role),
        expires_at=found.expires_at,
        accepted=mine is not None,
        membership_id=None if mine is None else mine.id,
        state=None if mine is None else "accepted" if mine.confirmed_at is None else "active",
        words=list(words) if words else None,
    )


@router.post(
    "/accept",
    summary="Accept an invitation",
    status_code=201,
    responses=again_too(SupportedOut, "The caller has accepted it already; this is how it stands.")
    | problems(InvitationNotValid, OwnInvitation, AlreadyInCircle, CircleFull, KeyReused, TooMany),
)
async def accept(
    body: Opened, request: Request, response: Response, token: Token, context: Services, key: IdempotencyKey
) -> SupportedOut:
    """Say yes to an invitation. The other side compares two words with you and confirms; until then nothing is shown to either."""
    async with login_throttle.at_links(context, request), transaction(context) as unit:
        who = await caller_of(unit, token, context)
        asked = retry_of(unit.keyring, who, "POST /v1/invitations/accept", key, body)
        membership_id, new = await invitations.accept(unit, who.person_id, body.token, asked)
        response.status_code = 201 if new else 200
        return await one(unit, who, membership_id)


@router.delete("/{invitation_id}", summary="Withdraw an invitation", status_code=204, responses=problems(NotFound))
async def withdraw(invitation_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Withdraw an invitation: its link becomes useless."""
    await invitations.withdraw(unit, who, invitation_id)


async def _whoever(unit: UnitOfWork, token: str | None, context: Context) -> Caller | None:
    """Who is signed in, if anybody is: a session that has ended is no reason to turn an invited person away."""
    try:
        return await caller_of(unit, token, context)
    except NotSignedIn:
        return None


def _url(context: Context, token: str) -> str:
    return f"{context.settings.public_url}/#/invitation/{token}"


async def _drawn(url: str) -> QrOut:
    # In a thread: nobody's press waits for a drawing.
    code = await asyncio.to_thread(qr.draw, url)
    return QrOut(size=code.size, path=code.path)
