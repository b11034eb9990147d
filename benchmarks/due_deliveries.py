"""Deliveries that are all due at once: one to each device of everybody in each circle, of a reach-out that is open."""

from datetime import datetime

import asyncpg

BEFORE_ITS_NEXT_RUNG = """INSERT INTO reach_outs
    (id, person_id, state, created_at, ladder, rung, round, pushed_at, next_rung_at, due_at)
    SELECT gen_random_uuid(), owner_id, 'waiting', $1, '[0, 3600, 7200, 9000]', 1, 1, $1,
        $1::timestamptz + interval '1 hour', $1::timestamptz + interval '1 hour'
    FROM (SELECT DISTINCT owner_id FROM memberships) owners"""
"""Reach-outs whose next rungs are an hour away."""
AFTER_ITS_LAST_RUNG = """INSERT INTO reach_outs
    (id, person_id, state, created_at, ladder, rung, round, pushed_at, unanswered_at, due_at)
    SELECT gen_random_uuid(), owner_id, 'waiting', $1, '[0, 90, 180, 300]', 7, 1, $1, $1, $1::timestamptz + interval '1 day'
    FROM (SELECT DISTINCT owner_id FROM memberships) owners"""
"""Reach-outs whose ladders have ended and that wait for an answer."""
_ABOUT_THEM = (
    """INSERT INTO recipients (reach_out_id, person_id, membership_id, role, step, told_at)
    SELECT r.id, m.member_id, m.id, m.role, m.step, $1
    FROM reach_outs r JOIN memberships m ON m.owner_id = r.person_id""",
    """INSERT INTO notices (id, recipient_id, kind, event_id, sender_id, reach_out_id, created_at)
    SELECT gen_random_uuid(), t.person_id, 'reach_out', r.id, r.person_id, r.id, $1
    FROM recipients t JOIN reach_outs r ON r.id = t.reach_out_id""",
    """INSERT INTO deliveries (id, notice_id, device_id, round, state, attempt, created_at, due_at, fence)
    SELECT gen_random_uuid(), n.id, d.id, 1, 'pending', 0, $1, $1, 1
    FROM notices n JOIN devices d ON d.person_id = n.recipient_id""",
)


async def fill(connection: "asyncpg.Connection[asyncpg.Record]", reach_outs: str, since: datetime) -> None:
    """Let each circle's owner have pressed at `since`, instead of whatever was there. `reach_outs`: a statement of this module."""
    await connection.execute("TRUNCATE reach_outs, recipients, notices, deliveries CASCADE")
    for statement in (reach_outs, *_ABOUT_THEM):
        await connection.execute(statement, since)
    await connection.execute("VACUUM ANALYZE")
