"""The caller's own account: profile, access log and erasure."""

from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, StringConstraints, model_validator

from api import guest_access
from api.dependencies import (
    Reading,
    ReadingCaller,
    Services,
    Token,
    Writing,
    WritingCaller,
)
from api.problems import invalid_at, problems
from api.routes.accounts.sessions import give_cookie
from api.schemas.common import (
    DEFAULT_LIMIT,
    Body,
    Cursor,
    DisplayName,
    Flag,
    Language,
    Limit,
    Moment,
    Page,
    Phone,
    Region,
    TimeZone,
    Whole,
    page,
)
from core.errors import KeysUnavailable
from core.phone_numbers import to_e164
from core.unit_of_work import UnitOfWork
from models import AccessEvent, Person
from models.enums import AccessKind
from rules import access
from rules.access import Caller
from rules.accounts import access_log, account_erasure, people, ways_in
from rules.circle import hours, night
from rules.errors import ProofNeeded

router = APIRouter(tags=["me"])

Time = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


class Window(Body):
    """Hours on one day of the week (0 is Monday) in the person's own time zone; "24:00" ends a day.

    No window crosses midnight: from Friday 22:00 to 02:00 is Friday 22:00 to 24:00 and Saturday 00:00 to 02:00.
    """

    day: Annotated[Whole, Field(ge=0, le=6)]
    from_: Annotated[Time, Field(alias="from")]
    to: Time

    @model_validator(mode="after")
    def _forward(self) -> "Window":
        if self.from_ >= self.to:
            raise ValueError("must end after it begins; hours past midnight go on the next day")
        return self


class WaysInOut(BaseModel):
    """What opens my account: whether there is a passphrase, how many passkeys, how many unused recovery codes."""

    passphrase: bool
    passkeys: int
    recovery_codes: int


class ConsentOut(BaseModel):
    """The version of the privacy page that I have agreed to last, and when."""

    version: str
    given_at: datetime

    @classmethod
    def of(cls, person: Person) -> "ConsentOut | None":
        if person.consent_version is None or person.consented_at is None:
            return None
        return cls(version=person.consent_version, given_at=person.consented_at)


class MeOut(BaseModel):
    """`proved_at`: when I last showed that a push was shown to me; null when nothing that I have today was tried."""

    id: UUID
    sign_in_name: str | None
    display_name: str | None
    time_zone: str
    region: str | None
    language: str
    hours: list[dict[str, Any]] | None
    wake_me: bool
    my_name_in_pushes: bool
    names_in_my_pushes: bool
    away_until: datetime | None
    contact: str | None
    ways_in: WaysInOut
    proved_at: datetime | None
    consent: ConsentOut | None
    created_at: datetime


class ProfileChange(Body):
    """A merge patch: what is left out stays, null empties what may be empty.

    `hours`: when pushes may come; null for any time. Windows of one day may touch, never overlap. `to` is when one
    ends: `24:00` with the day, and a last minute of an hour (`23:59`) is meant with it. `wake_me`: at any
    hour, whatever `hours` say. `away_until`: a break from everybody, a year at most; as a helper nothing is pushed to me until
    then, and my circles see no more than that I cannot be reached now. `contact`: as people write it; without its country it is a number of `region`. It is kept
    as it can be dialled from anywhere. A push says a name in the place of "someone" only where both have chosen it: the one whom it is about
    `my_name_in_pushes`, the one whose phone shows it `names_in_my_pushes`.
    """

    display_name: DisplayName = ""
    time_zone: TimeZone = ""
    region: Region | None = None
    language: Language = ""
    hours: Annotated[list[Window], Field(min_length=1, max_length=28)] | None = None
    wake_me: Flag = False
    my_name_in_pushes: Flag = False
    names_in_my_pushes: Flag = False
    away_until: Moment | None = None
    contact: Phone | None = None

    @model_validator(mode="after")
    def _apart(self) -> "ProfileChange":
        windows = sorted(self.hours or [], key=lambda window: (window.day, window.from_))
        for window, following in pairwise(windows):
            if window.day == following.day and following.from_ < window.to:
                raise ValueError("hours on one day must not overlap")
        return self


