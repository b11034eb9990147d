"""Reads a provider's `Retry-After` (seconds or an HTTP date) as a bounded time of our clock."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_PROVIDER_WAIT = timedelta(hours=1)
"""The longest wait that is honoured: a wrong header or clock must not delay an alarm for days."""


def retry_after(header: str | None, now: datetime) -> datetime | None:
    """Return the time to wait for, between `now` and an hour later; None for a missing or unusable header."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=int(text[:9])), LONGEST_PROVIDER_WAIT)
    try:
        retry_at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if retry_at.tzinfo is None:  # "-0000": UTC whose origin is unknown
        retry_at = retry_at.replace(tzinfo=UTC)
    return min(max(retry_at, now), now + LONGEST_PROVIDER_WAIT)
