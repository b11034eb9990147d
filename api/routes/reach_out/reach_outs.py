"""Reach-outs: press, follow, answer, close and look back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WrapValidator,
    model_validator,
)

from api import press_input
from api.context import Context
from api.dependencies import (
    ContextTransactions,
    IdempotencyHeader,
    PressKey,
    Reading,
    ReadingCaller,
    Services,
    Token,
    Writing,
    WritingCaller,
    fingerprint_of,
    get_context,
    press_key,
    record_use,
    token_in,
)
from api.direct_route import direct
from api.problems import or_existing, problems
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, Limit, Moment, Note, Page, Whole, Words, page
from api.schemas.reach_out import ReachOutOut, reach_out_out
from core.unit_of_work import UnitOfWork
from models.enums import AnswerKind, ChosenOutcome, Need, Outcome
from rules import access
from rules.access import Caller
from rules.daily import plan
from rules.errors import (
    AskedOften,
    EmptyCircle,
    KeyReused,
    NobodyAnswered,
    NobodyFree,
    NotFound,
    NotYours,
    ReachOutClosed,
    StillOpen,
)
from rules.idempotency import RequestFingerprint
from rules.reach_out import closing, views
from rules.reach_out.answer import Reply, confirm_together, give_answer
from rules.reach_out.press import press_again
from rules.reach_out.press.press import press as run_press
from rules.reach_out.press.start import PressRequest

router = APIRouter(prefix="/v1/reach-outs", tags=["reach-outs"])


class Press(BaseModel):
    """All of it may be left out. Unknown fields are ignored here alone: an older server takes a newer app's press.

    A note that is too long is cut. A field that makes no sense counts as left out. `calm` (true, nothing else) asks whether
    somebody could talk: it tells only those who are free, and wakes nobody.
    """

    model_config = ConfigDict(extra="ignore")

    note: Annotated[Note | None, BeforeValidator(press_input.cut_note)] = None
    need: Annotated[Need | None, BeforeValidator(press_input.drop_unknown_need)] = None
    to: Annotated[list[UUID] | None, BeforeValidator(press_input.keep_valid_ids)] = None
    pressed_at: Annotated[Moment | None, WrapValidator(press_input.drop_invalid)] = None
    calm: Annotated[bool, BeforeValidator(press_input.keep_only_true)] = False

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        return press_input.parse_body(value)


class NewAnswer(Body):
    """`minutes` goes with `soon` and is needed there: up to 720 for a calm ask; a press takes more than 15 for 15."""

    kind: AnswerKind
    minutes: Annotated[Whole, Field(ge=1)] | None = None
    text: Words | None = None

    @model_validator(mode="after")
    def _minutes(self) -> "NewAnswer":
        if (self.kind is AnswerKind.SOON) != (self.minutes is not None):
            raise ValueError("minutes (1 to 15, of a calm ask to 720) go with the answer soon, and with no other")
        return self


class AnswerOut(BaseModel):
    id: UUID
    kind: AnswerKind
    minutes: int | None
    created_at: datetime
    reach_out: ReachOutOut


class TogetherWith(Body, title="Together"):
    __qualname__ = "Together"  # its name in OpenAPI

    person_id: UUID | None = None


class Close(Body):
    outcome: ChosenOutcome


class Felt(Body):
    """How seen, safe and soothed it felt, 0 to 3 each; private to the person."""

    seen: Annotated[Whole, Field(ge=0, le=3)] | None = None
    safe: Annotated[Whole, Field(ge=0, le=3)] | None = None
    soothed: Annotated[Whole, Field(ge=0, le=3)] | None = None


async def _read_press(request: Request) -> tuple[Context, str | None, str | None, Press]:
    context = await get_context(request)
    key = await press_key(request.headers.get("idempotency-key"))
    press = Press.model_validate(press_input.read_json(await request.body()))
    return context, token_in(request, context), key, press


@router.post(
    "",
    summary="Reach out now",
    status_code=201,
    responses=or_existing(ReachOutOut, "One was open: this pressed again.")
    | problems(EmptyCircle, NobodyFree, AskedOften, KeyReused),
    operation_id="press",
)
@direct(_read_press)
async def press(
    response: Response, context: Services, token: Token, key: PressKey, body: Press | None = None
) -> ReachOutOut:
    """Reach out now. 201 means that it is saved, for everyone who is asked."""
    sent = body or Press()
    to = frozenset(sent.to) if sent.to is not None else None
    request = PressRequest(sent.note, sent.need, to, sent.pressed_at, sent.calm)

    def identify(caller: Caller) -> RequestFingerprint | None:
        record_use(context, caller.session_id, caller.used_at, context.clock.now())
        return fingerprint_of(context.keyring, caller, "POST /v1/reach-outs", key, sent)

    pressed = await run_press(ContextTransactions(context), token, request, identify, context.settings.ladder)
    response.status_code = 201 if pressed.new else 200
    return reach_out_out(pressed.view, pressed.caller)


@router.get("", summary="List reach-outs of mine and those I was told of", operation_id="list_reach_outs")
async def list_reach_outs(
    unit: Reading,
    who: ReadingCaller,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    own: Annotated[bool | None, Query(alias="mine")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ReachOutOut]:
    """My own reach-outs and those I was told of, newest first."""
    rows = await views.list_reach_outs(unit, who, limit, cursor, is_open=is_open, mine=own)
    return page(rows, limit, lambda view: reach_out_out(view, who))


@router.get(
    "/{reach_out_id}", summary="Read one reach-out", responses=problems(NotFound), operation_id="read_reach_out"
)
async def read_reach_out(reach_out_id: UUID, unit: Reading, who: ReadingCaller) -> ReachOutOut:
    """One reach-out: my own, or one I was told of."""
    await access.load_visible_reach_out(unit, who, reach_out_id)
    view = await views.load_reach_out(unit, who, reach_out_id)
    how_to_help = None if view.mine else await plan.load_how_to_help(unit, who, reach_out_id)
    return reach_out_out(view, who, how_to_help)


@router.post(
    "/{reach_out_id}/answers",
    summary="Answer a reach-out",
    status_code=201,
    responses=problems(NotFound, NotYours, ReachOutClosed, KeyReused),
    operation_id="answer_reach_out",
)
async def answer(
    reach_out_id: UUID, body: NewAnswer, unit: Writing, who: WritingCaller, key: IdempotencyHeader
) -> AnswerOut:
    """Say what I can do. I may change it at any time until the reach-out is closed."""
    fingerprint = fingerprint_of(unit.keyring, who, f"POST /v1/reach-outs/{reach_out_id}/answers", key, body)
    answer_row = await give_answer(unit, who, reach_out_id, Reply(body.kind, body.minutes, body.text), fingerprint)
    return AnswerOut(
        id=answer_row.id,
        kind=AnswerKind(answer_row.kind),
        minutes=answer_row.minutes,
        created_at=answer_row.created_at,
        reach_out=await _load_reach_out_out(unit, who, reach_out_id),
    )


@router.post(
    "/{reach_out_id}/together",
    summary="Say that we are talking",
    responses=problems(NotFound, ReachOutClosed, NobodyAnswered, KeyReused),
    operation_id="mark_together",
)
async def together(
    reach_out_id: UUID, unit: Writing, who: WritingCaller, key: IdempotencyHeader, body: TogetherWith | None = None
) -> ReachOutOut:
    """We are talking. The person, who may name with whom, makes it so; a recipient's word asks the person."""
    fingerprint = fingerprint_of(unit.keyring, who, f"POST /v1/reach-outs/{reach_out_id}/together", key, body)
    await confirm_together(unit, who, reach_out_id, body.person_id if body else None, fingerprint)
    return await _load_reach_out_out(unit, who, reach_out_id)


