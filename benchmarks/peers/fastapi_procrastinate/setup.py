"""`python -m benchmarks.peers.fastapi_procrastinate.setup --owners N`: creates tables and people, prints tokens as JSON."""

import argparse
import asyncio
import hashlib
import json
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.peers.fastapi_procrastinate.database import engine, queue, sessions
from benchmarks.peers.fastapi_procrastinate.tables import Base, Device, Membership, Person, Session
from benchmarks.peers.shared import ROLES


async def create_people(session: AsyncSession, owners: int, members_each: int) -> dict[str, list[str]]:
    """Create owners with their circles; return the owners' session tokens and their members' device tokens, in order."""
    now = datetime.now(UTC)

    def person(name: str) -> Person:
        return Person(
            sign_in_name=name,
            display_name=f"Person {name[-6:]}",
            passphrase_hash="none",
            contact="+15550100",
            time_zone="Europe/Berlin",
            region="US",
            language="en",
            created_at=now,
        )

    pressing = [person(f"owner.{number:08}") for number in range(owners)]
    told = [person(f"member.{number:08}") for number in range(owners * members_each)]
    session.add_all([*pressing, *told])
    await session.flush()
    tokens = [secrets.token_urlsafe(32) for _ in pressing]
    devices = [secrets.token_urlsafe(106) for _ in told]
    session.add_all(
        Session(
            person_id=owner.id,
            token_hash=hashlib.sha256(token.encode()).digest(),
            created_at=now,
            expires_at=now + timedelta(days=180),
        )
        for owner, token in zip(pressing, tokens, strict=True)
    )
    session.add_all(
        Membership(
            owner_id=pressing[place // members_each].id,
            member_id=member.id,
            role=ROLES[place % members_each % len(ROLES)],
            step=1,
            accepted_at=now,
            confirmed_at=now,
        )
        for place, member in enumerate(told)
    )
    session.add_all(
        Device(person_id=member.id, token=token, created_at=now) for member, token in zip(told, devices, strict=True)
    )
    return {"tokens": tokens, "devices": devices}


async def _set_up(owners: int, members_each: int) -> dict[str, list[str]]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with queue.open_async():
        await queue.schema_manager.apply_schema_async()
    async with sessions.begin() as session:
        people = await create_people(session, owners, members_each)
    await engine.dispose()
    return people


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--owners", type=int, default=0)
    parser.add_argument("--members", type=int, default=5)
    arguments = parser.parse_args()
    print(json.dumps(asyncio.run(_set_up(arguments.owners, arguments.members))))
