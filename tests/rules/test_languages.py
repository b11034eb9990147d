"""The catalogues of the server: alike in what they hold and fill in, whole in their own language, and listed in one place."""

import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from rules import languages
from rules.languages import LANGUAGES, nearest, offered
from rules.languages.en import ENGLISH

ROOT = Path(__file__).parents[2]
SAME = {
    "es": {"export.values.False", "export.values.sms", "export.values.ntfy"},
    "de": {"export.fields.name", "export.values.sms", "export.values.ntfy"},
}
"""What may read as in English: names, and words that two languages share."""
OTHERS = sorted(set(LANGUAGES) - {"en"})


def _texts(held: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text below a catalogue with the path to it, in order."""
    if isinstance(held, str):
        yield path, held
    elif isinstance(held, dict):
        for key, value in held.items():
            yield from _texts(value, f"{path}.{key}".lstrip("."))
    elif isinstance(held, tuple):
        for index, value in enumerate(held):
            yield from _texts(value, f"{path}.{index}")


def _catalogue(tag: str) -> dict[str, str]:
    return dict(_texts(asdict(LANGUAGES[tag])))


@pytest.mark.parametrize("tag", OTHERS)
def test_a_catalogue_holds_what_english_holds_in_the_same_order(tag: str) -> None:
    english, other = _catalogue("en"), _catalogue(tag)
    assert list(other) == list(english)
    assert [path for path, text in other.items() if not text.strip()] == []


@pytest.mark.parametrize("tag", OTHERS)
def test_a_catalogue_fills_in_what_english_fills_in(tag: str) -> None:
    english, other = _catalogue("en"), _catalogue(tag)
    places = re.compile(r"\{\w*\}")
    assert [path for path, text in other.items() if places.findall(text) != places.findall(english[path])] == []


@pytest.mark.parametrize("tag", OTHERS)
def test_nothing_is_left_in_english_by_mistake(tag: str) -> None:
    english, other = _catalogue("en"), _catalogue(tag)
    assert {path for path, text in other.items() if text == english[path]} == SAME[tag]


def test_every_file_has_its_row() -> None:
    folder = Path(str(languages.__file__)).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "catalogue"}
    assert files == set(LANGUAGES)


def test_the_app_and_the_server_speak_the_same_languages_by_the_same_names() -> None:
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
        path for path in files if path.parent.name != "languages" and listing.search(path.read_text(encoding="utf-8"))
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
def test_a_tag_is_spoken_by_its_first_part_and_else_in_english(tag: str | None, language: str | None) -> None:
    assert offered(tag) == language
    assert nearest(tag) == (language or "en")


def test_english_is_the_fallback() -> None:
    assert languages.catalogue_of("tlh") is ENGLISH
