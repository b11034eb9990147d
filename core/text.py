"""Text that people type: what is kept, what is quietly cleaned, what is refused."""

import re
import unicodedata

# Embeddings, overrides and isolates (Unicode TR 9) can make a name read as another one; marks that a language
# needs (ZWJ, ZWNJ, LRM, RLM) stay.
BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u180e]")
# Letters and symbols by their category, and nothing to be seen: Hangul fillers, the empty Braille cell, the empty note.
BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159")
SPACES = re.compile(r"\s+")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def whole(text: str) -> str:
    """Return the text without half letters: what is left of an emoji where a phone has cut it in two (a lone surrogate)."""
    return text.encode("utf-8", "ignore").decode()


def one_line(text: str, most: int) -> str:
    """Return a name or label of 1 to `most` visible characters: NFC, single spaces.

    Raises ValueError when nothing visible is left, when it is too long, or when it turns the reading direction around.
    """
    text = whole(text)
    if BIDI.search(text) or CONTROLS.search(text.replace("\t", " ").replace("\n", " ").replace("\r", " ")):
        raise ValueError("must not hold control characters or marks that turn the reading direction around")
    text = SPACES.sub(" ", INVISIBLE.sub("", unicodedata.normalize("NFC", text))).strip()
    if not _visible(text):
        raise ValueError("must hold at least one visible character")
    if len(text) > most:
        raise ValueError(f"must be at most {most} characters long")
    return text


def words(text: str, most: int) -> str | None:
    """Return a note or message of at most `most` characters, cleaned of what cannot be seen; None when nothing is left.

    Invisible marks are taken out and never refused: nobody who reaches out is sent back to look for them.
    Raises ValueError when it is too long.
    """
    text = _clean(text)
    if len(text) > most:
        raise ValueError(f"must be at most {most} characters long")
    return text if _visible(text) else None


def cut(text: str, most: int) -> str | None:
    """Return the same, but what is too long ends after `most` characters."""
    return words(_clean(text)[:most], most)


def _clean(text: str) -> str:
    return INVISIBLE.sub("", BIDI.sub("", CONTROLS.sub("", unicodedata.normalize("NFC", whole(text))))).strip()


def _visible(text: str) -> bool:
    return any(unicodedata.category(letter)[0] in "LNPS" for letter in text if letter not in BLANK)
