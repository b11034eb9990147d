"""Sign-in names that are made for people who choose none."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.encryption import Keyring
from rules.accounts.registration import made_sign_in_name

KEYRING = Keyring(bytes(32), {"first": bytes(32)})
SOMEBODY = UUID(int=7)


@pytest.mark.parametrize(
    ("display_name", "stem"),
    [
        ("Ben", "ben"),
        ("Maya Lee", "maya"),
        ("José", "jose"),
        ("Straßer", "strasser"),
        ("Nguyễn Thị", "nguyen"),
        ("O'Brien", "o"),
        ("2nd Ana", "2nd"),
        ("Мая", "light"),
        ("🌻", "light"),
        ("x" * 60, "x" * 20),
    ],
)
def test_it_begins_with_the_first_word_of_the_display_name(display_name: str, stem: str) -> None:
    name = made_sign_in_name(KEYRING, display_name, SOMEBODY, 0)
    assert re.fullmatch(rf"{stem}-[2-9a-hjkmnp-z]{{6}}", name)


@given(display_name=st.text(min_size=1, max_size=60), person_id=st.uuids(version=4))
def test_it_can_always_be_typed_as_a_sign_in_name(display_name: str, person_id: UUID) -> None:
    name = made_sign_in_name(KEYRING, display_name, person_id, 0)
    assert re.fullmatch(r"[a-z0-9._-]{3,64}", name)
    assert name == made_sign_in_name(KEYRING, display_name, person_id, 0), "the same each time"
    assert name != made_sign_in_name(KEYRING, display_name, person_id, 1), "another one when it is taken"
    assert person_id.hex[-6:] not in name
