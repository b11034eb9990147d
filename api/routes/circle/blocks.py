"""People I have blocked: nothing of mine reaches them, nothing of theirs reaches me."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.dependencies import IdempotencyHeader, Reading, ReadingCaller, Writing, WritingCaller, fingerprint_of
from api.problems import problems
from api.schemas.common import DEFAULT_LIMIT, Body, Cursor, Limit, Page, PersonOut, page
from rules import access, idempotency
from rules.circle import blocks
from rules.errors import KeyReused, NotFound, ProofNeeded

router = APIRouter(prefix="/v1/blocks", tags=["blocks"])


class NewBlock(Body):
    person_id: UUID


class BlockOut(BaseModel):
    person: PersonOut
    created_at: datetime


@router.post(
    "",
    summary="Block somebody",
    status_code=201,
    responses=problems(NotFound, KeyReused),
    operation_id="block_person",
)
async def block(body: NewBlock, unit: Writing, who: WritingCaller, key: IdempotencyHeader) -> BlockOut:
    """Block somebody from my circle or whose circle I am in. It ends both at once; repeating it is safe."""
    row = await blocks.block(unit, who, body.person_id)
    await idempotency.remember_existing(
        unit, fingerprint_of(unit.keyring, who, "POST /v1/blocks", key, body), who.person_id, body.person_id
    )
    name = await blocks.load_display_name(unit, body.person_id)
    return BlockOut(person=PersonOut(id=row.blocked_id, display_name=name), created_at=row.created_at)


@router.get("", summary="List whom I have blocked", responses=problems(ProofNeeded), operation_id="list_blocks")
async def list_blocks(
    unit: Reading, who: ReadingCaller, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None
) -> Page[BlockOut]:
    """List whom I have blocked. Needs fresh proof: whoever holds an unlocked phone must not read it there."""
    access.require_proof(who, unit.now)
    return page(
        await blocks.list_blocks(unit, who, limit, cursor),
        limit,
        lambda row: BlockOut(person=PersonOut(id=row[0].blocked_id, display_name=row[1]), created_at=row[0].created_at),
        cursor=lambda row: row[0].blocked_id,
    )


@router.delete(
    "/{person_id}",
    summary="Unblock somebody",
    status_code=204,
    responses=problems(NotFound, ProofNeeded),
    operation_id="unblock_person",
)
async def unblock(person_id: UUID, unit: Writing, who: WritingCaller) -> None:
    """Unblock somebody. Needs fresh proof. The circle stays as the block left it."""
    access.require_proof(who, unit.now)
    await blocks.unblock(unit, who, person_id)
