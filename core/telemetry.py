"""Logs and metrics: JSON lines with static event names and ids, and Prometheus metrics; never content."""

import logging
import os
import re
import sys
from functools import cache
from typing import TextIO, TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

PRESSES = Counter("porchlight_presses_total", "Presses by result.", ["result"])
ANSWERS = Counter("porchlight_answers_total", "Answers by kind.", ["kind"])
TIME_TO_HUMAN = Histogram(
    "porchlight_press_to_first_answer_seconds",
    "Time from a press until somebody answered that they call, come soon or are there, while nobody had.",
    buckets=(15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400),
)
RUNGS = Counter("porchlight_ladder_moves_total", "Moves of ladders by result.", ["result"])
BOOKENDS = Counter("porchlight_bookend_moves_total", "Moves of bookends by result.", ["result"])
COMMITMENTS = Counter("porchlight_commitment_moves_total", "Moves of commitments by result.", ["result"])
MOMENTS = Counter("porchlight_rhythm_moves_total", "Moves of rhythms by result.", ["result"])
FOLLOW_UPS = Counter("porchlight_follow_up_moves_total", "Moves of follow-ups by result.", ["result"])
PRACTICES = Counter("porchlight_practices_total", "Practices begun, seen by a member, and ended early.", ["what"])
PRACTICE_OFFERS = Counter(
    "porchlight_practice_offer_moves_total", "Looks whether to offer a practice, by result.", ["result"]
)
UNREACHABLE_TOTAL = Counter(
    "porchlight_people_unreachable_total", "Times somebody was found to be unreachable by any push."
)
DELIVERIES_TOTAL = Counter(
    "porchlight_deliveries_total", "Deliveries by transport and result.", ["transport", "result"]
)
PARKED_TOTAL = Counter("porchlight_deliveries_parked_total", "Deliveries given up, by reason.", ["reason"])
REFUSED_TOTAL = Counter(
    "porchlight_pushes_refused_total",
    "Pushes that were refused for good, by transport and reason.",
    ["transport", "reason"],
)
RETIRED_TOTAL = Counter("porchlight_addresses_retired_total", "Push addresses retired, by reason.", ["reason"])
HANDED_SECONDS = Histogram(
    "porchlight_press_to_handed_seconds",
    "Time from writing a reach-out's delivery until a push service accepted it.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 300),
)
RECEIPTS = Counter("porchlight_receipts_total", "Receipts from devices, by event.", ["event"])
OLDEST_DUE = Gauge(
    "porchlight_oldest_due_delivery_seconds",
    "Age of the oldest delivery that is due and not sent.",
    multiprocess_mode="livemax",
)
ISOLATED_FAILURES = Counter(
    "porchlight_isolated_failures_total",
    "Failures that were logged without ending the surrounding work, by log event.",
    ["event"],
)
WORKER_PART_FAILURES = Counter(
    "porchlight_worker_part_failures_total",
    "Parts of a worker's turn, and periodic jobs, that failed or took too long.",
    ["part", "reason"],
)
LAST_TURN = Gauge(
    "porchlight_worker_last_turn_timestamp_seconds",
    "When this process's worker last completed a turn.",
    multiprocess_mode="livemax",
)
AUDIT_FINDINGS = Counter("porchlight_audit_findings_total", "Invalid states that the auditor found, by kind.", ["what"])
AUDITED_AT = Gauge(
    "porchlight_audit_last_timestamp_seconds",
    "When this process's auditor last completed an audit.",
    multiprocess_mode="livemax",
)
HEARTBEATS = Counter("porchlight_heartbeats_total", "Heartbeats by result.", ["result"])
PURGED = Counter("porchlight_purged_rows_total", "Rows deleted, or cleared of what people wrote, by table.", ["table"])
STREAMS = Gauge("porchlight_event_streams", "Open event streams in this process.", multiprocess_mode="livesum")
GIVEN_UP = Counter(
    "porchlight_connections_given_up_total",
    "Connections closed to make room for newer ones, by their activity.",
    ["doing"],
)
REQUESTS = Histogram(
    "porchlight_request_seconds",
    "Time to a reply, by method, route and status class.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
KEYS_GOOD = Gauge(
    "porchlight_master_key_good",
    "1 when the master key is the one of this database, else 0.",
    multiprocess_mode="livemin",
)
PUSH_KEY_GOOD = Gauge(
    "porchlight_push_key_good", "1 when the push key is the one of this database, else 0.", multiprocess_mode="livemin"
)
CAN_PUSH = Gauge(
    "porchlight_can_push",
    "1 when this process has a key that opens push addresses, else 0: then it cannot push anybody.",
    multiprocess_mode="livemin",
)
WITHHELD = Counter("porchlight_content_withheld_total", "Values that no available key could open.", ["column"])

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The environment variable by which the processes of one supervisor share their metrics; prometheus_client reads it too."""

Labelled = TypeVar("Labelled", Counter, Histogram)


@cache
def series(metric: Labelled, *labels: str) -> Labelled:
    """Return the series of a metric with these labels, for what is counted in every request: `labels` takes a lock to look it up."""
    return metric.labels(*labels)


LOGGERS_WITH_PLAIN_TEXT = ("asyncio", "sqlalchemy.pool")
"""Loggers whose messages begin with fixed text: "Task was destroyed but it is pending", "Exception in callback"."""
_PLAIN_WORDS = re.compile(r"[\w ,.'-]*")


def render_metrics() -> bytes:
    """Return the metrics for Prometheus: of this process, or of all processes that one supervisor keeps."""
    if METRICS_FOLDER not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client types only what most use
    return generate_latest(registry)


def configure_logging(level: str) -> None:
    """Write every log line, ours and the libraries', to standard error as one JSON object."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, _traceback_without_values, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    configure_library_logging(level, sys.stderr)


def configure_library_logging(level: str, stream: TextIO) -> None:
    """Write the lines of libraries to `stream`, in the same form and without what they were about."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_LibraryFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    # At lower levels these log request paths, push endpoints or parameters of statements.
    for name in (
        "uvicorn",
        "uvicorn.error",
        "uvicorn.access",
        "httpx",
        "httpcore",
        "hpack",
        "aiohttp",
        "sqlalchemy",
        "aiosqlite",
        "asyncio",
        "alembic",
    ):
        logging.getLogger(name).setLevel(logging.WARNING if name != "uvicorn.access" else logging.ERROR)


def _traceback_without_values(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Keep an error's type and location only; its message may quote what a person wrote."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = traceback_places(error)
    return event


def traceback_places(error: BaseException, max_lines: int = 12) -> list[str]:
    """Return the last `max_lines` file:line places of a traceback, innermost last."""
    lines: list[str] = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        lines.append(f"{'/'.join(code.co_filename.split('/')[-2:])}:{step.tb_lineno}")
        step = step.tb_next
    return lines[-max_lines:]


class _LibraryFormatter(logging.Formatter):
    """Formats library log records as JSON lines: with the message of a few known libraries, else only its origin."""

    def __init__(self) -> None:
        super().__init__()
        self._render = structlog.processors.JSONRenderer()

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "event": "library",
            "logger": record.name,
            "level": record.levelname.lower(),
            "message": self._sentence(record),
        }
        if record.exc_info and record.exc_info[1]:
            event["error"] = type(record.exc_info[1]).__name__
            event["where"] = traceback_places(record.exc_info[1])
        return str(self._render(None, record.levelname.lower(), event))

    @staticmethod
    def _sentence(record: logging.LogRecord) -> str:
        """Return the message without arguments and further lines, which may contain addresses or what a person wrote."""
        if record.name.startswith("uvicorn"):
            return str(record.msg).partition("\n")[0][:200]
        if record.name.startswith(LOGGERS_WITH_PLAIN_TEXT):
            # Only the leading plain words: the rest may contain values that were already inserted.
            sentence = _PLAIN_WORDS.match(str(record.msg))
            return sentence[0].strip()[:200] if sentence else ""
        return f"{record.module}.{record.funcName}"
