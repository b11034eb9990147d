"""The server's language catalogues: the same entries and placeholders, fully translated, and listed in one place."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from rules import languages
from rules.languages import LANGUAGES, nearest, offered
from rules.languages.en import ENGLISH
from rules.languages.guest_pages import GUEST_WORDS

ROOT = Path(__file__).parents[2]
SAME_AS_ENGLISH = {
    "es": {
        "export.values.False",
        "export.values.sms",
        "export.values.ntfy",
        "export.values.iphone",
        "guest_pages.kind_sms",
    },
    "de": {
        "export.fields.name",
        "export.values.sms",
        "export.values.ntfy",
        "export.values.iphone",
        "guest_pages.kind_sms",
    },
}
"""Entries that may be the same as in English: names, and words that both languages share."""
OTHER_LANGUAGES = sorted(set(LANGUAGES) - {"en"})


def catalogue_texts(held: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text below a catalogue with the path to it, in order."""
    if isinstance(held, str):
        yield path, held
    elif isinstance(held, dict):
        for key, value in held.items():
            yield from catalogue_texts(value, f"{path}.{key}".lstrip("."))
    elif isinstance(held, tuple):
        for index, value in enumerate(held):
            yield from catalogue_texts(value, f"{path}.{index}")


def catalogue(tag: str) -> dict[str, str]:
    texts = asdict(LANGUAGES[tag]) | {"guest_pages": asdict(GUEST_WORDS[tag])}
    return dict(catalogue_texts(texts))


def test_a_guests_pages_have_the_same_languages() -> None:
    assert list(GUEST_WORDS) == list(LANGUAGES)


@pytest.mark.parametrize("tag", OTHER_LANGUAGES)
def test_a_catalogue_has_the_same_entries_as_english_in_the_same_order(tag: str) -> None:
    english, other = catalogue("en"), catalogue(tag)
    assert list(other) == list(english)
    assert [path for path, text in other.items() if not text.strip()] == []


@pytest.mark.parametrize("tag", OTHER_LANGUAGES)
def test_a_catalogue_has_the_same_placeholders_as_english(tag: str) -> None:
    english, other = catalogue("en"), catalogue(tag)
    places = re.compile(r"\{\w*\}")
    assert [path for path, text in other.items() if places.findall(text) != places.findall(english[path])] == []


@pytest.mark.parametrize("tag", OTHER_LANGUAGES)
def test_nothing_is_left_untranslated(tag: str) -> None:
    english, other = catalogue("en"), catalogue(tag)
    assert {path for path, text in other.items() if text == english[path]} == SAME_AS_ENGLISH[tag]


def test_every_catalogue_file_is_listed() -> None:
    folder = Path(str(languages.__file__)).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "catalogue"}
    assert files == set(LANGUAGES)


def test_app_and_server_offer_the_same_languages() -> None:
    source = (ROOT / "phone" / "src" / "i18n" / "languages.ts").read_text(encoding="utf-8")
    rows = re.search(r"const LANGUAGES = \{(.*?)\}", source, re.DOTALL)
    assert rows is not None
    spoken = re.findall(r"(\w+): '([^']+)'", rows[1])
    assert spoken == [(tag, catalogue.name) for tag, catalogue in LANGUAGES.items()]


def test_no_other_file_lists_languages() -> None:
    listing = re.compile(r"""["'](?:es|de)["']\s*[:,)\]]""")
    files = [
        path
        for folder in ("api", "cli", "core", "models", "notifications", "rules", "worker")
        for path in (ROOT / folder).rglob("*.py")
    ]
    elsewhere = [
        path for path in files if "languages" not in path.parts and listing.search(path.read_text(encoding="utf-8"))
    ]
    assert elsewhere == []


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("ES-mx", "es"),
        ("deu", None),
        ("fr", None),
        ("", None),
        (None, None),
    ],
)
def test_a_language_tag_falls_back_to_its_base_and_then_to_english(tag: str | None, language: str | None) -> None:
    assert offered(tag) == language
    assert nearest(tag) == (language or "en")


def test_english_is_the_fallback() -> None:
    assert languages.catalogue_of("tlh") is ENGLISH
