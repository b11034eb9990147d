"""Helplines: a dated list by country, read once from rules/data/helplines.json."""

from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core import regions

INTERNATIONAL = "INT"
VERIFICATION_LIFETIME = timedelta(days=365)
"""How long a line counts as verified after it was compared with its source."""


class Helpline(BaseModel):
    """One line, with at least one way to reach it: `phone`, `text` (with what to write) or `web`.

    `hours` are in the line's own language; `open` is the same as a code, which an app can translate.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    about: str = Field(min_length=1)
    phone: str | None = Field(default=None, pattern=r"^\+?[0-9]{3,15}$")
    text: str | None = None
    web: str | None = Field(default=None, pattern=r"^https://")
    languages: tuple[str, ...] = Field(min_length=1)
    hours: str = Field(min_length=1)
    open: Literal["always", "most-places", "differs"]
    verified_on: date
    source: str = Field(pattern=r"^https://")


class Country(BaseModel):
    """A country's emergency number and its lines."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: str = Field(pattern=r"^[A-Z]{2,3}$")
    emergency: str | None = Field(default=None, pattern=r"^[0-9]{2,6}$")
    lines: tuple[Helpline, ...] = Field(min_length=1)


@cache
def everywhere() -> dict[str, Country]:
    """Return every entry of the file by region. Raises pydantic's ValidationError when the file is malformed."""
    text = files("rules").joinpath("data/helplines.json").read_text(encoding="utf-8")
    return {country.region: country for country in _File.model_validate_json(text).countries}


def for_region(region: str | None) -> Country:
    """Return the entry of this country (ISO 3166-1 alpha-2), or the international one for an unknown region."""
    listed = everywhere()
    code = (region or "").strip().upper()
    return listed.get(regions.REGION_ALIASES.get(code, code), listed[INTERNATIONAL])


def stale(today: date) -> list[tuple[str, Helpline]]:
    """Return the lines that were verified more than a year ago, each with its region, the oldest first."""
    stale_lines = [
        (country.region, line)
        for country in everywhere().values()
        for line in country.lines
        if today - line.verified_on > VERIFICATION_LIFETIME
    ]
    return sorted(stale_lines, key=lambda entry: entry[1].verified_on)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    countries: tuple[Country, ...]
