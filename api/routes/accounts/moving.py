"""Taking everything along: the export of an account, and its import on another server."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api import readable
from api.dependencies import Services, Token, caller_of, make_unit, transaction
from api.direct_route import JSON_MEDIA_TYPE
from api.import_file import ImportFile, read_import_file
from api.middleware import MAX_IMPORT_BYTES
from api.problems import TooLarge, invalid_at, problems
from core.errors import KeysUnavailable
from core.phone_numbers import to_dialable, to_e164
from models.enums import AccessKind
from rules import access
from rules.access import Caller
from rules.accounts import access_log
from rules.accounts.moving import account_export, account_import
from rules.accounts.moving.account_import import ImportedAccount, PastCheckIn, PastCommitment, PastDay, PastReachOut
from rules.daily.check_in.check_in_parts import CheckInContent
from rules.daily.commitment.schedule import CommitmentTerms
from rules.daily.plan import WholePlan
from rules.daily.plan_content import LISTS, PlanContent, Professional
from rules.errors import ImportUnreadable, ProofNeeded, TooManyCommitments
from rules.sealed_values import REFLECTION

router = APIRouter(prefix="/v1/me", tags=["me"])

ZIP_MEDIA_TYPE = "application/zip"
FILE_CONTENT = {
    ZIP_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}},
    JSON_MEDIA_TYPE: {
        "schema": {
            "title": "Export",
            "type": "object",
            "properties": {"version": {"const": 1}, "person": {"type": "object"}},
            "required": ["person"],
        }
    },
}
"""What an import takes. The JSON is as an export holds it; only what has to be there is named."""
PROFILE_FIELDS = ("display_name", "time_zone", "region", "language", "hours", "wake_me", "contact")


class ImportOut(BaseModel):
    """How much of the file is new here. `plan`: whether it was brought; one that has words stays as it is.

    `people`: how many were in the circle of the file. They are not brought: they are asked again.
    """

    plan: bool
    check_ins: int
    commitments: int
    reflections: int
    people: int = Field(examples=[5])


@router.get(
    "/export",
    summary="Export everything that is kept of me",
    response_model=dict[str, Any],
    responses={**problems(ProofNeeded), 200: {"content": {ZIP_MEDIA_TYPE: {}}}},
    operation_id="export_me",
)
async def export_account(
    token: Token,
    context: Services,
    request: Request,
    response: Response,
    form: Annotated[Literal["json", "zip"] | None, Query(alias="format")] = None,
) -> Any:  # noqa: ANN401 (as wide as what is kept)
    """Everything that is kept of you, in plain words: a ZIP of `porchlight.json` and of `index.html`, a page to read.

    The JSON alone to who accepts `application/json` and no ZIP, or asks for `format=json`. Needs fresh proof.
    """
    # Two transactions: the writer is not held while everything is read, and the export is logged before.
    async with transaction(context) as unit:
        who = await caller_of(unit, token, context)
        access.require_proof(who, unit.now)
        await access.lock_person(unit, who)
        await access_log.announce_own_event(unit, who, AccessKind.EXPORTED)
    async with context.database.read() as session:
        unit = make_unit(context, session)
        exported = await account_export.export_account(unit, await access.load_caller(unit, token))
    accepted = request.headers.get("accept", "")
    asks_for_json = JSON_MEDIA_TYPE in accepted and ZIP_MEDIA_TYPE not in accepted
    if (form or ("json" if asks_for_json else "zip")) == "zip":
        attached = {"Content-Disposition": 'attachment; filename="porchlight.zip"'}
        # In a thread, so that no press waits for it.
        return Response(
            await asyncio.to_thread(readable.export_zip, exported), media_type=ZIP_MEDIA_TYPE, headers=attached
        )
    response.headers["Content-Disposition"] = 'attachment; filename="porchlight.json"'
    return exported


@router.post(
    "/import",
    summary="Import an export into my account",
    responses=problems(ProofNeeded, ImportUnreadable, TooLarge, TooManyCommitments, KeysUnavailable),
    openapi_extra={"requestBody": {"required": True, "content": FILE_CONTENT}},
    operation_id="import_me",
)
async def import_account(token: Token, context: Services, request: Request) -> ImportOut:
    """Bring profile, plan, check-ins, weeks, commitments and reflections out of an export (the ZIP, or its JSON), from here or elsewhere.

    The same file again brings nothing twice. Nobody else is brought: people are asked again, and so are witnesses.
    All of it comes or nothing. Needs fresh proof.
    """
    async with context.database.read() as session:
        unit = make_unit(context, session)
        who = await caller_of(unit, token, context)
        access.require_proof(who, unit.now)
    file = await asyncio.to_thread(read_import_file, await _body(request))
    account = _account_in(file, who)
    prepared = await asyncio.to_thread(
        account_import.prepare_import, who.vault, who.person_id, account, context.clock.now()
    )
    async with transaction(context) as unit:
        who = await caller_of(unit, token, context)
        access.require_proof(who, unit.now)
        imported = await account_import.import_account(unit, who, prepared)
    return ImportOut(
        plan=imported.plan,
        check_ins=imported.check_ins,
        commitments=imported.commitments,
        reflections=imported.reflections,
        people=len(file.circle),
    )


async def _body(request: Request) -> bytes:
    """Return the body, which is read only now: whoever may not import sends nothing that is kept in memory."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_IMPORT_BYTES:
            raise HTTPException(413)
        parts.append(part)
    return b"".join(parts)


