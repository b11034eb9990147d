"""Normalizes secrets that people type or paste, so that the keyboard, clipboard or mail client makes no difference."""

import re
import unicodedata
from typing import Final
from urllib.parse import unquote

# What keyboards substitute for plain characters; Unicode's compatibility forms cover none of these.
_TYPOGRAPHIC: Final = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
}
# Controls, soft hyphens, direction marks, byte order marks, and variation selectors, in which emoji keyboards differ.
_INVISIBLE_IN_SECRETS: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
_INVITATION_PATH: Final = re.compile(r"invitation/", re.IGNORECASE)
_INVITATION_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+")
_DASHES_AND_SPACES: Final = re.compile(r"[\s-]")
# Misread or mistyped: a letter that looks like a digit is read as that digit.
_DIGIT_LOOKALIKES: Final = str.maketrans({"O": "0", "o": "0", "I": "1", "i": "1", "l": "1", "L": "1", "|": "1"})
_CROCKFORD_LOOKALIKES: Final = str.maketrans("ILO", "110")


def passphrase(text: str) -> str:
    """Return the canonical spelling of a passphrase.

    This is RFC 8265's OpaqueString (4.2: spaces of all kinds are equal, canonical composition) plus compatibility forms,
    because a full-width keyboard types different letters that look the same. Invisible characters and surrounding spaces
    are removed; case and inner spaces are kept.
    """
    plain = _INVISIBLE_IN_SECRETS.sub("", unicodedata.normalize("NFKC", _normalize_spaces(text)))
    return unicodedata.normalize("NFKC", plain.translate(_TYPOGRAPHIC)).strip()


def earlier_spellings(text: str) -> tuple[str, ...]:
    """Return the spellings that hashes were computed from before there was a canonical one: as typed, on any keyboard.

    Empty for a passphrase that every keyboard writes the same way.
    """
    now = passphrase(text)
    return tuple(dict.fromkeys(spelling for spelling in (text, unicodedata.normalize("NFD", text)) if spelling != now))


def sign_in_name(text: str) -> str:
    """Return a sign-in name as it is stored: in lower case, without surrounding spaces."""
    return _plain_ascii(text).strip().lower()


def recovery_code(text: str) -> str:
    """Return the letters and digits of a recovery code in Crockford's base32, without any separators."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub(r"[^0-9A-Z]", "", _ascii_digits(bare).upper()).translate(_CROCKFORD_LOOKALIKES)


def confirmation_code(text: str) -> str:
    """Return the digits of a code, without the spaces and dashes that an SMS or a keyboard added."""
    return _DASHES_AND_SPACES.sub("", _plain_ascii(text)).translate(_DIGIT_LOOKALIKES)


def invitation_token(text: str) -> str:
    """Return an invitation's token from the token itself or its link, even with a full stop after it; else the text."""
    # A mail client may have encoded the link, or broken it over two lines.
    plain = "".join(unquote(_plain_ascii(text)).split())
    token = _INVITATION_TOKEN.search(_INVITATION_PATH.split(plain)[-1])
    return token[0] if token else plain


def _plain_ascii(text: str) -> str:
    return _ascii_digits(passphrase(text))


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.digit(letter, letter)) for letter in text)


def _normalize_spaces(text: str) -> str:
    return "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in text)
