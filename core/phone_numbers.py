"""Phone numbers: accepted as people paste them, stored in E.164 so that they can be dialled from anywhere."""

import re
import unicodedata
from typing import Final

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
    shortnumberinfo,
)

from core.text import BIDI, CONTROLS, INVISIBLE

MAX_INPUT_LENGTH: Final = 80
"""Characters of pasted text."""
_IGNORED_MARKS: Final = re.compile("[\u200e\u200f\u061c\ufe0e\ufe0f]")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212\u30fc]")
_LINK_SCHEME: Final = re.compile(r"^(?:tel|sms|smsto|callto)\s*:\s*(?:/{2})?", re.IGNORECASE)
_COUNTRY_IN_PARENTHESES: Final = re.compile(r"^\(\s*\+\s*(\d{1,3})\s*\)")
_EXTENSION_PATTERN: Final = re.compile(
    r"(?:;\s*ext=|[,;#]|\b(?:ext(?:ension)?|extn|anexo|int(?:erno)?|x)\b\.?:?|(?<=\d)\s*x(?=\s*\d))", re.IGNORECASE
)
_NUMBER_PATTERN: Final = re.compile(r"\+?[\d\s().\-/*]+", re.ASCII)
MEXICO_COUNTRY_CODE: Final = 52
_COSTLY_TYPES: Final = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
MAX_DIGITS: Final = 15
"""Digits of a number with its country (ITU-T E.164)."""

COUNTRY_MISSING: Final = "needs its country: begin with + and the country's number, such as +44 20 7946 0018"
EXTENSION_GIVEN: Final = (
    "must be a number that can be dialled by itself; leave the extension out, or give a direct number"
)
NOT_DIGITS: Final = "must be a phone number in digits, such as +44 20 7946 0018"
TOO_SHORT: Final = "is too short to reach one person: give a whole number, such as +44 20 7946 0018"
TOO_LONG: Final = "has too many digits for one phone number; give one, such as +44 20 7946 0018"
AREA_CODE_MISSING: Final = "needs its area code, such as +1 202 555 0190"


def to_e164(text: str, region: str | None = None, *, require_area_code: bool = False) -> str:
    """Return the number in E.164. Without a country code it is read as dialled in `region`.

    `require_area_code`: refuse a number without its area code even if it has a country code.
    Raises ValueError, with advice for the person, for anything that cannot be dialled.
    """
    written = _plain_number(text)
    if _EXTENSION_PATTERN.search(written):
        raise ValueError(EXTENSION_GIVEN)
    if not _NUMBER_PATTERN.fullmatch(written):
        raise ValueError(NOT_DIGITS)
    digits = re.sub(r"\D", "", written)
    if len(digits) <= 3:
        raise ValueError(TOO_SHORT)
    number = _read_number(written, digits, region)
    if number is None:
        raise ValueError(COUNTRY_MISSING if len(digits) <= MAX_DIGITS else TOO_LONG)
    fits = phonenumbers.is_possible_number_with_reason(number)
    if fits == ValidationResult.TOO_LONG:
        raise ValueError(TOO_LONG)
    if fits == ValidationResult.IS_POSSIBLE_LOCAL_ONLY and (require_area_code or not written.startswith("+")):
        raise ValueError(AREA_CODE_MISSING)
    if fits not in {ValidationResult.IS_POSSIBLE, ValidationResult.IS_POSSIBLE_LOCAL_ONLY}:
        raise ValueError(COUNTRY_MISSING if fits == ValidationResult.INVALID_COUNTRY_CODE else TOO_SHORT)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def to_dialable(text: str, region: str | None = None) -> str:
    """Return the number as it can be dialled: a short number of `region`, such as 988, as its digits; others in E.164.

    Raises ValueError as `to_e164` does.
    """
    written = _plain_number(text)
    number = _parse_number(written, region) if region and _NUMBER_PATTERN.fullmatch(written) else None
    if number is not None and region and shortnumberinfo.is_valid_short_number_for_region(number, region):
        return re.sub(r"\D", "", written)
    return to_e164(text, region)


def country_of(e164: str) -> str | None:
    """Return the country (ISO 3166-1 alpha-2) of a number in E.164, the largest where several share a code; None for none."""
    number = _parse_number(e164, None)
    if number is None or number.country_code is None:
        return None
    code = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(number.country_code)
    return code if code.isalpha() and code != "ZZ" else None


def costs_extra(e164: str) -> bool:
    """Return whether whoever dials this number pays more than for a call to a person: a premium or a shared-cost number."""
    number = _parse_number(e164, None)
    return number is not None and phonenumbers.number_type(number) in _COSTLY_TYPES


def _plain_number(text: str) -> str:
    """Remove invisible characters, and convert full-width characters, dashes and the digits of any script to ASCII."""
    text = BIDI.sub("", INVISIBLE.sub("", _IGNORED_MARKS.sub("", CONTROLS.sub(" ", text))))
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    text = "".join(str(unicodedata.digit(letter, letter)) for letter in text)
    text = _LINK_SCHEME.sub("", text.replace("%20", " ").replace("%2B", "+").strip()).strip()
    return _COUNTRY_IN_PARENTHESES.sub(r"+\1 ", text)


def _read_number(written: str, digits: str, region: str | None) -> PhoneNumber | None:
    """Return the first reading that is a valid number, else the first possible one, else the first."""
    readings: list[tuple[str, str | None]] = [(written, None)] if written.startswith("+") else []
    if not readings:
        readings += [(written, region)] if region else []
        # Most of the world dials 00 for abroad; people also write it in countries that use another prefix.
        readings += [(f"+{digits[2:]}", None)] if digits.startswith("00") else []
    numbers = [number for reading in readings if (number := _parse_number(*reading)) is not None]
    good = [number for number in numbers if phonenumbers.is_valid_number(number)]
    possible = [number for number in numbers if phonenumbers.is_possible_number(number)]
    return next(iter([*good, *possible, *numbers]), None)


def _parse_number(written: str, region: str | None) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(written, region)
    except NumberParseException:
        return None
    national = phonenumbers.national_significant_number(number)
    if number.country_code == MEXICO_COUNTRY_CODE and len(national) == 11 and national.startswith("1"):
        # Mobile numbers had this 1 until 2019, and many address books still contain it.
        number.national_number = int(national[1:])
    return number