class AccessOut(BaseModel):
    """`session_id`: the session in which it was done, or that a sign-in opened; `current` says whether that is this one.

    `about_id`: the device, passkey, channel or other session it was about; the membership or invitation, where it was about the
    circle; null for a block. From where is not kept.
    """

    id: UUID
    kind: AccessKind
    about_id: UUID | None
    session_id: UUID | None
    current: bool
    created_at: datetime


@router.get("/v1/me", summary="Read my profile", operation_id="read_me")
async def read_profile(
    unit: Reading, who: ReadingCaller, token: Token, request: Request, response: Response, context: Services
) -> MeOut:
    """My profile, as only I see it."""
    if token is not None and request.cookies.get(context.settings.cookie_name) == token:
        # The session's expiry slides with its use; a cookie whose own did not would sign out somebody who is here every day.
        give_cookie(response, context, token)
    return await profile_out(unit, await access.load_person(unit, who), who)


@router.patch(
    "/v1/me",
    summary="Change my profile",
    responses=problems(KeysUnavailable, ProofNeeded),
    operation_id="change_me",
)
async def change_profile(body: ProfileChange, unit: Writing, who: WritingCaller, request: Request) -> MeOut:
    """Change the profile (JSON Merge Patch). Another `contact` needs fresh proof."""
    guest_access.require_fields(who, request, body.model_fields_set)
    changes = body.model_dump(include=body.model_fields_set, by_alias=True)
    if body.away_until is not None:
        with invalid_at("body.away_until"):
            changes["away_until"] = hours.silence_end(body.away_until, unit.now)
    if body.contact is not None:
        region = body.region if "region" in changes else who.region
        with invalid_at("body.contact"):
            changes["contact"] = to_e164(body.contact, region)
    return await profile_out(unit, await people.change_profile(unit, who, changes), who)


@router.get("/v1/me/access-log", summary="List what was changed in my account", operation_id="list_access_log")
async def list_access_events(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[AccessOut]:
    """Who came into my account, and what was changed of the ways into it and of who is called, newest first; kept for 90 days.

    What was blocked and unblocked is listed only with fresh proof.
    """
    return page(
        await access_log.list_access_events(unit, who, limit, cursor),
        limit,
        lambda row: _access_out(row, who.session_id),
    )


@router.delete(
    "/v1/me", summary="Delete my account", status_code=204, responses=problems(ProofNeeded), operation_id="erase_me"
)
async def erase_account(
    unit: Writing, who: WritingCaller, request: Request, response: Response, context: Services
) -> None:
    """Delete the account for good. Needs fresh proof; an open reach-out ends without an all-clear."""
    access.require_proof(who, unit.now)
    await account_erasure.erase_account(unit, who)
    if context.settings.cookie_name in request.cookies:
        response.delete_cookie(context.settings.cookie_name, path="/", secure=context.settings.secure, httponly=True)


def _access_out(row: AccessEvent, current: UUID) -> AccessOut:
    return AccessOut(
        id=row.id,
        kind=AccessKind(row.kind),
        about_id=row.about_id,
        session_id=row.session_id,
        current=row.session_id == current,
        created_at=row.created_at,
    )


async def profile_out(unit: UnitOfWork, person: Person, who: Caller) -> MeOut:
    ways = await ways_in.load_ways_in(unit, who.person_id)
    return MeOut(
        id=person.id,
        sign_in_name=who.vault.open("people.sign_in_name", person.id, person.sign_in_name),
        display_name=who.vault.open("people.display_name", person.id, person.display_name),
        time_zone=person.time_zone,
        region=person.region,
        language=person.language,
        hours=person.hours,
        wake_me=person.wake_me,
        my_name_in_pushes=person.my_name_in_pushes,
        names_in_my_pushes=person.names_in_my_pushes,
        away_until=person.away_until if person.away_until and person.away_until > unit.now else None,
        contact=who.vault.open("people.contact", person.id, person.contact),
        ways_in=WaysInOut(passphrase=ways.passphrase, passkeys=ways.passkeys, recovery_codes=ways.recovery_codes),
        proved_at=await night.load_proved_at(unit, person.id),
        consent=ConsentOut.of(person),
        created_at=person.created_at,
    )
