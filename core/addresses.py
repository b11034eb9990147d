"""Normalizes the addresses of channels, with harmless characters only: none can be mistaken for part of a URL."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from email_validator import EmailNotValidError, validate_email

from core.phone_numbers import costs_extra, to_e164

# Narrower than RFC 5321: gateways interpret percent signs, slashes, quotation marks and query characters differently.
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9.'_+~=-]*", re.ASCII)
_E164_NUMBER: Final = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
# Zero-width spaces, direction marks, byte order marks. Line breaks are not removed but refused.
_INVISIBLE_IN_ADDRESSES: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
MAX_LOCAL_PART: Final = 64
"""Characters before the @ that mail servers must accept (RFC 5321, 4.5.3.1)."""
EMAIL_ADVICE: Final = "must be one e-mail address in plain letters, such as name@example.org"
_NTFY_TOPIC: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def normalize_phone_number(text: str, region: str | None = None) -> str:
    """Return a phone number in E.164, by default in `region`. Raises ValueError with advice for the person."""
    number = to_e164(text, region, require_area_code=True)
    if not _E164_NUMBER.fullmatch(number):
        raise ValueError("must be a phone number with its country, such as +1 555 010 0199")
    if costs_extra(number):
        raise ValueError("must be somebody's own phone number, not one that costs extra to reach")
    return number


def normalize_email(text: str) -> str:
    """Return an e-mail address with its domain in lower-case ASCII, as mail servers accept it. Raises ValueError for anything else."""
    try:
        parsed = validate_email(_without_invisible(text), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        # The library's messages quote what was typed.
        raise ValueError(EMAIL_ADVICE) from None
    local = parsed.ascii_local_part or ""
    if len(local) > MAX_LOCAL_PART or not _LOCAL_PART.fullmatch(local):
        raise ValueError(EMAIL_ADVICE)
    return f"{local}@{parsed.ascii_domain}"


def _without_invisible(text: str) -> str:
    """Strip surrounding spaces and the invisible characters that copying from another program adds."""
    return _INVISIBLE_IN_ADDRESSES.sub("", text).strip()


def normalize_ntfy_topic(text: str) -> str:
    """Return an ntfy topic; the operator chooses its server. Raises ValueError for anything else."""
    topic = text.strip()
    if not _NTFY_TOPIC.fullmatch(topic):
        raise ValueError("must be the name of an ntfy topic (letters, digits, _ and -, at most 64), not its address")
    return topic


NORMALIZERS: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "sms": normalize_phone_number,
        "email": normalize_email,
        "ntfy": normalize_ntfy_topic,
        "call": normalize_phone_number,
    }
)
"""The function that normalizes typed input into an address, by kind of channel."""
