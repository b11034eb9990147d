"""Secrets that people type: one spelling each, whichever keyboard or clipboard they came by."""

import unicodedata

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from core import secret_text
from core.passphrases import Match, Passphrases

SAME = [
    ("caf\u00e9 am Fluss", "cafe\u0301 am Fluss"),
    ("correct horse", "correct\u00a0horse"),
    ("correct horse", "correct\u3000horse"),
    ("correct horse", " correct horse\n"),
    ("ａｂｃ１２３４５", "abc12345"),
    ("ﬁne wine", "fine wine"),
    ("don\u2019t look back", "don't look back"),
    ("well\u2011lit porch", "well-lit porch"),
    ("a \u2764\ufe0f light", "a \u2764 light"),
    ("a lan\u00adtern\u200b", "a lantern"),
    ("\ud55c\uad6d\uc5b4 \ub4f1\ubd88", unicodedata.normalize("NFD", "\ud55c\uad6d\uc5b4 \ub4f1\ubd88")),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_passphrase_is_the_same_on_every_keyboard(one: str, other: str) -> None:
    assert secret_text.passphrase(one) == secret_text.passphrase(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Lantern", "lantern"), ("two  blanks", "two blanks"), ("ö", "o"), ("ß", "ss")]
)
def test_what_differs_to_its_owner_differs(one: str, other: str) -> None:
    assert secret_text.passphrase(one) != secret_text.passphrase(other)


@given(st.text(max_size=60))
def test_one_spelling_is_its_own_and_the_clipboards(typed: str) -> None:
    plain = secret_text.passphrase(typed)
    assert secret_text.passphrase(plain) == plain
    assert secret_text.passphrase(unicodedata.normalize("NFD", typed)) == plain
    assert plain not in secret_text.earlier_spellings(typed)


def test_plain_letters_are_hashed_once() -> None:
    assert secret_text.earlier_spellings("a lantern by the window") == ()


NFC, NFD = "caf\u00e9 am Fluss", "cafe\u0301 am Fluss"


async def test_a_hash_made_earlier_opens_to_either_keyboard_and_says_that_it_is_one() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passphrases = Passphrases(weak)
    try:
        for made_from in (NFC, NFD, "ａｂｃ１２３４５"):
            for typed in (NFC, NFD) if made_from in (NFC, NFD) else (made_from,):
                earlier = await passphrases.matches(weak.hash(made_from), typed)
                assert earlier, (made_from, typed)
                assert (earlier is Match.EARLIER_SPELLING) == (made_from != secret_text.passphrase(typed))
                assert await passphrases.matches(await passphrases.hash(made_from), typed) is Match.CURRENT
        assert not await passphrases.matches(weak.hash(NFC), NFC.upper())
        assert not await passphrases.matches(None, NFC)
    finally:
        passphrases.close()


async def test_a_wrong_one_costs_the_same_whether_the_name_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passphrases = Passphrases(weak)
    verified: list[str] = []
    looked = Passphrases._verified

    def counted(self: Passphrases, encoded: str, spelled: str) -> bool:
        verified.append(spelled)
        return looked(self, encoded, spelled)

    monkeypatch.setattr(Passphrases, "_verified", counted)
    try:
        for typed, times in (("a lantern", 1), (NFC, 2), (NFD, 2)):
            for encoded in (weak.hash("another one"), None):
                verified.clear()
                assert not await passphrases.matches(encoded, typed)
                assert len(verified) == times, typed
    finally:
        passphrases.close()


def test_codes_and_names_as_hands_and_eyes_write_them() -> None:
    for typed in (
        "0123-ABCD-EFGH-JKMN",
        "o1z3abcdefghjkmn",
        "０１２３ ＡＢＣＤ\u2014efgh\u2011jkmn",
        " 0l23 abcd-efgh jkmn\n",
    ):
        wanted = "01Z3ABCDEFGHJKMN" if "z" in typed else "0123ABCDEFGHJKMN"
        assert secret_text.recovery_code(typed) == wanted, typed
    assert secret_text.recovery_code("\u0130\u0131") == "1" or secret_text.recovery_code("\u0130") == "1"
    for typed in (
        "123456",
        " 123 456\n",
        "123-456",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "\u0661\u0662\u0663\u0664\u0665\u0666",
    ):
        assert secret_text.confirmation_code(typed) == "123456", typed
    for typed in ("maya.p", "Maya.P ", "\u200bMAYA.P\u00a0", "\uff4d\uff41\uff59\uff41.p"):
        assert secret_text.sign_in_name(typed) == "maya.p", typed
