"""The floors: the least that a press or an inbox page can cost with the same web server and database.

Starlette and plain asyncpg, one statement per request, no rules, no encryption, with the real server's settings.
"""

import argparse
import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from benchmarks.environment import CONNECTIONS
from core.ids import new_id

# One statement reads the circle and writes everything: recipients on the first rung (step 1) get a notice and deliveries, as
# in the real server. Ids sort by time, like the real ones.
PRESS = """
WITH who AS (
    SELECT person_id FROM sessions WHERE token_hash = $1 AND expires_at > $2
), reach_out AS (
    INSERT INTO reach_outs (id, person_id, state, need, note, created_at, ladder, rung, round, pushed_at)
    SELECT $3::uuid, person_id, 'waiting', $4, $5, $2, '[0, 90, 180, 300]', 1, 1, $2 FROM who
    RETURNING id, person_id
), told AS (
    INSERT INTO recipients (reach_out_id, person_id, membership_id, role, step, told_at)
    SELECT reach_out.id, m.member_id, m.id, m.role, m.step, CASE WHEN m.step = 1 THEN $2::timestamptz END
    FROM reach_out JOIN memberships m ON m.owner_id = reach_out.person_id AND m.confirmed_at IS NOT NULL
    RETURNING person_id, step
), inbox AS (
    INSERT INTO notices (id, recipient_id, kind, event_id, sender_id, reach_out_id, created_at)
    SELECT ($6 || substr(gen_random_uuid()::text, 20))::uuid, told.person_id, 'reach_out', $3, reach_out.person_id, $3, $2
    FROM told, reach_out WHERE told.step = 1
    RETURNING id, recipient_id
), outbox AS (
    INSERT INTO deliveries (id, notice_id, device_id, round, state, attempt, created_at, due_at, lease_until, fence)
    SELECT ($6 || substr(gen_random_uuid()::text, 20))::uuid, inbox.id, d.id, 1, 'pending', 0, $2, $2, $7, 1
    FROM inbox JOIN devices d ON d.person_id = inbox.recipient_id AND d.disabled_at IS NULL
    RETURNING id
)
SELECT (SELECT count(*) FROM outbox) AS pushes FROM reach_out
"""

INBOX = """
SELECT n.id, n.kind, n.sender_id, n.reach_out_id, n.bookend_id, n.created_at, n.read_at,
       encode(p.display_name, 'hex') AS name
FROM sessions s
CROSS JOIN LATERAL (
    SELECT * FROM notices WHERE recipient_id = s.person_id AND dismissed_at IS NULL ORDER BY id DESC LIMIT 21
) n
LEFT JOIN people p ON p.id = n.sender_id
WHERE s.token_hash = $1 AND s.expires_at > $2
ORDER BY n.id DESC
"""


class _Connection(asyncpg.Connection):
    def get_reset_query(self) -> str:
        # No connection state is ever changed, and a reset would cost a round trip.
        return ""


def _token_hash(request: Request) -> bytes:
    token = request.headers["authorization"].removeprefix("Bearer ")
    return hashlib.sha256(token.encode()).digest()


async def press(request: Request) -> Response:
    pool: asyncpg.Pool[asyncpg.Record] = request.app.state.pool
    body: dict[str, Any] = await request.json()
    now = datetime.now(UTC)
    reach_out_id = new_id(now)
    note, need = body.get("note"), body.get("need")
    pushes = await pool.fetchval(
        PRESS,
        _token_hash(request),
        now,
        reach_out_id,
        need,
        note.encode() if note else None,
        str(reach_out_id)[:19],
        now + timedelta(seconds=10),
    )
    if pushes is None:
        return JSONResponse({"detail": "no"}, 401)
    return JSONResponse({"id": str(reach_out_id), "pushes": pushes}, 201)


async def inbox(request: Request) -> Response:
    pool: asyncpg.Pool[asyncpg.Record] = request.app.state.pool
    rows = await pool.fetch(INBOX, _token_hash(request), datetime.now(UTC))
    items = [
        {
            "id": str(row["id"]),
            "kind": row["kind"],
            "from": {"id": str(row["sender_id"]), "display_name": row["name"]},
            "reach_out_id": str(row["reach_out_id"]),
            "bookend_id": row["bookend_id"],
            "created_at": row["created_at"].isoformat(),
            "read_at": row["read_at"] and row["read_at"].isoformat(),
        }
        for row in rows[:20]
    ]
    return JSONResponse({"items": items, "next": str(rows[19]["id"]) if len(rows) > 20 else None})


async def ready(_: Request) -> Response:
    return JSONResponse({})


def app(address: str) -> Starlette:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        settings = {"timezone": "UTC", "jit": "off"}
        async with asyncpg.create_pool(
            address,
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
            connection_class=_Connection,
            server_settings=settings,
        ) as app.state.pool:
            yield

    routes = [
        Route("/readyz", ready),
        Route("/v1/reach-outs", press, methods=["POST"]),
        Route("/v1/inbox", inbox),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    config = uvicorn.Config(
        app(arguments.address),
        port=arguments.port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1,::1",
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
