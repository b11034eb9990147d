"""Normalizes country codes as people and browsers write them to ISO 3166-1 alpha-2."""

import re
from types import MappingProxyType
from typing import Final

REGION_ALIASES: Final = MappingProxyType(
    {
        # Reserved codes in everyday use: the United Kingdom's own, and the European Union's for Greece.
        "UK": "GB",
        "EL": "GR",
        # Common three-letter codes.
        "USA": "US",
        "GBR": "GB",
        # Former codes (CLDR's territory aliases).
        "AN": "CW",
        "BU": "MM",
        "CS": "RS",
        "DD": "DE",
        "FX": "FR",
        "SU": "RU",
        "TP": "TL",
        "YD": "YE",
        "YU": "RS",
        "ZR": "CD",
    }
)


def region_code(text: str) -> str:
    """Return the current two-letter code of a country, in capitals. Raises ValueError for anything else than a code."""
    code = text.strip()
    # Check for ASCII first: upper() turns some letters of other alphabets into ASCII letters.
    code = REGION_ALIASES.get(code.upper(), code.upper()) if code.isascii() else ""
    if not re.fullmatch(r"[A-Z]{2}", code, re.ASCII):
        raise ValueError("must be the two letters of a country, such as GB or US")
    return code
