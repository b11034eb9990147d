"""Guests: helpers with only a name and an address. They say yes, and open a link."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, StringConstraints

from api import guest_access, login_throttle, reported_locale
from api.context import Context
from api.dependencies import (
    IdempotencyHeader,
    Services,
    Token,
    Writing,
    WritingCaller,
    fingerprint_of,
    make_unit,
    transaction,
)
from api.problems import invalid_at, problems
from api.routes.accounts.channels import PHONE_KINDS
from api.routes.accounts.sessions import NewSessionOut, give_cookie
from api.routes.circle.supporting import StandingWords
from api.schemas.common import Body, ConsentVersion, DisplayName, InvitationToken, PersonOut
from core import addresses
from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models.enums import Carrier, ChannelKind, Role
from rules import idempotency
from rules.access import Caller
from rules.errors import (
    ChannelNotOffered,
    CircleFull,
    CodeOver,
    CodeWrong,
    ConsentUnknown,
    InvitationNotValid,
    KeyReused,
    NotFound,
    NotSignedIn,
    RegistrationClosed,
    TooMany,
)
from rules.guests import guest_account, guest_sessions, joining, links
from rules.guests.guest_sessions import OpenedSession
from rules.guests.joining import NewGuest
from rules.languages import nearest

router = APIRouter(tags=["guests"])

LinkSecret = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class GuestChannel(Body):
    """How a guest is reached. A number without its country is one of no region here: begin it with +."""

    kind: Literal[ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.CALL]
    address: Annotated[str, StringConstraints(min_length=1, max_length=254)]


class GuestYes(Body):
    """`language` and `time_zone` are what a browser reports of itself: what cannot be used of it counts as left out.

    `consent`: the `consent_version` of /v1/config, if the guest was shown the privacy page and has agreed to it.
    """

    token: InvitationToken
    display_name: DisplayName
    channel: GuestChannel
    language: Annotated[str | None, BeforeValidator(reported_locale.parse_language)] = None
    time_zone: Annotated[str, BeforeValidator(reported_locale.parse_time_zone)] = "UTC"
    standing_words: StandingWords | None = None
    consent: ConsentVersion | None = None
    carrier: Carrier = Carrier.TOKEN


class GuestMembershipOut(BaseModel):
    """`state`: the code has to come back first; then it is read at /v1/supporting, accepted until the owner confirms."""

    id: UUID
    person: PersonOut
    role: Role
    state: Literal["waiting_for_code"]
    channel_id: UUID


class GuestJoinedOut(BaseModel):
    membership: GuestMembershipOut
    session: NewSessionOut


class LinkOpened(Body):
    """`code`: a fresh one, sent by POST /v1/me/code; with it the session is for changes, and not for the reach-out."""

    secret: LinkSecret
    code: Annotated[str, StringConstraints(min_length=6, max_length=64)] | None = None
    carrier: Carrier = Carrier.TOKEN


class LinkSessionOut(BaseModel):
    session: NewSessionOut
    reach_out_id: UUID
    membership_id: UUID


class FreshCodeOut(BaseModel):
    """A code was sent to this channel of one's own."""

    channel_id: UUID
    kind: ChannelKind
    code_expires_at: datetime


