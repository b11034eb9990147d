"""What inboxes hold about a commitment: read or dismissed, with its pending pushes, once it no longer holds."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement

from core.unit_of_work import UnitOfWork
from models import Commitment, Notice
from models.enums import NoticeKind
from rules import access
from rules.inbox.notices import dismiss_notices


def standing_notices(
    person_id: UUID, commitment_ids: Collection[UUID], *kinds: NoticeKind
) -> tuple[ColumnElement[bool], ...]:
    """Select what stands in this person's inbox about these commitments, of these kinds."""
    return (
        access.owned_by(Notice, person_id),
        Notice.commitment_id.in_(commitment_ids),
        Notice.kind.in_(kinds),
        Notice.dismissed_at.is_(None),
    )


async def dismiss_all(unit: UnitOfWork, commitment: Commitment) -> None:
    """Dismiss everything about a commitment, on both sides: it is being deleted."""
    people = [commitment.person_id, *([commitment.witness_id] if commitment.witness_id else [])]
    await dismiss_notices(unit, access.owned_by_any(Notice, people), Notice.commitment_id == commitment.id)
