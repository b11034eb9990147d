"""The limit of open descriptors, and the share of it that is for connections."""

import resource
from dataclasses import dataclass

import structlog

from cli.operator_errors import OperatorError

MAX_CONNECTIONS = 10_000
"""More would fill the memory first: an open event stream takes about 27 KiB."""
ENOUGH_DESCRIPTORS = 4096
"""Below this many descriptors a large group, or a flood, is felt; the log says so."""
MIN_CONNECTIONS = 32
OWN_DESCRIPTORS = 96
"""Descriptors beside connections and the database: files, logs, sends to push services that are under way."""
ARRIVING_SHARE = 0.25
"""The share of all descriptors kept for what is accepted before room was made for it."""
MAX_ARRIVING = 512
FALLBACK = 10_240
"""What macOS lets a process have, whatever its hard limit says."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """`limit` in all, `connections` of them for requests and event streams."""

    limit: int
    connections: int


def raise_limit(database_connections: int) -> Descriptors:
    """Raise the soft limit to the hard one, and share it out. Raises OperatorError where even that is too little."""
    limit = _raised()
    shares = share(limit, database_connections)
    if shares.connections < MIN_CONNECTIONS:
        raise OperatorError(
            f"This process may have {limit} files and connections open, which is too few to serve anybody. Raise the"
            " hard limit (ulimit -Hn, LimitNOFILE= in a systemd unit, ulimits: nofile: in Compose) to 4096 or more."
        )
    if limit < ENOUGH_DESCRIPTORS:
        log.warning("few_descriptors", limit=limit, connections=shares.connections, wanted=ENOUGH_DESCRIPTORS)
    return shares


def share(limit: int, database_connections: int) -> Descriptors:
    """Return what of `limit` is for connections, when the rest is kept for the database, pushes and those just arriving."""
    kept = OWN_DESCRIPTORS + database_connections + min(MAX_ARRIVING, int(limit * ARRIVING_SHARE))
    return Descriptors(limit, min(MAX_CONNECTIONS, limit - kept))


def _raised() -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, FALLBACK):
        if soft != resource.RLIM_INFINITY and (wanted == resource.RLIM_INFINITY or wanted > soft):
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            except (OSError, ValueError):
                continue
            soft = wanted
            break
    return MAX_CONNECTIONS * 2 if soft == resource.RLIM_INFINITY else soft