@router.post(
    "/v1/invitations/accept-as-guest",
    summary="Accept an invitation as a guest",
    status_code=201,
    responses=problems(
        InvitationNotValid,
        RegistrationClosed,
        ChannelNotOffered,
        CircleFull,
        TooMany,
        KeysUnavailable,
        ConsentUnknown,
        KeyReused,
    ),
    openapi_extra={"security": [{}]},
    operation_id="accept_as_guest",
)
async def accept_as_guest(
    body: GuestYes, request: Request, response: Response, token: Token, context: Services, key: IdempotencyHeader
) -> GuestJoinedOut:
    """Say yes with only a name and an address, to which a code is sent. Until it has come back, nothing shows anywhere.

    In the same session it may be said again, with another address. A retry with its key is the same guest in a session of its
    own, and no second code.
    """
    new = NewGuest(
        display_name=body.display_name,
        kind=body.channel.kind,
        address=_normalize(body.channel),
        language=nearest(body.language),
        time_zone=body.time_zone,
        standing_words=body.standing_words,
        consent_version=body.consent,
    )
    async with login_throttle.count_invalid_links(context, request), transaction(context) as unit:
        who = await _guest_if_any(unit, token, request)
        settings = context.settings
        content = body.model_dump(mode="json", exclude_unset=True)
        # Whoever says yes has no name yet: a key belongs to the link that they hold.
        scope = f"guest\0{body.token}"
        joined = await joining.accept_as_guest(
            unit,
            body.token,
            new,
            settings.channels,
            settings.registration.value,
            who,
            fingerprint=idempotency.request_fingerprint(unit.keyring, scope, key, content),
        )
        opened = await guest_sessions.open_joining(unit, joined.person_id, body.carrier)
    return GuestJoinedOut(
        membership=GuestMembershipOut(
            id=joined.membership_id,
            person=PersonOut(id=joined.inviter_id, display_name=joined.inviter_name),
            role=Role(joined.role),
            state="waiting_for_code",
            channel_id=joined.channel_id,
        ),
        session=_session_out(opened, response, context),
    )


@router.post(
    "/v1/sessions/guest",
    summary="Open a guest's link",
    status_code=201,
    responses=problems(NotFound, CodeWrong, CodeOver, TooMany),
    openapi_extra={"security": [{}]},
    operation_id="open_guest_link",
)
async def open_link(body: LinkOpened, response: Response, context: Services) -> LinkSessionOut:
    """Open the link of a message, as often as needed until it ends. One that is over, unknown or wrong is the same 404."""
    async with context.database.write() as session:
        unit = make_unit(context, session)
        link = await links.open_link(unit, body.secret)
        refusal = None
        if body.code is None:
            opened = await guest_sessions.open_linked(unit, link, body.carrier)
        else:
            opened = await guest_sessions.open_joining(unit, link.person_id, body.carrier)
            refusal = await guest_account.use_fresh_code(unit, await guest_sessions.guest_of(unit, opened), body.code)
            if refusal is not None:
                await guest_sessions.discard(unit, opened)
        await unit.commit(context.bus, context.dispatch_now)
        if refusal is not None:
            raise refusal
    return LinkSessionOut(
        session=_session_out(opened, response, context),
        reach_out_id=link.reach_out_id,
        membership_id=link.membership_id,
    )


@router.post(
    "/v1/me/code",
    summary="Send a fresh code to a guest's address",
    status_code=201,
    responses=problems(NotFound, TooMany, KeyReused),
    operation_id="request_guest_code",
)
async def request_fresh_code(unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> FreshCodeOut:
    """Send a code to my own address: for leaving, hours and an account, or once more while I join. For guests alone."""
    if who.guest is None:
        raise NotFound
    fingerprint = fingerprint_of(unit.keyring, who, "POST /v1/me/code", key, None)
    channel = await guest_account.send_fresh_code(unit, who, fingerprint)
    return FreshCodeOut(
        channel_id=channel.id,
        kind=ChannelKind(channel.kind),
        code_expires_at=channel.code_expires_at or unit.now,
    )


def _normalize(channel: GuestChannel) -> str:
    with invalid_at("body.channel.address"):
        if channel.kind in PHONE_KINDS:
            return addresses.normalize_phone_number(channel.address)
        return addresses.normalize_email(channel.address)


async def _guest_if_any(unit: UnitOfWork, token: str | None, request: Request) -> Caller | None:
    """Return the guest who says yes again, with another address; None for anybody else."""
    try:
        return await guest_access.admit(unit, token, request)
    except (NotSignedIn, NotFound):
        return None


def _session_out(opened: OpenedSession, response: Response, context: Context) -> NewSessionOut:
    cookie = opened.carrier is Carrier.COOKIE
    if cookie:
        give_cookie(response, context, opened.token)
    return NewSessionOut(id=opened.id, token=None if cookie else opened.token, expires_at=opened.expires_at)
