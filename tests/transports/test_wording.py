"""The words of a push: every kind in every language, neutral, and the ones that the contract quotes as it quotes them."""

import re

import pytest

from notifications.wording import TITLE, push_wording
from rules.languages import LANGUAGES
from rules.languages.en import ENGLISH

KINDS = frozenset(ENGLISH.push)
THE_CONTRACT_S = {
    "reach_out",
    "answered",
    "all_clear",
    "ended",
    "unanswered",
    "are_you_talking",
    "message",
    "invitation_accepted",
    "standing_by",
    "bookend_due",
    "bookend_missed",
    "check_in",
    "reach_in",
    "unreachable",
}
TELLING = re.compile(
    r"recover|sober|sobr|addict|adic|relap|reca[íi]|rückf|drink|drunk|alcohol|alkohol|drug|droga|droge|sucht|abstin|clean"
    r"|sponsor|padrin|urge|crav|crisis|krise|emergency|notfall|emergenc|meeting|reuni|victim|opfer|incident|vorfall|help|hilfe|ayuda",
    re.IGNORECASE,
)
EVERY = [(kind, language) for kind in sorted(KINDS) for language in LANGUAGES]


def test_every_kind_of_the_contract_has_words_and_test_and_code_have_too() -> None:
    assert THE_CONTRACT_S | {"test", "code"} == KINDS
    assert list(LANGUAGES) == ["en", "es", "de"]


def test_the_sentences_that_the_contract_quotes() -> None:
    assert push_wording("reach_out", "en")[1] == "Someone in your circle would like company."
    assert push_wording("answered", "en")[1] == "Someone has answered."
    assert push_wording("all_clear", "en")[1] == "All is well. Thank you for being there."
    assert "has ended without an all-clear" in push_wording("ended", "en")[1]
    assert push_wording("test", "en")[1] == "A light came on."


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_sentence_is_short_and_tells_nothing(kind: str, language: str) -> None:
    title, body = push_wording(kind, language)
    assert title == TITLE == "Porchlight"
    assert TELLING.search(body) is None
    assert not set(body) & set("!¡{}%0123456789@")
    # The code itself follows its sentence.
    assert body.endswith(":" if kind == "code" else (".", "?"))
    assert len(body) <= 80
    assert all(len(sentence.split()) <= 12 for sentence in re.split(r"[.?]", body))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_languages_say_different_things_and_every_kind_its_own(kind: str) -> None:
    assert len({push_wording(kind, language)[1] for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_kinds_share_a_sentence(language: str) -> None:
    assert len({push_wording(kind, language)[1] for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS - {"all_clear"}))
def test_only_the_all_clear_says_that_all_is_well(kind: str) -> None:
    for language in LANGUAGES:
        assert re.search(
            r"\bwell\b|todo está bien\.$|alles ist gut", push_wording(kind, language)[1], re.IGNORECASE
        ) is None or ("sin un aviso" in push_wording(kind, language)[1])


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("es-MX", "es"), ("de_AT", "de"), ("DE", "de"), ("fr", "en"), ("", "en"), (None, "en"), ("deu", "en")],
)
def test_a_language_falls_back_to_its_base_and_then_to_english(asked: str | None, spoken: str) -> None:
    assert push_wording("answered", asked) == push_wording("answered", spoken)


def test_a_kind_that_a_newer_server_wrote_still_gets_words() -> None:
    assert {push_wording("something_newer", language)[1] for language in LANGUAGES} == {
        "Something new is waiting for you.",
        "Hay algo nuevo para ti.",
        "Etwas Neues wartet auf dich.",
    }


@pytest.mark.parametrize(
    ("language", "waiting", "said"),
    [
        ("en", 1, "Someone in your circle would like company."),
        ("en", 2, "Two people in your circle would like company."),
        ("en", 10, "Ten people in your circle would like company."),
        ("en", 11, "Many people in your circle would like company."),
        ("es-MX", 2, "A dos personas de tu círculo les gustaría tener compañía."),
        ("es", 40, "A muchas personas de tu círculo les gustaría tener compañía."),
        ("de", 3, "Drei Menschen aus deinem Kreis hätten gern Gesellschaft."),
        ("xx", 2, "Two people in your circle would like company."),
    ],
)
def test_an_alarm_says_how_many_wait_and_no_name(language: str, waiting: int, said: str) -> None:
    assert push_wording("reach_out", language, waiting)[1] == said
    assert not TELLING.search(said)


def test_only_an_alarm_counts() -> None:
    assert push_wording("all_clear", "en", 3) == push_wording("all_clear", "en")
