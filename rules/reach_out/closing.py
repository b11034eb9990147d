"""Closing with an all-clear, which is the person's alone, and looking back on it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from core.unit_of_work import UnitOfWork
from models import Notice, ReachOut, Recipient, Reflection
from models.enums import NoticeKind, Outcome, ReachOutState
from rules import access, idempotency
from rules.access import Caller
from rules.errors import StillOpen
from rules.idempotency import RequestFingerprint
from rules.inbox.notices import NoticeDraft, create_notices, withdraw
from rules.kinds import SUPERSEDED_KINDS
from rules.reach_out.progress import follows


async def close(
    unit: UnitOfWork, who: Caller, reach_out_id: UUID, outcome: Outcome, asked: RequestFingerprint | None
) -> None:
    """Give the all-clear to everyone told. Closing again changes nothing: the first outcome stands.

    Raises NotFound, NotYours, KeyReused.
    """

    async def end() -> UUID:
        found = await access.own_reach_out(unit, who, reach_out_id)
        if found.closed_at is None:
            await finish(unit, found, outcome, NoticeKind.ALL_CLEAR)
        return reach_out_id

    await access.own_reach_out(unit, who, reach_out_id)
    await idempotency.run_once(unit, asked, who.person_id, end)


async def finish(unit: UnitOfWork, found: ReachOut, outcome: Outcome, word: NoticeKind) -> None:
    """End a locked, open reach-out and send `word` to everyone told: `all_clear`, or `ended` when nobody said so."""
    found.state, found.closed_at, found.outcome = str(ReachOutState.CLOSED), unit.now, str(outcome)
    found.next_rung_at = found.paused_until = found.ask_at = found.due_at = None
    await unit.session.flush()
    await withdraw(unit, select(Notice.id).where(Notice.reach_out_id == found.id))
    await _no_longer_new(unit, found, word)
    told = await _told(unit, found.id)
    sender = found.person_id
    await create_notices(
        unit,
        [NoticeDraft(row.person_id, word, found.id, sender, found.id, push=follows(row)) for row in told],
    )
    for person_id in [found.person_id, *(row.person_id for row in told)]:
        unit.publish(person_id, "reach_out", found.id)


async def _no_longer_new(unit: UnitOfWork, found: ReachOut, word: NoticeKind) -> None:
    """What an inbox says of how this stood is over, and `word` takes its place; what was written may still be new.

    Not to have been shown as new any more is not to have been seen: nothing changes about how far it came to whom.
    """
    over = (
        Notice.reach_out_id == found.id,
        Notice.kind.in_(SUPERSEDED_KINDS),
        Notice.read_at.is_(None),
        # Who closes it knows how it stood. When nobody has, that nobody answered is still news to the one who pressed.
        *((Notice.recipient_id != found.person_id,) if word is NoticeKind.ENDED else ()),
    )
    await unit.session.execute(
        update(Notice).where(*over).values(read_at=unit.now).execution_options(synchronize_session=False)
    )


async def _told(unit: UnitOfWork, reach_out_id: UUID) -> Sequence[Recipient]:
    found = await unit.session.execute(
        select(Recipient).where(
            Recipient.reach_out_id == reach_out_id, Recipient.told_at.is_not(None), Recipient.gone_at.is_(None)
        )
    )
    return found.scalars().all()


async def reflect(unit: UnitOfWork, who: Caller, reach_out_id: UUID, felt: dict[str, int | None]) -> Reflection:
    """Keep how it felt, for the person's eyes only; what is said again replaces what was said.

    Raises NotFound, NotYours, StillOpen.
    """
    found = await access.own_reach_out(unit, who, reach_out_id)
    if found.closed_at is None:
        raise StillOpen
    kept = await unit.session.get(Reflection, reach_out_id)
    if kept is None:
        kept = Reflection(reach_out_id=reach_out_id, created_at=unit.now)
        unit.session.add(kept)
    for name, value in felt.items():
        setattr(kept, name, value)
    await unit.session.flush()
    return kept
