"""Presses on Porchlight and on its peers: replies, pushes recorded, CPU, and the time to the fifth push."""

from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks.environment import Environment, connect
from benchmarks.figures import Report, Spread, percentile, ratio, spread
from benchmarks.load import LoadJob, LoadResult, run_load
from benchmarks.peers.sides import (
    CELERY,
    Peer,
    Porchlight,
    RunningSide,
    Side,
    backends_cpu,
    choose_sides,
    start_side,
    wait_until_recorded,
)
from benchmarks.press import BODY
from benchmarks.push import measure_stand_in
from benchmarks.stand_in import FastStandIn, start_stand_in

STEADY_RATE = 20.0
RECORDED_SECONDS = """
SELECT extract(epoch FROM max({column}) - min(r.created_at))
FROM deliveries d JOIN notices n ON n.id = d.notice_id JOIN reach_outs r ON r.id = n.reach_out_id
WHERE d.created_at >= $1
"""


@dataclass(frozen=True, slots=True)
class Round:
    """One side's figures of one round."""

    taken: LoadResult
    """With the peer's worker paused, which therefore only enqueues."""
    recorded_rate: float
    """Presses a second, until the last push of all is recorded."""
    web_cpu: float
    worker_cpu: float
    database_cpu: float
    """Milliseconds of CPU a press until its pushes are recorded."""
    steady: LoadResult

    @property
    def all_cpu(self) -> float:
        return self.web_cpu + self.worker_cpu + self.database_cpu


@dataclass(frozen=True, slots=True)
class Fifth:
    """Milliseconds from a press to its reply and to the arrival of its fifth push, on an idle server."""

    reply: float
    p50: float
    p99: float


def _new_report(rounds: int) -> Report:
    return Report(
        "peers",
        "The same press on what would be built instead (`benchmarks/peers/`): five members with a device each, all told at "
        "once, so that each press writes a reach-out, five recipients, five notices and five deliveries on PostgreSQL. One web "
        "process on every side: uvicorn, or gunicorn with ten threads; the peers add a worker process (Celery: one that forks "
        "one). No push is really sent in the first figures: it counts as accepted at once. *Taken*: replies a second at 50 "
        "connections; the peers' worker stands still meanwhile, so that they only enqueue, while Porchlight sends and records "
        "within the same figure. *Recorded*: the same with the worker, until the last push is recorded as sent. *CPU* is that of the "
        "processes named (those of PostgreSQL that serve this side; Redis's is left out), per press and until its five pushes are recorded. *Fifth push*: one "
        "press at a time on an idle server, until the fifth message has arrived at a local FCM through each side's Firebase client.",
        rounds,
        (
            "side",
            "taken a second",
            "Porchlight ÷ this",
            "recorded a second",
            "Porchlight ÷ this",
            "web CPU ms",
            "worker CPU ms",
            "PostgreSQL CPU ms",
            "all CPU ms",
            "all, × Porchlight's",
            "p50 ms at 20/s",
            "p99 ms at 20/s",
            "fifth push ms, p50",
            "p99",
        ),
    )


async def run(environment: Environment, *, short: bool) -> Report:
    rounds, ours, theirs, alone = (1, 100, 20, 5) if short else (5, 600, 120, 20)
    report = _new_report(rounds)
    sides, report.notes = await choose_sides(environment, twins=False)
    counts = {side.name: ours if isinstance(side, Porchlight) else theirs for side in sides}
    figures: dict[str, list[Round]] = defaultdict(list)
    fifths: dict[str, list[Fifth]] = defaultdict(list)
    async with AsyncExitStack() as stack:
        running: dict[str, RunningSide] = {}
        for side in sides:
            await side.prepare(counts[side.name])
            stack.push_async_callback(side.forget)
            running[side.name] = await start_side(side, stack, side.env())
        for number in range(rounds + (not short)):
            for side in sides:
                try:
                    one = await _measure(side, running[side.name], counts[side.name])
                except RuntimeError as error:
                    error.add_note(f"{side.name}, round {number}")
                    raise
                if short or number:  # the first round warms up
                    figures[side.name].append(one)
    async with AsyncExitStack() as stack:
        fcm = await stack.enter_async_context(start_stand_in(environment.folder))
        sending: dict[str, RunningSide] = {}
        for side in sides:
            stack.push_async_callback(side.forget)
            sending[side.name] = await start_side(side, stack, side.env(fcm))
        for number in range(rounds + (not short)):
            for side in sides:
                fifth = await _measure_fifth(side, sending[side.name], fcm, alone)
                if short or number:
                    fifths[side.name].append(fifth)
    _add_rows(report, sides, figures, fifths)
    unexpected = sum(
        one.taken.unexpected + one.steady.unexpected for side_rounds in figures.values() for one in side_rounds
    )
    report.notes.append(f"Replies other than 201: {unexpected}.")
    return report


