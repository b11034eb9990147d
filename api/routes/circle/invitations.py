"""Invitations: one link for one person, good for 48 hours."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, StringConstraints

from api import login_throttle
from api.context import Context
from api.dependencies import (
    IdempotencyHeader,
    Reading,
    ReadingCaller,
    Services,
    Token,
    Writing,
    WritingCaller,
    caller_of,
    fingerprint_of,
    make_unit,
    transaction,
)
from api.problems import or_existing, problems
from api.routes.circle.supporting import SupportedOut, load_supported_out
from api.schemas.common import (
    DEFAULT_LIMIT,
    FREE_TEXT,
    Body,
    CircleStep,
    Cursor,
    InvitationToken,
    Label,
    Limit,
    Page,
    PersonOut,
    page,
)
from core import qr, text
from core.unit_of_work import UnitOfWork
from models import Invitation
from models.enums import Role
from rules.access import Caller
from rules.circle import invitations, membership
from rules.circle.invitations import InvitationTexts
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

MAX_GREETING_LENGTH = 200

router = APIRouter(prefix="/v1/invitations", tags=["invitations"])

Greeting = Annotated[
    str,
    StringConstraints(max_length=4 * MAX_GREETING_LENGTH),
    AfterValidator(lambda value: text.clean_multiline(" ".join(value.split()), MAX_GREETING_LENGTH)),
    FREE_TEXT,
]


class Invite(Body):
    """`label` is for the inviter's eyes: whom the link is for. `greeting` is a line of their own to whoever opens it."""

    role: Role
    step: CircleStep | None = None
    label: Label | None = None
    greeting: Greeting | None = None


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
    greeting: str | None
    created_at: datetime
    expires_at: datetime


class PreviewOut(BaseModel):
    """`greeting`: a line of the inviter's own.

    `accepted`: the caller has taken this invitation up; then come its membership and, until it is confirmed, `words`.
    `greeting` and `expires_at` are null from then on.
    """

    person: PersonOut
    role: Role
    greeting: str | None
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
    operation_id="invite",
)
async def invite(
    body: Invite, unit: Writing, who: WritingCaller, context: Services, key: IdempotencyHeader
) -> InvitedOut:
    """Make a link for one person, good for 48 hours. A retry with the same key gives the same link."""
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/invitations", key, body)
    texts = InvitationTexts(body.label, body.greeting)
    invited = await invitations.invite(unit, who, body.role, body.step, texts, fingerprint)
    url = _invitation_url(context, invited.token)
    return InvitedOut(
        id=invited.id,
        token=invited.token,
        url=url,
        qr=await _draw_qr(url),
        role=Role(invited.role),
        step=1 if invited.step == 1 else 2,
        expires_at=invited.expires_at,
    )


@router.get("", summary="List my open invitations", operation_id="list_invitations")
async def list_invitations(
    unit: Reading, who: ReadingCaller, context: Services, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[InvitationOut]:
    """List my invitations that can still be used, each with its link."""
    rows = await invitations.list_invitations(unit, who, limit, cursor)
    urls = {row.id: _invitation_url(context, token) for row in rows if (token := invitations.decrypt_token(who, row))}
    qr_codes = {invitation_id: await _draw_qr(url) for invitation_id, url in urls.items()}

    def show(row: Invitation) -> InvitationOut:
        return InvitationOut(
            id=row.id,
            url=urls.get(row.id),
            qr=qr_codes.get(row.id),
            role=Role(row.role),
            step=1 if row.step == 1 else 2,
            label=who.vault.open("invitations.label", row.id, row.label),
            greeting=who.vault.open("invitations.greeting", row.id, row.greeting),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    return page(rows, limit, show)


@router.post(
    "/preview",
    summary="Preview an invitation",
    responses=problems(InvitationNotValid, OwnInvitation, TooMany),
    # The endpoint reads a bearer token, but does not require one.
    openapi_extra={"security": [{}]},
    operation_id="preview_invitation",
)
async def preview_invitation(body: Opened, request: Request, token: Token, context: Services) -> PreviewOut:
    """Read who invites me and as what. Needs no session; with one, a link that I have accepted says how it stands."""
    async with login_throttle.count_invalid_links(context, request), context.database.read() as session:
        unit = make_unit(context, session)
        invitation = await invitations.preview_invitation(
            unit, await _caller_if_signed_in(unit, token, context), body.token
        )
        accepted = invitation.accepted
        words = membership.confirmation_words(unit, accepted.id) if accepted and accepted.confirmed_at is None else None
    return PreviewOut(
        person=PersonOut(id=invitation.inviter_id, display_name=invitation.inviter_name),
        role=Role(invitation.role),
        greeting=invitation.greeting,
        expires_at=invitation.expires_at,
        accepted=accepted is not None,
        membership_id=None if accepted is None else accepted.id,
        state=None if accepted is None else "accepted" if accepted.confirmed_at is None else "active",
        words=list(words) if words else None,
    )


@router.post(
    "/accept",
    summary="Accept an invitation",
    status_code=201,
    responses=or_existing(SupportedOut, "The caller has accepted it already; this is how it stands.")
    | problems(InvitationNotValid, OwnInvitation, AlreadyInCircle, CircleFull, KeyReused, TooMany),
    operation_id="accept_invitation",
)
async def accept_invitation(
    body: Opened, request: Request, response: Response, token: Token, context: Services, key: IdempotencyHeader
) -> SupportedOut:
    """Say yes to an invitation. The other side compares two words with you and confirms; until then nothing is shown to either."""
    async with login_throttle.count_invalid_links(context, request), transaction(context) as unit:
        who = await caller_of(unit, token, context)
        fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/invitations/accept", key, body)
        membership_id, is_new = await invitations.accept_invitation(unit, who.person_id, body.token, fingerprint)
        response.status_code = 201 if is_new else 200
        return await load_supported_out(unit, who, membership_id)


@router.delete(
    "/{invitation_id}",
    summary="Withdraw an invitation",
    status_code=204,
    responses=problems(NotFound),
    operation_id="withdraw_invitation",
)
async def withdraw_invitation(invitation_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Withdraw an invitation: its link becomes useless."""
    await invitations.withdraw_invitation(unit, who, invitation_id)


async def _caller_if_signed_in(unit: UnitOfWork, token: str | None, context: Context) -> Caller | None:
    """Return the caller, or None without a valid session: an invited person with an old token is not turned away."""
    try:
        return await caller_of(unit, token, context)
    except NotSignedIn:
        return None


def _invitation_url(context: Context, token: str) -> str:
    return f"{context.settings.public_url}/#/invitation/{token}"


async def _draw_qr(url: str) -> QrOut:
    # In a thread, so that no press waits for it.
    code = await asyncio.to_thread(qr.draw, url)
    return QrOut(size=code.size, path=code.path)
