"""The languages of the server: a row and a file for each. Everything that lists or chooses languages reads this table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rules.languages.catalogue import Catalogue
from rules.languages.de import GERMAN
from rules.languages.en import ENGLISH
from rules.languages.es import SPANISH

LANGUAGES: Final[Mapping[str, Catalogue]] = MappingProxyType(
    {
        "en": ENGLISH,
        "es": SPANISH,
        "de": GERMAN,
    }
)
"""By tag, in the order in which an app offers them."""
DEFAULT_LANGUAGE: Final = "en"


def offered(tag: str | None) -> str | None:
    """Return the offered language of a tag (`de`, `de-AT`, `de_CH`), or None."""
    primary = (tag or "").replace("_", "-").partition("-")[0].lower()
    return primary if primary in LANGUAGES else None


def nearest(tag: str | None) -> str:
    """Return the offered language of a tag, or English."""
    return offered(tag) or DEFAULT_LANGUAGE


def catalogue_of(tag: str | None) -> Catalogue:
    """Return the catalogue of a tag's language, or the English one."""
    return LANGUAGES[nearest(tag)]