@router.post(
    "/{reach_out_id}/nudge",
    summary="Press again while a reach-out is open",
    responses=problems(NotFound, NotYours, ReachOutClosed, KeyReused),
    operation_id="nudge_reach_out",
)
async def nudge(reach_out_id: UUID, unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> ReachOutOut:
    """Press again: everyone told so far is pushed once more, at most every 30 seconds.

    While somebody's answer holds the ladder it is taken up, and the next people are told at once; who has answered
    stands, and is not asked again.
    """
    await press_again.nudge(
        unit,
        who,
        reach_out_id,
        fingerprint_of(unit.keyring, who, f"POST /v1/reach-outs/{reach_out_id}/nudge", key, None),
    )
    return await _load_reach_out_out(unit, who, reach_out_id)


@router.post(
    "/{reach_out_id}/raise",
    summary="Make a calm ask a press",
    responses=problems(NotFound, NotYours, ReachOutClosed, KeyReused),
    operation_id="raise_reach_out",
)
async def raise_calm(reach_out_id: UUID, unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> ReachOutOut:
    """Reach out after all: my calm ask becomes a press from rung 1, to everyone, those asked before included.

    A press without `calm` does the same. On a press this is a nudge.
    """
    fingerprint = fingerprint_of(unit.keyring, who, f"POST /v1/reach-outs/{reach_out_id}/raise", key, None)
    await press_again.nudge(unit, who, reach_out_id, fingerprint)
    return await _load_reach_out_out(unit, who, reach_out_id)


@router.post(
    "/{reach_out_id}/close",
    summary="Close my reach-out with an all-clear",
    responses=problems(NotFound, NotYours, KeyReused),
    operation_id="close_reach_out",
)
async def close(
    reach_out_id: UUID, body: Close, unit: Writing, who: WritingCaller, key: IdempotencyHeader
) -> ReachOutOut:
    """Give the all-clear to everyone told. Only the person can; closing again changes nothing."""
    fingerprint = fingerprint_of(unit.keyring, who, f"POST /v1/reach-outs/{reach_out_id}/close", key, body)
    await closing.close_reach_out(unit, who, reach_out_id, Outcome(body.outcome), fingerprint)
    return await _load_reach_out_out(unit, who, reach_out_id)


@router.post(
    "/{reach_out_id}/reflection",
    summary="Look back on a closed reach-out",
    responses=problems(NotFound, NotYours, StillOpen),
    operation_id="reflect_on_reach_out",
)
async def reflect(reach_out_id: UUID, body: Felt, unit: Writing, who: WritingCaller) -> Felt:
    """Look back on it, for my eyes only. What I leave out stays as it was."""
    feelings = body.model_dump(include=body.model_fields_set)
    return Felt(**await closing.save_reflection(unit, who, reach_out_id, feelings))


async def _load_reach_out_out(unit: UnitOfWork, who: Caller, reach_out_id: UUID) -> ReachOutOut:
    return reach_out_out(await views.load_reach_out(unit, who, reach_out_id), who)
