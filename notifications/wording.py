"""What a push says: one neutral sentence per kind, in the recipient's language."""

from collections.abc import Mapping
from typing import Final, cast

from rules.languages import catalogue_of

TITLE: Final = "Porchlight"
"""The title of every push: the app's name. Who looks over a shoulder learns nothing from it."""


def wording(kind: str, language: str | None, waiting: int = 1) -> tuple[str, str]:
    """Return title and body of a push of this kind, in `language` (a tag such as `es` or `es-MX`), else in English.

    `waiting`: how many people wait for whom an alarm goes to; it says so where it is more than one.
    """
    catalogue = catalogue_of(language)
    if kind == "reach_out" and waiting > 1:
        return TITLE, catalogue.several.text(waiting)
    # A newer server may have written a kind that this worker does not know yet; the push goes all the same.
    sentences = cast("Mapping[str, str]", catalogue.push)
    return TITLE, sentences.get(kind, catalogue.unknown_push)
