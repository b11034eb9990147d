"""Phone numbers: pasted spellings are accepted and stored in dialable form; the rest is refused with advice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.phone_numbers import country_of, to_e164

LONDON = "+442079460018"
PASTED = [
    ("+44 (0)20 7946 0018", None, LONDON),
    ("+44 020 7946 0018", None, LONDON),
    ("(+44) 20 7946 0018", None, LONDON),
    ("+4402079460018", None, LONDON),
    ("\u202a+44 20 7946 0018\u202c", None, LONDON),
    ("\u200e+44\u201120\u20117946\u20110018\u00a0", None, LONDON),
    ("\ufeff+44.20.7946.0018\n", None, LONDON),
    ("\uff0b\uff14\uff14\uff12\uff10\uff17\uff19\uff14\uff16\uff10\uff10\uff11\uff18", None, LONDON),
    ("+\u0664\u0664\u0662\u0660\u0667\u0669\u0664\u0666\u0660\u0660\u0661\u0668", None, LONDON),
    ("tel:+44-20-7946-0018", None, LONDON),
    ("tel:+44%2020%207946%200018", None, LONDON),
    ("0044 20 7946 0018", None, LONDON),
    ("0044 20 7946 0018", "US", LONDON),
    ("0044 20 7946 0018", "JP", LONDON),
    ("011 44 20 7946 0018", "US", LONDON),
    ("020 7946 0018", "GB", LONDON),
    ("44 20 7946 0018", "GB", LONDON),
    ("+1 (202) 555-0190", None, "+12025550190"),
    ("202.555.0190", "US", "+12025550190"),
    ("+49 (30) 555-0100", None, "+49305550100"),
    ("+39 06 698 1234", None, "+39066981234"),
    ("06 698 1234", "IT", "+39066981234"),
    ("8 (495) 123-45-67", "RU", "+74951234567"),
    ("+52 1 55 1234 5678", None, "+525512345678"),
    ("011 15-1234-5678", "AR", "+5491112345678"),
]


@pytest.mark.parametrize(("pasted", "region", "kept"), PASTED)
def test_a_pasted_number_is_stored_in_dialable_form(pasted: str, region: str | None, kept: str) -> None:
    assert to_e164(pasted, region) == kept
    assert to_e164(kept) == kept


REFUSED = [
    ("020 7946 0018", None, "needs its country"),
    ("+999 123 456 789", None, "needs its country"),
    ("+44 20 7946 0018 ext. 5", None, "leave the extension out"),
    ("+1 202 555 0190 x12", None, "leave the extension out"),
    ("+12025550190,12", None, "leave the extension out"),
    ("tel:+44-20-7946-0018;ext=4", None, "leave the extension out"),
    ("555-0100", "US", "needs its area code"),
    ("999", "GB", "too short"),
    ("112", None, "too short"),
    ("+1555", None, "too short"),
    ("1" * 20, "US", "too many digits"),
    ("+44 20 7946 0018 020 7946 0019", None, "too many digits"),
    ("call me", None, "in digits"),
    ("+1-800-FLOWERS", None, "in digits"),
    ("020 7946 0018 home", "GB", "in digits"),
    ("++442079460018", None, "in digits"),
    ("+44 20 7946 0018 or +44 20 7946 0019", None, "in digits"),
    ("", None, "in digits"),
    (" \u202a ", None, "in digits"),
]


@pytest.mark.parametrize(("typed", "region", "says"), REFUSED)
def test_a_number_that_cannot_be_dialled_is_refused_with_advice(typed: str, region: str | None, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        to_e164(typed, region)


@given(st.text(max_size=80), st.sampled_from([None, "GB", "US", "JP", "ZZ"]))
def test_any_text_gives_a_dialable_number_or_a_value_error(typed: str, region: str | None) -> None:
    try:
        kept = to_e164(typed, region)
    except ValueError:
        return
    assert kept[0] == "+"
    assert kept[1:].isascii()
    assert kept[1:].isdigit()
    country = country_of(kept)
    assert country is None or (len(country) == 2 and country.isupper())


@pytest.mark.parametrize(
    ("number", "country"),
    [("+12025550143", "US"), ("+16135550143", "CA"), ("+447400123456", "GB"), ("+80012345678", None), ("none", None)],
)
def test_a_number_says_its_country(number: str, country: str | None) -> None:
    assert country_of(number) == country
