"""What people did in a night and which replies they had, for the checker: only replies count as promises."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that promised something: `what` to `whom` about which reach-out, and when it had come (monotonic)."""

    what: str
    reach_out: str
    at: float
    whom: str = ""


def plain(value: object) -> str:
    """An id without hyphens: SQLite gives it so, PostgreSQL and the API do not."""
    return str(value).replace("-", "")


@dataclass(slots=True)
class History:
    replies: list[Reply] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    """How often each status came; 0 for no answer at all."""
    wrong: list[str] = field(default_factory=list)
    """Replies that nobody should ever get."""

    def note(self, what: str, reach_out: str, at: float, whom: str = "") -> None:
        self.replies.append(Reply(what, plain(reach_out), at, plain(whom)))

    def count(self, status: int) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def of(self, what: str) -> list[Reply]:
        return [reply for reply in self.replies if reply.what == what]
