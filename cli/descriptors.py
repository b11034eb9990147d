"""Raises the limit of open file descriptors and decides how many of them are for connections."""

import resource
from dataclasses import dataclass

import structlog

from cli.operator_errors import OperatorError

MAX_CONNECTIONS = 10_000
"""With more, memory would run out first: an open event stream takes about 27 KiB."""
ENOUGH_DESCRIPTORS = 4096
"""With fewer descriptors, a large group or a flood is noticeable; a warning is logged."""
MIN_CONNECTIONS = 32
OWN_DESCRIPTORS = 96
"""Descriptors for everything but connections and the database: files, logs, running sends to push services."""
ARRIVING_SHARE = 0.25
"""The share of all descriptors reserved for connections that are accepted before an older one is closed for them."""
MAX_ARRIVING = 512
MACOS_MAX_DESCRIPTORS = 10_240
"""The most descriptors that macOS allows a process, whatever its hard limit."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """`limit` in total, `connections` of them for requests and event streams."""

    limit: int
    connections: int


def raise_limit(database_connections: int) -> Descriptors:
    """Raise the soft limit to the hard limit and divide it up. Raises OperatorError when even that is too low."""
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
    """Divide `limit`: what the database, pushes and newly accepted connections do not need is for connections."""
    kept = OWN_DESCRIPTORS + database_connections + min(MAX_ARRIVING, int(limit * ARRIVING_SHARE))
    return Descriptors(limit, min(MAX_CONNECTIONS, limit - kept))


def _raised() -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, MACOS_MAX_DESCRIPTORS):
        if soft != resource.RLIM_INFINITY and (wanted == resource.RLIM_INFINITY or wanted > soft):
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            except (OSError, ValueError):
                continue
            soft = wanted
            break
    return MAX_CONNECTIONS * 2 if soft == resource.RLIM_INFINITY else soft
