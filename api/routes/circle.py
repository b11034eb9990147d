"""My circle: the people I reach out to."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.dependencies import Reading, ReadingCaller, Services, Writing, WritingCaller
from api.problems import problems
from api.schemas import DEFAULT_LIMIT, Body, Cursor, Limit, Page, PersonOut, page
from core.errors import NotFound, StepOneFull
from core.unit import Unit
from models.vocabulary import Role
from rules import circle
from rules.access import Caller
from rules.circle import Member

router = APIRouter(prefix="/v1/circle", tags=["circle"])


class MemberOut(BaseModel):
    """`words`: two words that both phones show until the confirm; compare them by voice.

    `reachable`: a device of theirs can be pushed. `available_now`: a press at this moment would push them.
    """

    id: UUID
    person: PersonOut
    role: Role
    step: Literal[1, 2]
    state: Literal["accepted", "active"]
    reachable: bool
    available_now: bool
    contact: str | None
    words: list[str] | None
    created_at: datetime


class Change(Body):
    role: Role = Role.FRIEND
    step: Literal[1, 2] = 1


@router.get("")
async def members(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[MemberOut]:
    """The people in my circle, in the order in which it grew."""
    return page(await circle.members(unit, who, limit, cursor), limit, member_out)


class LadderOut(BaseModel):
    """Seconds after the press at which each rung is told."""

    ladder: list[int]


@router.get("/ladder")
async def ladder(_who: ReadingCaller, context: Services) -> LadderOut:
    """When each rung is told."""
    return LadderOut(ladder=list(context.settings.ladder))


@router.patch("/{membership_id}", responses=problems(NotFound, StepOneFull))
async def change(membership_id: UUID, body: Change, unit: Writing, who: WritingCaller) -> MemberOut:
    """Another role or step (JSON Merge Patch)."""
    changes = body.model_dump(include=body.model_fields_set, mode="json")
    await circle.change(unit, who, membership_id, changes)
    return await _one(unit, who, membership_id)


@router.post("/{membership_id}/confirm", responses=problems(NotFound))
async def confirm(membership_id: UUID, unit: Writing, who: WritingCaller) -> MemberOut:
    """Confirm that this is the person you meant. Only from then on are they told anything."""
    await circle.confirm(unit, who, membership_id)
    return await _one(unit, who, membership_id)


@router.delete("/{membership_id}", status_code=204, responses=problems(NotFound))
async def remove(membership_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Take somebody out of my circle. They are not told."""
    await circle.remove(unit, who, membership_id)


async def _one(unit: Unit, who: Caller, membership_id: UUID) -> MemberOut:
    found = await circle.members(unit, who, 1, None, only=membership_id)
    if not found:
        raise NotFound
    return member_out(found[0])


def member_out(row: Member) -> MemberOut:
    return MemberOut(
        id=row.id,
        person=PersonOut(id=row.person_id, display_name=row.display_name),
        role=Role(row.role),
        step=1 if row.step == 1 else 2,
        state="active" if row.active else "accepted",
        reachable=row.reachable,
        available_now=row.available_now,
        contact=row.contact,
        words=list(row.words) if row.words else None,
        created_at=row.created_at,
    )
