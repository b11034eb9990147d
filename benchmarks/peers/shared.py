"""Shared by the peers, in their environment: settings from the environment variables, the words, steps at which to die."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROLES = ("sponsor", "friend", "partner", "family", "fellow")
LADDER = [0, 90, 180, 300]
TITLE = "{name} would like to hear from you"
BODY = "Open the app to answer."


@dataclass(frozen=True, slots=True)
class PeerSettings:
    """How a peer is run. Without `fcm_url` no push is sent: it counts as accepted, as with Porchlight's log transport."""

    database_url: str
    redis_url: str
    redis_prefix: str
    hardened: bool
    fcm_url: str | None
    fcm_credentials: str | None

    @classmethod
    def from_environment(cls) -> Self:
        return cls(
            os.environ["PEER_DATABASE_URL"],
            os.environ.get("PEER_REDIS_URL", "redis://127.0.0.1:6379/0"),
            os.environ.get("PEER_REDIS_PREFIX", ""),
            os.environ.get("PEER_HARDENED") == "1",
            os.environ.get("PEER_FCM_URL"),
            os.environ.get("PEER_FCM_CREDENTIALS"),
        )


def pass_step(step: str) -> None:
    """Die here with the whole process group if the file named by CRASH_AT says so (tests/faults/crash_orders.py)."""
    if "CRASH_AT" not in os.environ:
        return
    order = Path(os.environ["CRASH_AT"])
    try:
        ordered = order.read_text(encoding="utf-8").partition(" ")[0]
    except OSError:
        return
    if ordered == step:
        order.rename(order.with_suffix(".done"))
        os.killpg(os.getpgrp(), signal.SIGKILL)
