"""The words of a guest's pages: a file for each language, chosen as for everything else."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rules.languages import nearest
from rules.languages.guest_pages.de import GERMAN_PAGES
from rules.languages.guest_pages.en import ENGLISH_PAGES
from rules.languages.guest_pages.es import SPANISH_PAGES
from rules.languages.guest_pages.words import GuestWords

GUEST_WORDS: Final[Mapping[str, GuestWords]] = MappingProxyType(
    {"en": ENGLISH_PAGES, "es": SPANISH_PAGES, "de": GERMAN_PAGES}
)


def guest_words(tag: str | None) -> GuestWords:
    """Return the words of a tag's language, or the English ones."""
    return GUEST_WORDS[nearest(tag)]
