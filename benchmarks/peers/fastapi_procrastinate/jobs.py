"""The job that sends the pushes of one press and records what came of them; hardened, one that finds lost jobs."""

from datetime import UTC, datetime
from typing import Any

import procrastinate
from firebase_admin import messaging
from sqlalchemy import Row, select, update

from benchmarks.peers.fastapi_procrastinate.database import queue, sessions, settings
from benchmarks.peers.fastapi_procrastinate.tables import Delivery, Device, Notice, Person, ReachOut
from benchmarks.peers.shared import pass_step
from benchmarks.peers.shared_firebase import open_firebase, reach_out_message

_firebase: list[bool] = []


class NotYetSentError(Exception):
    """Some pushes were not accepted: procrastinate tries the job again."""


@queue.task(retry=procrastinate.RetryStrategy(max_attempts=5, exponential_wait=2))
async def send_pushes(reach_out_id: int) -> None:
    """Send what is still pending: a second run after a lost worker repeats nothing that is recorded."""
    pass_step("claimed")
    async with sessions() as session:
        pending = (
            await session.execute(
                select(Delivery.id, Device.id.label("device_id"), Device.token, Person.display_name)
                .select_from(Delivery)
                .join(Device, Device.id == Delivery.device_id)
                .join(Notice, Notice.id == Delivery.notice_id)
                .join(Person, Person.id == Notice.sender_id)
                .join(ReachOut, ReachOut.id == Notice.reach_out_id)
                .where(Notice.reach_out_id == reach_out_id, Delivery.state == "pending", ReachOut.closed_at.is_(None))
                .order_by(Delivery.id)
            )
        ).all()
    if not pending:
        return
    states = await _send(pending, reach_out_id)
    pass_step("sent")
    async with sessions.begin() as session:
        for state in set(states.values()):
            ids = [delivery_id for delivery_id, reached in states.items() if reached == state]
            sent_at = datetime.now(UTC) if state == "sent" else None
            changes = {"state": state, "sent_at": sent_at, "attempt": Delivery.attempt + 1}
            await session.execute(update(Delivery).where(Delivery.id.in_(ids)).values(changes))
        gone = [row.device_id for row in pending if states[row.id] == "dead"]
        if gone:
            await session.execute(update(Device).where(Device.id.in_(gone)).values(disabled_at=datetime.now(UTC)))
    if "pending" in states.values():
        raise NotYetSentError


async def _send(pending: list[Row[Any]], reach_out_id: int) -> dict[int, str]:
    """Return the state that each delivery is in now: sent, dead, or still pending."""
    if not _firebase:
        _firebase.append(open_firebase(settings))
    if not _firebase[0]:
        return {row.id: "sent" for row in pending}
    batch = await messaging.send_each_async(
        [reach_out_message(row.display_name, reach_out_id, row.token) for row in pending]
    )
    return {row.id: _state(answer) for row, answer in zip(pending, batch.responses, strict=True)}


def _state(answer: messaging.SendResponse) -> str:
    if answer.success:
        return "sent"
    return "dead" if isinstance(answer.exception, messaging.UnregisteredError) else "pending"


if settings.hardened:

    @queue.periodic(cron="* * * * *")
    @queue.task(queueing_lock="retry_stalled_jobs", pass_context=True)
    async def retry_stalled_jobs(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 (given to all)
        """Give the jobs of lost workers to others, as procrastinate's documentation advises."""
        for job in await context.app.job_manager.get_stalled_jobs():
            await context.app.job_manager.retry_job(job)
