"""My circle: the people I reach out to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel

from api.context import Context
from api.dependencies import Reading, ReadingCaller, Services, Writing, WritingCaller
from api.problems import problems
from api.schemas.common import DEFAULT_LIMIT, Body, CircleStep, Cursor, Flag, Limit, Page, PersonOut, Whole, page
from core.unit_of_work import UnitOfWork
from models.enums import Platform, Role
from rules import access
from rules.access import Caller
from rules.accounts import people
from rules.circle import membership
from rules.circle.invitations import MAX_CIRCLE
from rules.circle.membership import CircleMember
from rules.errors import NotFound, ProofNeeded, StepOneFull
from rules.reach_out.ladder import own_ladder

router = APIRouter(prefix="/v1/circle", tags=["circle"])


class MemberOut(BaseModel):
    """`words`: two words that both phones show until the confirm; compare them by voice.

    `reachable`: a device of theirs can be pushed, or they have a confirmed channel; false as well when all of it refused
    their last urgent pushes for good, or nothing that was pushed to them has arrived for 7 days and they have shown nothing for 35.
    `available_now`: reachable, and awake for this person at this moment.
    `tonight`: a press at 03:00 of my clock would push them. `proved_at`: the day (where I am) on which they last showed that a push
    was shown to them: they opened one, answered, or saw a practice; null when nothing they have today was tried. It says nothing
    about tonight. `phone`: what they are most likely woken by.
    `calm_now`: a calm ask at this moment would tell them: not muted, and within hours they declared, or by day without any; never a guest.
    `guest`: they have no account, and see a reach-out through a link; with `guest_notes` also its note and my messages.
    `words_quiet`: their words and what they see of mine come without a push; a press and its answers are never held back.
    `standing_words`: what they do when I press ("When you press, I …"), in their own words; null while not active.
    """

    id: UUID
    person: PersonOut
    role: Role
    step: Literal[1, 2]
    state: Literal["accepted", "active"]
    reachable: bool
    available_now: bool
    tonight: bool
    proved_at: datetime | None
    phone: Platform | None
    calm_now: bool
    contact: str | None
    standing_words: str | None
    words: list[str] | None
    guest: bool
    guest_notes: bool
    words_quiet: bool
    created_at: datetime


class CirclePage(Page[MemberOut]):
    """`anyone_available`: a press at this moment would reach somebody, on this page or another one."""

    anyone_available: bool


class MemberChange(Body):
    role: Role = Role.FRIEND
    step: CircleStep = 1
    guest_notes: Flag = False
    words_quiet: Flag = False


@router.get("", summary="List the people in my circle", operation_id="list_members")
async def list_members(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> CirclePage:
    """List the people in my circle, the first ones first, and whether a press now would reach anybody."""
    rows = await membership.list_members(unit, who, limit, cursor)
    whole = cursor is None and len(rows) <= limit
    everyone = rows if whole else await membership.list_members(unit, who, MAX_CIRCLE, None)
    shown = page(rows, limit, member_out)
    return CirclePage(
        items=shown.items, next=shown.next, anyone_available=any(member.available_now for member in everyone)
    )


class LadderOut(BaseModel):
    """Seconds after the press at which each of the four rungs is due. `own`: chosen by the person."""

    ladder: list[int]
    own: bool
    default: list[int]


def _bounded(seconds: list[int]) -> list[int]:
    return list(own_ladder(seconds))


class NewLadder(Body):
    """Four numbers of seconds, the first of them 0, at least 30 apart, the last at most 1800; null: the default."""

    ladder: Annotated[list[Whole], AfterValidator(_bounded)] | None


@router.get("/ladder", summary="Read when my circle is told", operation_id="read_ladder")
async def read_ladder(unit: Reading, who: ReadingCaller, context: Services) -> LadderOut:
    """When my circle is told after a press."""
    return _ladder_out((await access.load_person(unit, who)).ladder, context)


@router.put("/ladder", summary="Set when my circle is told", responses=problems(ProofNeeded), operation_id="set_ladder")
async def set_ladder(body: NewLadder, unit: Writing, who: WritingCaller, context: Services) -> LadderOut:
    """Choose my own times. Needs fresh proof. A reach-out that is running keeps the ladder it began with."""
    access.require_proof(who, unit.now)
    return _ladder_out(await people.set_ladder(unit, who, body.ladder), context)


def _ladder_out(own: Sequence[int] | None, context: Context) -> LadderOut:
    default = list(context.settings.ladder)
    return LadderOut(ladder=list(own or default), own=bool(own), default=default)


@router.patch(
    "/{membership_id}",
    summary="Change somebody's role or step in my circle",
    responses=problems(NotFound, StepOneFull),
    operation_id="change_member",
)
async def change_member(membership_id: UUID, body: MemberChange, unit: Writing, who: WritingCaller) -> MemberOut:
    """Another role or step, whether a guest reads what I write, or whether their words come without a push (JSON Merge Patch)."""
    changes = body.model_dump(include=body.model_fields_set, mode="json")
    await membership.change_member(unit, who, membership_id, changes)
    return await _load_member_out(unit, who, membership_id)


@router.post(
    "/{membership_id}/confirm",
    summary="Confirm somebody for my circle",
    responses=problems(NotFound, ProofNeeded),
    operation_id="confirm_member",
)
async def confirm_member(membership_id: UUID, unit: Writing, who: WritingCaller) -> MemberOut:
    """Confirm that this is the person you meant. Only from then on are they told anything.

    Within 24 hours of a further sign-in it needs fresh proof.
    """
    await membership.confirm_member(unit, who, membership_id)
    return await _load_member_out(unit, who, membership_id)


@router.delete(
    "/{membership_id}",
    summary="Remove somebody from my circle",
    status_code=204,
    responses=problems(NotFound),
    operation_id="remove_member",
)
async def remove_member(membership_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Take somebody out of my circle. They are not told."""
    await membership.remove_member(unit, who, membership_id)


async def _load_member_out(unit: UnitOfWork, who: Caller, membership_id: UUID) -> MemberOut:
    rows = await membership.list_members(unit, who, 1, None, only=membership_id)
    if not rows:
        raise NotFound
    return member_out(rows[0])


def member_out(row: CircleMember) -> MemberOut:
    return MemberOut(
        id=row.id,
        person=PersonOut(id=row.person_id, display_name=row.display_name),
        role=Role(row.role),
        step=1 if row.step == 1 else 2,
        state="active" if row.active else "accepted",
        reachable=row.reachable,
        available_now=row.available_now,
        tonight=row.tonight,
        proved_at=row.proved_at,
        phone=row.phone,
        calm_now=row.calm_now,
        contact=row.contact,
        standing_words=row.standing_words,
        words=list(row.words) if row.words else None,
        guest=row.guest,
        guest_notes=row.guest_notes,
        words_quiet=row.words_quiet,
        created_at=row.created_at,
    )