def _account_in(file: ImportFile, who: Caller) -> ImportedAccount:
    profile = {name: value for name in PROFILE_FIELDS if (value := getattr(file.person, name)) is not None}
    if file.person.hours is not None:
        profile["hours"] = [window.model_dump(by_alias=True) for window in file.person.hours]
    if file.person.contact is not None:
        with invalid_at("body.person.contact"):
            profile["contact"] = to_e164(file.person.contact, file.person.region or who.region)
    return ImportedAccount(
        profile, _plan_in(file, who), _check_ins_in(file), _reach_outs_in(file), _commitments_in(file)
    )


def _plan_in(file: ImportFile, who: Caller) -> WholePlan | None:
    if not file.plans:
        return None
    [row] = file.plans
    professionals = []
    for place, professional in enumerate(row.professionals):
        with invalid_at(f"body.plans.0.professionals.{place}.phone"):
            region = file.person.region or who.region
            professionals.append(Professional(professional.name, to_dialable(professional.phone, region)))
    lists = {name: tuple(getattr(row, name)) for name in LISTS}
    return WholePlan(PlanContent(**lists, professionals=tuple(professionals)), row.help_me)


def _check_ins_in(file: ImportFile) -> list[PastCheckIn]:
    return [
        PastCheckIn(
            row.created_at,
            CheckInContent(
                feeling=row.feeling,
                halt=list(dict.fromkeys(row.halt or ())),
                note=row.note,
                week=row.week.model_dump(exclude_none=True) if row.week else {},
            ),
        )
        for row in file.check_ins
    ]


def _reach_outs_in(file: ImportFile) -> list[PastReachOut]:
    """Return the reach-outs that were looked back on: the others are nothing without the people who were told."""
    felt = {row.reach_out_id: row for row in file.reflections}
    return [
        PastReachOut(
            created_at=row.created_at,
            pressed_at=row.pressed_at,
            raised_at=row.raised_at,
            closed_at=row.closed_at,
            outcome=row.outcome,
            calm=row.calm,
            need=row.need,
            note=row.note,
            felt={name: getattr(felt[row.id], name) for name in REFLECTION.names},
            felt_at=felt[row.id].created_at,
        )
        for row in file.reach_outs
        if row.id in felt and row.closed_at is not None and row.outcome is not None
    ]


def _commitments_in(file: ImportFile) -> list[PastCommitment]:
    days: dict[Any, list[PastDay]] = {}
    for day in file.commitment_days:
        days.setdefault(day.commitment_id, []).append(PastDay(day.day, day.done, day.text, day.created_at))
    return [
        PastCommitment(
            row.created_at,
            row.text,
            CommitmentTerms(row.days, row.at, row.ends_on),
            row.ended_at,
            days.get(row.id, ()),
        )
        for row in file.commitments
    ]
