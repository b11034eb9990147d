"""Reflections: how reach-outs felt, listed for the person who wrote it down."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.dependencies import Reading, ReadingCaller
from api.schemas.common import DEFAULT_LIMIT, Cursor, Limit, Page, page
from rules.reach_out import closing
from rules.reach_out.closing import ReflectionView

router = APIRouter(prefix="/v1/reflections", tags=["reflections"])


class ReflectionOut(BaseModel):
    """0 (no) to 3 (yes) each, null for what was left out. `pressed_at`: when that reach-out began."""

    reach_out_id: UUID
    pressed_at: datetime
    seen: int | None
    safe: int | None
    soothed: int | None
    created_at: datetime


@router.get("", summary="List my reflections", operation_id="list_reflections")
async def list_reflections(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[ReflectionOut]:
    """How it felt, as I kept it; those of the newest reach-outs first. Nobody else sees them."""
    return page(await closing.list_reflections(unit, who, limit, cursor), limit, _reflection_out)


def _reflection_out(view: ReflectionView) -> ReflectionOut:
    return ReflectionOut(
        reach_out_id=view.id,
        pressed_at=view.pressed_at,
        seen=view.seen,
        safe=view.safe,
        soothed=view.soothed,
        created_at=view.created_at,
    )
