"""Countries (ISO 3166-1 alpha-2) by the codes that people and browsers write for them."""

import re
from types import MappingProxyType
from typing import Final

REGION_ALIASES: Final = MappingProxyType(
    {
        # Reserved for them, and in daily use: the United Kingdom's own word, and the European Union's for Greece.
        "UK": "GB",
        "EL": "GR",
        # The three-letter and spoken forms of countries whose people write them.
        "USA": "US",
        "GBR": "GB",
        # Countries that are now called something else (CLDR's territory aliases).
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
    """Return the code of a country in capitals, by its usual name. Raises ValueError for what is no code of two letters."""
    code = text.strip()
    # Before the capitals: those of other alphabets can be ours.
    code = REGION_ALIASES.get(code.upper(), code.upper()) if code.isascii() else ""
    if not re.fullmatch(r"[A-Z]{2}", code, re.ASCII):
        raise ValueError("must be the two letters of a country, such as GB or US")
    return code
