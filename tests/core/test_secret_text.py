"""Typed secrets: normalized to one spelling, whichever keyboard or clipboard they came from."""

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


@pytest.mark.parametrize(("spelling", "other_spelling"), SAME)
def test_a_passphrase_is_the_same_from_every_keyboard(spelling: str, other_spelling: str) -> None:
    assert secret_text.passphrase(spelling) == secret_text.passphrase(other_spelling)


@pytest.mark.parametrize(
    ("passphrase", "other_passphrase"),
    [("Lantern", "lantern"), ("two  blanks", "two blanks"), ("ö", "o"), ("ß", "ss")],
)
def test_different_passphrases_stay_different(passphrase: str, other_passphrase: str) -> None:
    assert secret_text.passphrase(passphrase) != secret_text.passphrase(other_passphrase)


@given(st.text(max_size=60))
def test_normalizing_a_passphrase_is_idempotent(typed: str) -> None:
    plain = secret_text.passphrase(typed)
    assert secret_text.passphrase(plain) == plain
    assert secret_text.passphrase(unicodedata.normalize("NFD", typed)) == plain
    assert plain not in secret_text.earlier_spellings(typed)


def test_plain_ascii_has_no_earlier_spellings() -> None:
    assert secret_text.earlier_spellings("a lantern by the window") == ()


NFC, NFD = "caf\u00e9 am Fluss", "cafe\u0301 am Fluss"


async def test_a_hash_of_an_earlier_release_matches_and_is_reported_as_earlier() -> None:
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


async def test_a_wrong_passphrase_costs_the_same_whether_the_name_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passphrases = Passphrases(weak)
    verified: list[str] = []
    verify = Passphrases._verified

    def counted(self: Passphrases, encoded: str, spelled: str) -> bool:
        verified.append(spelled)
        return verify(self, encoded, spelled)

    monkeypatch.setattr(Passphrases, "_verified", counted)
    try:
        for typed, times in (("a lantern", 1), (NFC, 2), (NFD, 2)):
            for encoded in (weak.hash("another one"), None):
                verified.clear()
                assert not await passphrases.matches(encoded, typed)
                assert len(verified) == times, typed
    finally:
        passphrases.close()


def test_codes_and_names_are_read_however_they_are_typed() -> None:
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
