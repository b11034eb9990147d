"""Whether a database may be served: not one that was moved away, and not one into which a move is unfinished."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cli.operator_errors import OperatorError
from models import Installation

MOVING: Final = "moving_from"
"""In the target while it is incomplete: which installation is being moved into it."""
MOVED: Final = "moved_to"
"""In the source once it has been moved: where to."""


async def require_in_place(session: AsyncSession) -> None:
    """Raise OperatorError unless this database is the one that its installation lives in."""
    marks = dict((await session.execute(select(Installation.name, Installation.value))).tuples().all())
    if MOVED in marks:
        raise OperatorError(
            f"This database was moved to {marks[MOVED]}. Set PORCHLIGHT_DATABASE_URL to it; what is here is the old copy."
        )
    if MOVING in marks:
        raise OperatorError("A move into this database is unfinished. Give the same `porchlight move` again.")
