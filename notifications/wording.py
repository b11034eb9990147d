"""The text of a push: one neutral sentence per kind, in the recipient's language."""

from collections.abc import Mapping
from typing import Final, cast

from rules.languages import catalogue_of

TITLE: Final = "Porchlight"
"""The title of every push: the app's name, which reveals nothing to somebody who sees the screen."""


def push_wording(kind: str, language: str | None, waiting: int = 1) -> tuple[str, str]:
    """Return title and body of a push of this kind, in `language` (a tag such as `es` or `es-MX`), else in English.

    `waiting`: number of people who wait for the recipient; an alarm mentions it if there are several.
    """
    catalogue = catalogue_of(language)
    if kind == "reach_out" and waiting > 1:
        return TITLE, catalogue.several.text(waiting)
    # A newer server may have written a kind that this worker does not know yet; the push is sent anyway.
    sentences = cast("Mapping[str, str]", catalogue.push)
    return TITLE, sentences.get(kind, catalogue.unknown_push)


def spoken_wording(sentence: str, language: str | None, code: str | None = None) -> str:
    """Return what a voice says on the phone, everything twice: the sentence of a push, or the code that confirms a number."""
    call = catalogue_of(language).call
    return call.text(sentence) if code is None else call.code_text(code)
