"""The locale that a browser reports at a sign-up: used where it is valid, else ignored; people do not see the fields."""

from functools import cache

from core import regions
from rules.accounts.people import time_zones

UNKNOWN_REGIONS = frozenset({"XX", "ZZ", "XA", "XB", "AA", "QO", "EU", "UN", "EZ"})
"""Two-letter codes that name no country: unknown, private use or a union in CLDR."""


def parse_time_zone(value: object) -> str:
    """Return the zone of this name, in any case; UTC for anything else."""
    name = value.strip() if isinstance(value, str) and len(value) <= 64 else ""
    return name if name in time_zones() else _zones().get(name.lower(), "UTC")


def parse_region(value: object) -> str | None:
    """Return the country of this code; None for anything else."""
    try:
        code = regions.region_code(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if code in UNKNOWN_REGIONS else code


def parse_language(value: object) -> str | None:
    """Return the language of a tag (BCP 47) or locale (`es-MX`, `zh_Hans`, `en-US@posix`), in lower case."""
    if not isinstance(value, str):
        return None
    first = value.strip().replace("_", "-").partition("-")[0].partition("@")[0].partition(".")[0].lower()
    return first if first.isascii() and first.isalpha() and len(first) in {2, 3} else None


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in time_zones()}
