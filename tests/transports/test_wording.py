"""The wording of a push: every kind in every language, neutral, and as quoted in the contract."""

import re

import pytest

from notifications.wording import TITLE, push_wording
from rules.languages import LANGUAGES
from rules.languages.en import ENGLISH

KINDS = frozenset(ENGLISH.push)
CONTRACT_KINDS = {
    "account_changed",
    "reach_out",
    "calm",
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
    "check_in_seen",
    "commitment_asked",
    "commitment_due",
    "commitment_ended",
    "moment",
    "follow_up",
    "practice",
    "practice_offer",
}
REVEALING = re.compile(
    r"recover|sober|sobr|addict|adic|relap|reca[íi]|rückf|drink|drunk|alcohol|alkohol|drug|droga|droge|sucht|abstin|clean"
    r"|sponsor|padrin|urge(?!nt)|crav|crisis|krise|emergency|notfall|emergenc|meeting|reuni|victim|opfer|incident|vorfall|help|hilfe|ayuda",
    re.IGNORECASE,
)
KINDS_AND_LANGUAGES = [(kind, language) for kind in sorted(KINDS) for language in LANGUAGES]


def test_every_kind_has_wording() -> None:
    assert CONTRACT_KINDS | {"test", "code"} == KINDS
    assert list(LANGUAGES) == ["en", "es", "de"]


def test_sentences_quoted_in_the_contract() -> None:
    assert push_wording("reach_out", "en")[1] == "Someone in your circle would like company."
    assert push_wording("answered", "en")[1] == "Someone has answered."
    assert push_wording("all_clear", "en")[1] == "All is well. Thank you for being there."
    assert "has ended without an all-clear" in push_wording("ended", "en")[1]
    assert push_wording("test", "en")[1] == "A light came on."


@pytest.mark.parametrize(("kind", "language"), KINDS_AND_LANGUAGES)
def test_a_sentence_is_short_and_reveals_nothing(kind: str, language: str) -> None:
    title, body = push_wording(kind, language)
    assert title == TITLE == "Porchlight"
    assert REVEALING.search(body) is None
    assert not set(body) & set("!¡{}%0123456789@")
    # The code itself follows the sentence.
    assert body.endswith(":" if kind == "code" else (".", "?"))
    assert len(body) <= 80
    assert all(len(sentence.split()) <= 12 for sentence in re.split(r"[.?]", body))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_language_has_its_own_sentence(kind: str) -> None:
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
    ("language", "fallback"),
    [("es-MX", "es"), ("de_AT", "de"), ("DE", "de"), ("fr", "en"), ("", "en"), (None, "en"), ("deu", "en")],
)
def test_a_language_falls_back_to_its_base_and_then_to_english(language: str | None, fallback: str) -> None:
    assert push_wording("answered", language) == push_wording("answered", fallback)


def test_an_unknown_kind_of_a_newer_release_gets_a_general_sentence() -> None:
    assert {push_wording("something_newer", language)[1] for language in LANGUAGES} == {
        "Something new is waiting for you.",
        "Hay algo nuevo para ti.",
        "Etwas Neues wartet auf dich.",
    }


@pytest.mark.parametrize(
    ("language", "waiting", "sentence"),
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
def test_an_alarm_says_how_many_people_wait_and_names_nobody(language: str, waiting: int, sentence: str) -> None:
    assert push_wording("reach_out", language, waiting)[1] == sentence
    assert not REVEALING.search(sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_takes_the_place_of_someone_and_reveals_no_more(language: str) -> None:
    named = LANGUAGES[language].named_push
    for kind in named:
        body = push_wording(kind, language, name="Noor")[1]
        assert body.count("Noor") == 1
        assert body != push_wording(kind, language)[1]
        assert REVEALING.search(body) is None
        assert "{" not in body
    assert len({push_wording(kind, language, name="Noor")[1] for kind in named}) == len(named)
    unnamed = sorted(KINDS - set(named))
    assert all(push_wording(kind, language, name="Noor") == push_wording(kind, language) for kind in unnamed)


def test_only_alarms_count_people() -> None:
    assert push_wording("all_clear", "en", 3) == push_wording("all_clear", "en")
