"""Who is part of a running reach-out, and the ways there are to each of them at this moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Membership, Notice, Person, ReachOut, Recipient
from models.enums import AnswerKind, NoticeKind
from rules.circle import hours, ways
from rules.reach_out.ladder import RUNG_EVERYBODY, Standing, rung_began_at
from rules.reach_out.progress import word


@dataclass(frozen=True, slots=True)
class Present:
    """A recipient who is still a member: their row, the ladder's view of them, and every way to them."""

    row: Recipient
    standing: Standing
    devices: tuple[UUID, ...]
    channels: tuple[UUID, ...]
    notice_id: UUID | None

    @property
    def heard_of(self) -> bool:
        """Whether anything reaches them, as far as anybody knows."""
        deaf = self.standing.deaf_devices + self.standing.deaf_channels
        return len(self.devices) + len(self.channels) > deaf


async def read(unit: UnitOfWork, found: ReachOut) -> list[Present]:
    """Everyone of this reach-out who is not gone, told or not. `found` is locked by the caller."""
    people = (
        await unit.session.execute(
            select(Recipient, Person, Membership.muted_until)
            .join(Membership, Membership.id == Recipient.membership_id)
            .join(Person, Person.id == Recipient.person_id)
            .where(
                Recipient.reach_out_id == found.id, Recipient.gone_at.is_(None), Membership.confirmed_at.is_not(None)
            )
            .order_by(Recipient.step, Recipient.membership_id)
        )
    ).all()
    ids = [row.person_id for row, _, _ in people]
    to_them = await ways.ways_to(unit, ids)
    standing_notices = await unit.session.execute(
        select(Notice.recipient_id, Notice.id).where(
            Notice.reach_out_id == found.id, Notice.kind == NoticeKind.REACH_OUT, Notice.dismissed_at.is_(None)
        )
    )
    notices: dict[UUID, UUID] = {row.recipient_id: row.id for row in standing_notices}
    waited_for = _waited_for_since(found)
    present: list[Present] = []
    for row, person, muted_until in people:
        running = word(row)
        mine = to_them[row.person_id]
        present.append(
            Present(
                row=row,
                standing=Standing(
                    person_id=row.person_id,
                    step=row.step,
                    told=row.told_at is not None,
                    declined=row.answer == AnswerKind.CANNOT,
                    available=hours.available(
                        person.hours, person.time_zone, muted_until, unit.now, wake_me=person.wake_me
                    ),
                    devices=len(mine.devices),
                    channels=len(mine.channels),
                    deaf_devices=mine.deaf_devices,
                    deaf_channels=mine.deaf_channels,
                    receipt=row.delivered_at is not None or row.seen_at is not None,
                    unreachable=row.unreachable_at is not None,
                    word_until=running[1] if running is not None and running[1] > unit.now else None,
                    fresh=waited_for is None or (row.told_at is not None and row.told_at >= waited_for),
                ),
                devices=tuple(mine.devices),
                channels=tuple(mine.channels),
                notice_id=notices.get(row.person_id),
            )
        )
    return present


async def next_hears_at(unit: UnitOfWork, found: ReachOut) -> datetime | None:
    """When the first of those who were told in their inbox alone, and have said nothing, may be pushed; None if none is."""
    quiet = await unit.session.execute(
        select(Person.hours, Person.time_zone, Person.wake_me, Membership.muted_until)
        .select_from(Recipient)
        .join(Membership, Membership.id == Recipient.membership_id)
        .join(Person, Person.id == Recipient.person_id)
        .where(
            Recipient.reach_out_id == found.id,
            Recipient.told_at.is_not(None),
            Recipient.gone_at.is_(None),
            Recipient.quiet_at.is_not(None),
            Recipient.answer.is_(None),
            Membership.confirmed_at.is_not(None),
        )
    )
    moments = [
        hours.next_available(row.hours, row.time_zone, row.muted_until, unit.now, wake_me=row.wake_me) for row in quiet
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def _waited_for_since(found: ReachOut) -> datetime | None:
    """The ladder waits for those told since then; None when it waits for everyone told.

    Only rung 2 tells some and leaves others be; a press on it pushes everyone again.
    """
    if found.rung != RUNG_EVERYBODY or found.next_rung_at is None:
        return None
    since = rung_began_at(found.ladder, found.rung, found.next_rung_at)
    return None if found.pushed_at >= since else since
