"""The CPU that a push costs in its transport, as a multiple of a bare HTTP client's that sends the same bytes."""

from benchmarks.environment import Environment
from benchmarks.figures import Report, ratio, spread
from benchmarks.lane_sender import CONCURRENT, SIDES, SendCost, SendJob, run_sender
from benchmarks.stand_in import STAND_IN_PROCESSES, start_stand_in

FLOORS = {
    "FCM: porchlight": "FCM: a bare client, the same bytes",
    "FCM: firebase-admin's own client": "FCM: a bare client, the same bytes",
    "Web Push: porchlight": "Web Push: encryption and a bare client",
}
"""Each side's floor."""


async def run(environment: Environment, *, short: bool) -> Report:
    rounds, count = (1, 200) if short else (5, 4000)
    report = Report(
        "lane",
        f"One process sends {count:,} pushes, {CONCURRENT} at once, to a stand-in that takes everything at once (granian, "
        f"{STAND_IN_PROCESSES} processes, TLS). *A bare client* is aiohttp with the same headers and the same bytes, made "
        "beforehand; for Web Push it also encrypts each message, since no two may be the same. *porchlight* is the transport: "
        "it makes the message with the Firebase SDK (or encrypts it), sees to the sign-in, sends, and classifies the answer. "
        "*firebase-admin's own client* is `messaging.send_each_async`, which was not used as it is: it ran over httpx.",
        rounds,
        ("way", "µs of CPU a push", "× the bare client's", "pushes a second"),
    )
    costs: dict[str, list[SendCost]] = {side: [] for side in SIDES}
    async with start_stand_in(environment.folder) as stand_in:
        env = environment.env(None, **stand_in.env())
        for number in range(rounds + 1):
            for side in SIDES:
                cost = await run_sender(SendJob(side, count, stand_in.url, str(stand_in.folder)), env)
                if number:  # the first round warms up
                    costs[side].append(cost)
    for side, measured in costs.items():
        cpu = [cost.cpu for cost in measured]
        multiple = ratio(cpu, [cost.cpu for cost in costs[FLOORS[side]]]) if side in FLOORS else None
        report.row(side, spread(cpu), multiple or "", spread([cost.rate for cost in measured]))
        if multiple is not None and side.endswith("porchlight"):
            report.at_most(f"{side}, CPU a push, times the bare client's", multiple, 1.5)
    return report
