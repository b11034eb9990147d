"""Which passphrases are taken, and that no text takes long to judge."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.passphrase_strength import is_strong

NAMES = ["Ana Maria", "ana.lopez"]


@pytest.mark.parametrize(
    "typed",
    [
        "password",
        "        ",
        "12345678",
        "1234567890" * 10,
        "Passwort123",
        "Sommer2024",
        "qwertzuiop",
        "!@#$%^&*(",
        "p4$$w0rd!",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44",
        "anamaria2024",
        "Ana Maria Ana",
        "ana.lopez1",
    ],
)
def test_what_others_try_first_is_too_easy(typed: str) -> None:
    assert not is_strong(typed, NAMES)


@pytest.mark.parametrize(
    "typed",
    ["another lantern", "a lantern by the window", "einhorn tasse fluss", "mesa nube tren", "ñandú über straße"],
)
def test_a_few_words_are_strong_in_any_language(typed: str) -> None:
    assert is_strong(typed, NAMES)


def test_a_name_makes_a_passphrase_easy_for_its_owner_alone() -> None:
    assert is_strong("valentina okonkwo", [])
    assert not is_strong("valentina okonkwo", ["Valentina Okonkwo"])


LOOKALIKES = "4@8({[<369!1|70$5+7%2abcegiloqstxz"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=LOOKALIKES, min_size=8, max_size=256))
def test_no_text_takes_long_to_judge(typed: str) -> None:
    """Unbounded, symbols that look like letters cost seconds at this length."""
    began = time.process_time()
    is_strong(typed, NAMES)
    assert time.process_time() - began < 0.4
