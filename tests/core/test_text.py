"""Typed text: what is kept, what is silently removed, what is refused."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import BIDI, CONTROLS, INVISIBLE, clean_and_cut, clean_multiline, one_line

FAMILY = "👨‍👩‍👧"
WOULD_LIKE = "می‌خواهم"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Maya \n P. ", "Maya P."),
        ("Ma\u200by\ufeffa", "Maya"),
        ("soft\u00adhyphen", "softhyphen"),
        (FAMILY, FAMILY),
        (WOULD_LIKE, WOULD_LIKE),
        ("e\u0301", "é"),
        ("a\tb\r\nc", "a b c"),
        ("\u200fעברית", "\u200fעברית"),
        ("Maya \ud83d", "Maya"),
        ("\ude00Maya", "Maya"),
    ],
)
def test_a_name_is_one_clean_line(typed: str, kept: str) -> None:
    assert one_line(typed, 60) == kept


@pytest.mark.parametrize(
    "typed",
    [
        *["", "   ", "\u200b\u2060", "\u200d", "\u3164", "\u2800 \u2800", "\u115f\u1160", "\uffa0", "\U0001d159"],
        *["Ma\x00ya", "Ma\x1bya", "\u202eayaM", "\u2066x\u2069", "\ud83d", "x" * 61],
    ],
)
def test_a_blank_or_misleading_name_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="must"):
        one_line(typed, 60)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Please come.", "Please come."),
        (" two\nlines \n", "two\nlines"),
        ("\u202eright to left\u202c", "right to left"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("half \ud83d an \ude00 emoji", "half  an  emoji"),
        ("\ud83d", None),
        (f"{FAMILY} {WOULD_LIKE}", f"{FAMILY} {WOULD_LIKE}"),
        ("", None),
        ("\u200b \u202e \x00", None),
        ("\u3164\u2800", None),
        ("?!", "?!"),
        ("🫂", "🫂"),
    ],
)
def test_a_note_is_cleaned_and_never_refused_for_invisible_characters(typed: str, kept: str | None) -> None:
    assert clean_multiline(typed, 2000) == kept


def test_cut_text_is_clean() -> None:
    assert clean_and_cut("\u200bcome, please", 5) == "come,"
    assert clean_and_cut("come please", 5) == "come"
    assert clean_and_cut("\u0958\u0958", 3) == "\u0915\u093c\u0915"
    assert clean_and_cut("\u3164" * 5 + "x", 5) is None


def test_length_is_counted_after_cleaning() -> None:
    assert clean_multiline("\u200b" * 50 + "x" * 10, 10) == "x" * 10
    with pytest.raises(ValueError, match="at most 10"):
        clean_multiline("x" * 11, 10)


@given(st.text(max_size=60))
def test_cleaning_any_text_is_idempotent(typed: str) -> None:
    kept = clean_multiline(typed, 2000)
    if kept is not None:
        assert not any(pattern.search(kept) for pattern in (BIDI, CONTROLS, INVISIBLE))
        assert clean_multiline(kept, 2000) == kept
        assert unicodedata.normalize("NFC", kept) == kept
    try:
        name = one_line(typed, 60)
    except ValueError:
        return
    assert one_line(name, 60) == name
    assert name == name.strip()
