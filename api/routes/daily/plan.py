"""My plan for a hard hour."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from api.dependencies import Reading, ReadingCaller, Writing, WritingCaller
from api.problems import invalid_at, problems
from api.schemas.common import FREE_TEXT, Body, DisplayName, Phone
from core import text
from core.errors import KeysUnavailable
from core.phone_numbers import to_dialable
from rules.daily import plan
from rules.daily.plan import WholePlan
from rules.daily.plan_content import LISTS, PlanContent, Professional
from rules.errors import MemberUnknown

router = APIRouter(prefix="/v1/me/plan", tags=["plan"])

MAX_ENTRIES = 10
MAX_ENTRY_LENGTH = 200
MAX_HELP_LENGTH = 1000


def _multiline(length: int) -> tuple[object, ...]:
    return (
        StringConstraints(max_length=4 * length),
        AfterValidator(lambda value: text.clean_multiline(value, length)),
        FREE_TEXT,
    )


def _without_blanks(texts: list[str | None]) -> list[str]:
    return [entry for entry in texts if entry]


Entry = Annotated[str, *_multiline(MAX_ENTRY_LENGTH)]
Entries = Annotated[list[Entry], Field(max_length=MAX_ENTRIES, default_factory=list), AfterValidator(_without_blanks)]
HelpMe = Annotated[str, *_multiline(MAX_HELP_LENGTH)]


class NewProfessional(Body):
    """`phone`: as people write it. Without its country it is a number of `region`; a short one, such as 988, is kept."""

    name: DisplayName
    phone: Phone


class NewPlan(Body):
    """The whole plan: what is left out is empty. `people`: ids of confirmed memberships in my circle.

    `help_me`: read by whoever has answered a reach-out of mine, while it is open, and by nobody else.
    """

    signs: Entries
    alone: Entries
    places: Entries
    safer: Entries
    reasons: Entries
    people: Annotated[list[UUID], Field(max_length=MAX_ENTRIES, default_factory=list)]
    professionals: Annotated[list[NewProfessional], Field(max_length=MAX_ENTRIES, default_factory=list)]
    help_me: HelpMe | None = None


class ProfessionalOut(BaseModel):
    name: str
    phone: str


class PlanOut(BaseModel):
    """A plan as its person reads it. Somebody who has left the circle is no longer among `people`."""

    signs: list[str]
    alone: list[str]
    places: list[str]
    safer: list[str]
    reasons: list[str]
    people: list[UUID]
    professionals: list[ProfessionalOut]
    help_me: str | None


@router.get("", summary="Read my plan", responses=problems(KeysUnavailable), operation_id="read_plan")
async def read_plan(unit: Reading, who: ReadingCaller) -> PlanOut:
    """My plan, which only I read. Before I have made one it is empty."""
    return _plan_out(await plan.load_plan(unit, who))


@router.put("", summary="Set my plan", responses=problems(MemberUnknown, KeysUnavailable), operation_id="set_plan")
async def save_plan(body: NewPlan, unit: Writing, who: WritingCaller) -> PlanOut:
    """Keep this as my plan, in place of the one before. Repeating it is safe."""
    professionals = []
    for place, row in enumerate(body.professionals):
        with invalid_at(f"body.professionals.{place}.phone"):
            professionals.append(Professional(row.name, to_dialable(row.phone, who.region)))
    content = PlanContent(
        **{name: tuple(getattr(body, name)) for name in LISTS},
        people=tuple(body.people),
        professionals=tuple(professionals),
    )
    return _plan_out(await plan.save_plan(unit, who, WholePlan(content, body.help_me)))


def _plan_out(whole: WholePlan) -> PlanOut:
    content = whole.content
    return PlanOut(
        **{name: list(getattr(content, name)) for name in LISTS},
        people=list(content.people),
        professionals=[ProfessionalOut(name=row.name, phone=row.phone) for row in content.professionals],
        help_me=whole.help_me,
    )
