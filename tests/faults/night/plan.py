"""The plan of a night of faults: a seed gives the same faults in the same order, at the same moments. Pure."""

import random
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.crash_points import POINTS


class Fault(StrEnum):
    KILL_SERVER = "kill -9 of a server at a random moment"
    KILL_WORKER = "kill -9 of a worker at a random moment"
    COMMITTED = "kill -9 after the commit, before the reply"
    CLAIMED = "kill -9 when claimed and not sent"
    SENT = "kill -9 when sent and not recorded"
    MID_RUNG = "kill -9 in mid-rung"
    FREEZE = "SIGSTOP for longer than a lease"
    DATABASE_AWAY = "the database refuses connections"
    DATABASE_CUT = "every connection is cut (a restart of the database)"
    DATABASE_LOCKED = "somebody else holds the database's writer"
    DISK_FULL = "no room on the disk"
    QUOTA = "429 with Retry-After"
    BROKEN = "500 and 503"
    HANGING = "no answer at all"
    DRIPPING = "answers that drip for 30 s"
    RESET = "connection resets"
    NO_SIGN_IN = "FCM's sign-in is down"


KILLS = frozenset({Fault.KILL_SERVER, Fault.KILL_WORKER, Fault.COMMITTED, Fault.CLAIMED, Fault.SENT, Fault.MID_RUNG})
AT_POINTS = dict(zip((Fault.COMMITTED, Fault.CLAIMED, Fault.SENT, Fault.MID_RUNG), POINTS, strict=True))
PROVIDER = frozenset(
    {Fault.QUOTA, Fault.BROKEN, Fault.HANGING, Fault.DRIPPING, Fault.RESET, Fault.NO_SIGN_IN},
)
_ELSEWHERE = {
    "sqlite": {Fault.KILL_WORKER, Fault.DATABASE_AWAY, Fault.DATABASE_CUT},
    "postgresql": {Fault.DATABASE_LOCKED, Fault.DISK_FULL},
}
KILL_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Injury:
    """One planned fault. `after`: seconds into its round; `which`: a number that picks the process; `count`: the passage of a named
    point that kills, from 1; `seconds`: how long a trouble lasts; `clock`: how wrong the successor's clock is."""

    fault: Fault
    after: float
    which: int
    count: int
    seconds: float
    clock: int


def plan(seed: int, rounds: int, kind: str) -> list[Injury]:
    """Plan the faults of one night on this kind of database. The first ones are one of each, so that none is left out."""
    dice = random.Random(seed)
    possible = [fault for fault in Fault if fault not in _ELSEWHERE[kind]]
    kills = [fault for fault in possible if fault in KILLS]
    others = [fault for fault in possible if fault not in KILLS]
    line = kills + others
    dice.shuffle(line)
    while len(line) < rounds:
        line.append(dice.choice(kills if dice.random() < KILL_SHARE else others))
    return [
        Injury(
            fault=fault,
            after=dice.uniform(0.2, 2.0),
            which=dice.randrange(1000),
            count=dice.randint(1, 6),
            seconds=11.5 if fault is Fault.FREEZE else dice.uniform(1.5, 4.0),
            clock=dice.choice((-600, 0, 0, 600)),
        )
        for fault in line[:rounds]
    ]