async def _measure(side: Side, running: RunningSide, count: int) -> Round:
    running.pause_worker()
    try:
        taken = await run_load(_job(side, running, count))
    finally:
        running.resume_worker()
    await wait_until_recorded(side)
    await side.close_reach_outs()
    async with connect(side.address) as connection:
        began = await connection.fetchval("SELECT clock_timestamp()")
    before = [*running.cpu(), await backends_cpu(side.address)]
    loaded = await run_load(_job(side, running, count))
    left = await wait_until_recorded(side)
    after = [*running.cpu(), await backends_cpu(side.address)]
    web, worker, database = ((end - start) * 1000 / count for end, start in zip(after, before, strict=True))
    if left or loaded.unexpected:
        raise RuntimeError(f"{side.name}: {left} pushes were not recorded, {loaded.unexpected} replies were not 201")
    async with connect(side.address) as connection:
        seconds = float(await connection.fetchval(RECORDED_SECONDS.format(column=side.sent_column), began))
    await side.close_reach_outs()
    steady = await run_load(_job(side, running, min(count, 100), rate=STEADY_RATE))
    await wait_until_recorded(side)
    await side.close_reach_outs()
    return Round(taken, count / seconds, web, worker, database, steady)


async def _measure_fifth(side: Side, running: RunningSide, fcm: FastStandIn, count: int) -> Fifth:
    times = [await measure_stand_in(running.web, token, fcm) for token in side.tokens[:count]]
    await wait_until_recorded(side)
    await side.close_reach_outs()
    pushed = [time.fifth * 1000 for time in times]
    reply = percentile([time.reply * 1000 for time in times], 0.5)
    return Fifth(reply, percentile(pushed, 0.5), percentile(pushed, 0.99))


def _job(side: Side, running: RunningSide, count: int, rate: float | None = None) -> LoadJob:
    return LoadJob(running.web.port, "POST", "/v1/reach-outs", BODY, side.tokens[:count], count, 201, rate=rate)


def _add_rows(
    report: Report, sides: list[Side], figures: dict[str, list[Round]], fifths: dict[str, list[Fifth]]
) -> None:
    ours = figures[sides[0].name]
    for side in sides:
        theirs = figures[side.name]
        taken = ratio([one.taken.rate for one in ours], [one.taken.rate for one in theirs])
        recorded = ratio([one.recorded_rate for one in ours], [one.recorded_rate for one in theirs])
        totals = [one.all_cpu for one in theirs]
        report.row(
            side.name,
            spread([one.taken.rate for one in theirs]),
            taken,
            spread([one.recorded_rate for one in theirs]),
            recorded,
            spread([one.web_cpu for one in theirs]),
            spread([one.worker_cpu for one in theirs]),
            spread([one.database_cpu for one in theirs]),
            spread(totals),
            ratio(totals, [one.all_cpu for one in ours]),
            spread([one.steady.p50 for one in theirs]),
            spread([one.steady.p99 for one in theirs]),
            spread([one.p50 for one in fifths[side.name]]),
            spread([one.p99 for one in fifths[side.name]]),
        )
        if isinstance(side, Peer):
            _judge(report, side, taken, recorded)


def _judge(report: Report, side: Peer, taken: Spread, recorded: Spread) -> None:
    if side.package == CELERY:
        report.at_least(f"Presses taken, times those of {side.name}, which only enqueues", taken, 9)
    else:
        report.at_least(f"Presses taken, times those of {side.name}, which only enqueues", taken, 1)
        report.at_least(f"Presses with their pushes recorded, times those of {side.name}", recorded, 1)
