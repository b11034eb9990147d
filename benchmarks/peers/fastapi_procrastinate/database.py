"""The engine and its sessions, and the queue."""

from typing import Any

import procrastinate
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from benchmarks.peers.shared import PeerSettings

CONNECTIONS = 10

settings = PeerSettings.from_environment()
engine = create_async_engine(
    settings.database_url.replace("postgresql:", "postgresql+psycopg:"), pool_size=CONNECTIONS, max_overflow=0
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
queue = procrastinate.App(
    connector=procrastinate.PsycopgConnector(conninfo=settings.database_url, min_size=1, max_size=CONNECTIONS),
    import_paths=["benchmarks.peers.fastapi_procrastinate.jobs"],
)


async def driver_connection(session: AsyncSession) -> Any:  # noqa: ANN401 (psycopg's connection)
    """Return psycopg's own connection, on which this session's transaction runs."""
    return (await (await session.connection()).get_raw_connection()).driver_connection
