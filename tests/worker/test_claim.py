"""The cost of a claim, and whom it may delay: PostgreSQL's one generic plan has to do for a flood as well."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Update, select, text, update
from sqlalchemy.sql.selectable import ExecutableReturnsRows

from core.statements import AsyncpgStatements, compiled
from models import Delivery, Device
from models.enums import ADDRESS_KINDS
from notifications import claim, record
from tests.world.faults import a_newer_release_beside_it
from tests.world.world import World

# This many copies of a sent delivery and of a due one.
_MANY = """INSERT INTO deliveries (id, notice_id, device_id, round, state, attempt, created_at, due_at, fence)
    SELECT gen_random_uuid(), notice_id, device_id, round + n, CAST(:state AS text), 1, created_at, :due, 1
    FROM (SELECT * FROM deliveries LIMIT 1) AS one, generate_series(CAST(:first AS int), CAST(:last AS int)) AS n"""


@asynccontextmanager
async def copies_of_deliveries(world: World, *kinds: tuple[str, int]) -> AsyncIterator[None]:
    """Add as many deliveries of each state, let PostgreSQL count them, and leave none behind."""
    first = 1
    async with world.database.write() as session:
        for state, count in kinds:
            values = {
                "state": state,
                "first": first,
                "last": first + count - 1,
                "due": world.now() - timedelta(seconds=1),
            }
            await session.execute(text(_MANY), values)
            first += count
        await session.execute(text("ANALYZE"))
        await session.commit()
    try:
        yield
    finally:
        async with world.database.write() as session:
            await session.execute(text("DELETE FROM deliveries"))
            await session.commit()


@pytest.mark.parametrize("due", [10, 20_000])
async def test_a_claim_uses_the_due_index_among_many_sent_deliveries(world: World, due: int) -> None:
    if world.sqlite:
        # SQLite has no generic plans to check.
        return
    maya, _ = await world.circle("sponsor")
    await maya.press()
    await world.settle()
    async with copies_of_deliveries(world, ("sent", 20_000), ("pending", due)):
        plan = await planned(world, claim.due_claim_statement(ADDRESS_KINDS).together)
    assert "Index Scan using ix_deliveries_due on deliveries" in plan, plan
    assert "Seq Scan on deliveries" not in plan, plan


LOOKED_UP_BY_ID = {
    "a press's own pushes, sent": claim.RECHECK_COMMITTED,
    "a press's own pushes, left for later": claim.CLAIM_UNTOUCHED.together,
    "what became of them": record.RECORD_UPDATE.together,
}


@pytest.mark.parametrize("what", LOOKED_UP_BY_ID)
async def test_pushes_of_a_press_are_looked_up_by_their_ids_in_a_backlog(world: World, what: str) -> None:
    if world.sqlite:
        return
    maya, _ = await world.circle("sponsor")
    await maya.press()
    await world.settle()
    # PostgreSQL counts its rows from time to time only. As it knows, nothing is due, however much is by now.
    async with copies_of_deliveries(world, ("sent", 20_000)):
        plan = await planned(world, LOOKED_UP_BY_ID[what])
    assert "pk_deliveries" in plan, plan
    assert "ix_deliveries_due" not in plan, plan
    assert "= locked.id)" not in plan, plan  # each id compared with every other


@pytest.mark.promise(9)
async def test_device_kinds_of_a_newer_release_block_no_other_push(world: World) -> None:
    world.transport.max_concurrent = world.gateway.max_concurrent = 2
    narrow = await world.another_process()
    world.here.forget_pushes()
    ana, *others = await world.circle("sponsor", "friend", "fellow")
    maya, sponsor = await world.circle("sponsor")
    async with a_newer_release_beside_it(world, "devices"):
        # Older than all others, and more than one claim takes.
        await ana.press()
        async with world.database.write() as session:
            pagers = [UUID(device) for other in others for device in other.devices]
            await session.execute(update(Device).where(Device.id.in_(pagers)).values(kind="pager"))
            await session.commit()
        await maya.press()
        await world.forward(10.1)
        for _ in range(3):
            await narrow.worker.tick()
            await narrow.dispatcher.drain()
        assert await sponsor.pushed() == ["reach_out"]
        # They are untouched for a newer worker.
        left = select(Delivery.state, Delivery.attempt).where(Delivery.device_id.in_(pagers))
        assert [(row.state, row.attempt) for row in await world.rows(left)] == [("pending", 0)] * 3


async def planned(world: World, statement: ExecutableReturnsRows | Update) -> str:
    """Return the plan that PostgreSQL makes once for this statement, whatever its values."""
    prepared = compiled(statement)
    async with world.database.statements() as statements:
        assert isinstance(statements, AsyncpgStatements)
        await statements.execute(f"PREPARE asked AS {prepared.sql}", [])
        nothing = ", ".join("NULL" for _ in prepared.names)
        rows = await statements.execute(f"EXPLAIN EXECUTE asked ({nothing})", [])
        await statements.execute("DEALLOCATE asked", [])
    return "\n".join(row[0] for row in rows)
