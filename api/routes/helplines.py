"""Helplines and the emergency number of a region; no sign-in is needed."""

from typing import Annotated

from fastapi import APIRouter, Query

from rules import helplines
from rules.helplines import Country

router = APIRouter(tags=["helplines"])


@router.get("/v1/helplines", summary="Find the helplines of a country", operation_id="find_helplines")
async def find_helplines(region: Annotated[str | None, Query(max_length=8)] = None) -> Country:
    """Return the lines of a country (ISO 3166-1 alpha-2, such as GB); international ones where we know none."""
    return helplines.for_region(region)
