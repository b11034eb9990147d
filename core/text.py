"""Cleans and checks text that people type."""

import re
import unicodedata

# Embeddings, overrides and isolates (Unicode TR 9) can make a name look like another one. Marks that languages
# need (ZWJ, ZWNJ, LRM, RLM) are kept.
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u180e]")
# Letters and symbols by category, yet invisible: Hangul fillers, the empty Braille cell, the null notehead.
BLANK_CHARACTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")
SPACES = re.compile(r"\s+")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def drop_lone_surrogates(text: str) -> str:
    """Remove lone surrogates, which remain when a phone cuts an emoji in two."""
    return text.encode("utf-8", "ignore").decode()


def one_line(text: str, max_length: int) -> str:
    """Return a name or label of at most `max_length` characters, in NFC and with single spaces.

    Raises ValueError when nothing visible is left, when it is too long, or when it changes the reading direction.
    """
    text = drop_lone_surrogates(text)
    if BIDI.search(text) or CONTROLS.search(text.replace("\t", " ").replace("\n", " ").replace("\r", " ")):
        raise ValueError("must not hold control characters or marks that turn the reading direction around")
    text = SPACES.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()
    if not _has_visible_character(text):
        raise ValueError("must hold at least one visible character")
    if len(text) > max_length:
        raise ValueError(f"must be at most {max_length} characters long")
    return text


def clean_multiline(text: str, max_length: int) -> str | None:
    """Return a note or message of at most `max_length` characters without invisible ones; None when nothing is left.

    Invisible characters are removed, not refused: nobody who reaches out should have to search for them.
    Raises ValueError when it is too long.
    """
    text = _clean(text)
    if len(text) > max_length:
        raise ValueError(f"must be at most {max_length} characters long")
    return text if _has_visible_character(text) else None


def clean_and_cut(text: str, max_length: int) -> str | None:
    """Return the same as `clean_multiline`, but cut a text that is too long."""
    return clean_multiline(_clean(text)[:max_length], max_length)


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        # Nothing of what is removed below.
        return text.strip()
    return INVISIBLE.sub(
        "", BIDI.sub("", CONTROLS.sub("", unicodedata.normalize("NFC", drop_lone_surrogates(text))))
    ).strip()


def _has_visible_character(text: str) -> bool:
    return any(unicodedata.category(letter)[0] in "LNPS" for letter in text if letter not in BLANK_CHARACTERS)
