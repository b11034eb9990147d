"""kill -9 at three steps between a press and the record of its pushes: how many pushes are lost, how many come twice."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environment import Environment
from benchmarks.figures import Report
from benchmarks.peers.sides import MEMBERS, Porchlight, RunningSide, Side, choose_sides, start_side, wait_until_recorded
from benchmarks.push import post_press
from tests.faults.crash_orders import CrashOrders
from tests.standins.fcm import FcmAttempt, FcmStandIn

# What was killed early may be sent again while later ones are killed, so the step after which a repetition shows comes first.
STEPS = {
    "sent": "after its pushes were accepted, before that was recorded",
    "claimed": "after it was taken up, before a push was sent",
    "committed": "after the commit, before the hand-over",
}
CARRIED_OUT_SECONDS = 60
SETTLED_SECONDS = 5
"""How long to go on looking for pushes that come twice once none is missing."""
QUIET_SECONDS = 15
"""How long to wait after each kill until nothing is due any more: repeated pushes should not meet the next kill."""


@dataclass(frozen=True, slots=True)
class Killed:
    """A press during which a process was killed: when it was made, and the devices that it was for."""

    step: str
    at: float
    devices: Sequence[str]


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What became of the pushes of some presses."""

    lost: int
    doubled: int
    longest: float
    """Seconds from a press until the last of its pushes had arrived, where all did."""


def _new_report(kills: int, patience: int) -> Report:
    return Report(
        "peer-kills",
        f"One press at a time (five members with a device each, through each side's Firebase client to a local FCM). {kills} times at each step, "
        "the process that is at it is killed with kill -9, with all processes of its group, and started again; "
        f"the other process goes on running. *Lost*: pushes that had not arrived {patience} s after the last restart. *Doubled*: pushes that arrived "
        "again. *All arrived*: the longest time from a press until its last push, restart included. Default: Celery acknowledges a task when it is "
        "taken up, procrastinate leaves a lost worker's job as it is. Hardened: `acks_late`, `reject_on_worker_lost`, a visibility timeout of 30 s and "
        "`on_commit`; a periodic job that retries stalled ones.",
        1,
        ("side", "killed", "pushes", "lost", "doubled", "all arrived after s"),
    )


async def run(environment: Environment, *, short: bool) -> Report:
    kills, patience = (1, 10) if short else (3, 150)
    report = _new_report(kills, patience)
    sides, report.notes = await choose_sides(environment, twins=True)
    for side in sides:
        await side.prepare(kills * len(STEPS))
    # All at once, because most of it is waiting for time-outs. Nothing here is a figure of speed.
    outcomes = await asyncio.gather(*(_kill_and_watch(side, environment.folder, kills, patience) for side in sides))
    for side, (killed, attempts) in zip(sides, outcomes, strict=True):
        for step, description in reversed(STEPS.items()):
            presses = [press for press in killed if press.step == step]
            aftermath = judge(presses, attempts)
            arrived = f"{aftermath.longest:.1f}" if aftermath.longest else "–"
            report.row(side.name, description, MEMBERS * len(presses), aftermath.lost, aftermath.doubled, arrived)
            if isinstance(side, Porchlight) and aftermath.lost:
                report.notes.append(f"Porchlight lost {aftermath.lost} pushes, wanted none: **short of target**")
    return report


def judge(presses: Sequence[Killed], attempts: Sequence[FcmAttempt]) -> Aftermath:
    """Return what became of the pushes of these presses, of which each device is in one only."""
    arrivals: dict[str, list[float]] = {device: [] for press in presses for device in press.devices}
    seen: set[str] = set()
    doubled = 0
    for attempt in attempts:
        if attempt.token in arrivals:
            arrivals[attempt.token].append(attempt.at)
            # A later rung is another push to the same device, which Porchlight's deliveries tell apart.
            key = attempt.message["data"].get("delivery_id", attempt.token)
            doubled += key in seen
            seen.add(key)
    lost = sum(not times for times in arrivals.values())
    complete = [press for press in presses if all(arrivals[device] for device in press.devices)]
    last = [max(min(arrivals[device]) for device in press.devices) - press.at for press in complete]
    return Aftermath(lost, doubled, max(last, default=0.0))


async def _kill_and_watch(
    side: Side, folder: Path, kills: int, patience: float
) -> tuple[list[Killed], Sequence[FcmAttempt]]:
    killed: list[Killed] = []
    tokens = iter(enumerate(side.tokens))
    orders = CrashOrders(folder, side.name.replace(" ", "-"))
    async with AsyncExitStack() as stack:
        fcm = stack.enter_context(FcmStandIn())
        stack.push_async_callback(side.forget)
        env = side.env(fcm) | dict(orders.env)
        running = await start_side(side, stack, env)
        for step in STEPS:
            for _ in range(kills):
                number, token = next(tokens)
                orders.crash_at(step)
                killed.append(Killed(step, time.monotonic(), side.devices[number * MEMBERS : (number + 1) * MEMBERS]))
                with contextlib.suppress(OSError, asyncio.IncompleteReadError, RuntimeError):
                    # Killed before its reply or after it.
                    await post_press(running.web, token)
                await _wait_for_death(orders, side, step)
                running = await _restart(side, running, stack, env)
                await wait_until_recorded(side, QUIET_SECONDS)
        await _watch(fcm, killed, patience)
        return killed, tuple(fcm.accepted)


async def _wait_for_death(orders: CrashOrders, side: Side, step: str) -> None:
    for _ in range(CARRIED_OUT_SECONDS * 50):
        if orders.carried_out:
            return
        await asyncio.sleep(0.02)
    raise RuntimeError(f"{side.name} never came to the step {step}")


async def _restart(side: Side, running: RunningSide, stack: AsyncExitStack, env: dict[str, str]) -> RunningSide:
    """Start whichever process has died once more."""
    while running.web.process.returncode is None and (running.worker is None or running.worker.returncode is None):  # noqa: ASYNC110 (it is another process)
        await asyncio.sleep(0.02)
    web, worker = running.web, running.worker
    if web.process.returncode is not None:
        web = await side.start_web(stack, env)
    if worker is not None and worker.returncode is not None:
        worker = await side.start_worker(stack, env)
    return RunningSide(web, worker)


async def _watch(fcm: FcmStandIn, killed: Sequence[Killed], patience: float) -> None:
    """Wait until no push is missing, and a little longer; at most `patience` seconds."""
    began = time.monotonic()
    while time.monotonic() - began < patience:
        if judge(killed, fcm.accepted).lost == 0:
            await asyncio.sleep(SETTLED_SECONDS)
            return
        await asyncio.sleep(0.5)
