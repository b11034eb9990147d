"""The requests of a night and their replies, for the checker: only replies count as promises."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that promised something: `what` to `whom` about which reach-out, and when it arrived (monotonic)."""

    what: str
    reach_out: str
    at: float
    whom: str = ""


def plain(value: object) -> str:
    """Return an id without hyphens, as SQLite stores it; PostgreSQL and the API use hyphens."""
    return str(value).replace("-", "")


@dataclass(slots=True)
class History:
    replies: list[Reply] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    """Number of replies by status; 0 for no reply at all."""
    wrong: list[str] = field(default_factory=list)
    """Replies that must not occur."""

    def note(self, what: str, reach_out: str, at: float, whom: str = "") -> None:
        self.replies.append(Reply(what, plain(reach_out), at, plain(whom)))

    def count(self, status: int) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def of(self, what: str) -> list[Reply]:
        return [reply for reply in self.replies if reply.what == what]
