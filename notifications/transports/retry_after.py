"""Reads a provider's `Retry-After`: seconds or an HTTP date, bounded, as a moment of our own clock."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_PROVIDER_WAIT = timedelta(hours=1)
"""A provider's wish is honoured up to here: a wrong header or a wrong clock must not silence an alarm for days."""


def retry_after(header: str | None, now: datetime) -> datetime | None:
    """Return the moment `header` asks us to wait for, between `now` and an hour later; None when it says nothing usable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return now + min(timedelta(seconds=int(text[:9])), LONGEST_PROVIDER_WAIT)
    try:
        wished = parsedate_to_datetime(text)
    except ValueError:
        return None
    if wished.tzinfo is None:  # "-0000": UTC whose origin is unknown
        wished = wished.replace(tzinfo=UTC)
    return min(max(wished, now), now + LONGEST_PROVIDER_WAIT)
