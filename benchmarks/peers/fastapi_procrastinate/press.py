"""The press: everything that it writes, the job for its pushes included, in one transaction."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from benchmarks.peers.fastapi_procrastinate.database import driver_connection
from benchmarks.peers.fastapi_procrastinate.jobs import send_pushes
from benchmarks.peers.fastapi_procrastinate.tables import (
    Delivery,
    Device,
    Membership,
    Notice,
    Person,
    ReachOut,
    Recipient,
)
from benchmarks.peers.shared import LADDER, pass_step


class EmptyCircleError(Exception):
    """There is nobody to tell."""


async def press(session: AsyncSession, person: Person, need: str, note: str) -> tuple[ReachOut, list[Recipient], bool]:
    """Return the open reach-out with its recipients, and whether this press created it."""
    reach_out = await session.scalar(
        select(ReachOut).where(ReachOut.person_id == person.id, ReachOut.closed_at.is_(None))
    )
    if reach_out is not None:
        found = select(Recipient).where(Recipient.reach_out_id == reach_out.id).options(joinedload(Recipient.person))
        return reach_out, list(await session.scalars(found)), False
    reach_out, recipients = await _create(session, person, need, note)
    job = send_pushes.configure(connection=await driver_connection(session))
    await job.defer_async(reach_out_id=reach_out.id)
    await session.commit()
    pass_step("committed")
    return reach_out, recipients, True


async def _create(session: AsyncSession, person: Person, need: str, note: str) -> tuple[ReachOut, list[Recipient]]:
    circle = (
        await session.execute(
            select(Membership, Person)
            .join(Person, Person.id == Membership.member_id)
            .where(Membership.owner_id == person.id, Membership.confirmed_at.is_not(None))
            .order_by(Membership.step, Membership.id)
        )
    ).all()
    if not circle:
        raise EmptyCircleError
    first = [member.id for membership, member in circle if membership.step == 1]
    devices = await session.scalars(select(Device).where(Device.person_id.in_(first), Device.disabled_at.is_(None)))
    now = datetime.now(UTC)
    reach_out = ReachOut(
        person_id=person.id,
        need=need,
        note=note,
        ladder=LADDER,
        created_at=now,
        due_at=now + timedelta(seconds=LADDER[1]),
    )
    session.add(reach_out)
    await session.flush()
    recipients = [
        Recipient(
            reach_out_id=reach_out.id,
            person_id=member.id,
            person=member,
            membership_id=membership.id,
            role=membership.role,
            step=membership.step,
            told_at=now if membership.step == 1 else None,
        )
        for membership, member in circle
    ]
    notices = {
        member_id: Notice(
            recipient_id=member_id, kind="reach_out", sender_id=person.id, reach_out_id=reach_out.id, created_at=now
        )
        for member_id in first
    }
    session.add_all([*recipients, *notices.values()])
    await session.flush()
    session.add_all(
        Delivery(notice_id=notices[device.person_id].id, device_id=device.id, created_at=now) for device in devices
    )
    await session.flush()
    return reach_out, recipients
