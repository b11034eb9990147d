"""The record of what `porchlight admin` was used for: rows are added, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import OperatorAction
from models.enums import OperatorActionKind

MAX_NAME_CHARACTERS = 64
MAX_REASON_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Operator:
    """Who does it, and why, as they say themselves: 64 and 200 characters at most."""

    name: str
    reason: str | None = None


def record_action(unit: UnitOfWork, operator: Operator, kind: OperatorActionKind, subject: str | None = None) -> None:
    """Record one use, in the transaction of what it does. `subject`: an invitation's id, or the digest of a name."""
    unit.session.add(
        OperatorAction(
            id=unit.new_id(),
            kind=str(kind),
            done_by=operator.name[:MAX_NAME_CHARACTERS],
            reason=operator.reason and operator.reason[:MAX_REASON_CHARACTERS],
            subject=subject,
            created_at=unit.now,
        )
    )


async def list_actions(unit: UnitOfWork, limit: int) -> Sequence[OperatorAction]:
    """Return the latest uses, newest first."""
    return (
        (await unit.session.execute(select(OperatorAction).order_by(OperatorAction.id.desc()).limit(limit)))
        .scalars()
        .all()
    )
