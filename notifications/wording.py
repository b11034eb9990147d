"""The text of a push: one sentence per kind, in the recipient's language, neutral unless both sides chose a name."""

from collections.abc import Mapping
from typing import Final, cast

from rules.languages import catalogue_of

TITLE: Final = "Porchlight"
"""The title of every push: the app's name, which reveals nothing to somebody who sees the screen."""

NAME_PLACE: Final = "{}"


def push_wording(kind: str, language: str | None, waiting: int = 1, name: str | None = None) -> tuple[str, str]:
    """Return title and body of a push of this kind, in `language` (a tag such as `es` or `es-MX`), else in English.

    `waiting`: number of people who wait for the recipient; an alarm mentions it if there are several, and
    then names nobody. `name`: whom the push is about, where both have chosen that it says so.
    """
    catalogue = catalogue_of(language)
    if kind == "reach_out" and waiting > 1:
        return TITLE, catalogue.several.text(waiting)
    named = cast("Mapping[str, str]", catalogue.named_push).get(kind)
    if name and named:
        return TITLE, named.replace(NAME_PLACE, name)
    # A newer server may have written a kind that this worker does not know yet; the push is sent anyway.
    sentences = cast("Mapping[str, str]", catalogue.push)
    return TITLE, sentences.get(kind, catalogue.unknown_push)


def spoken_wording(sentence: str, language: str | None, code: str | None = None, *, guest: bool = False) -> str:
    """Return what a voice says on the phone, everything twice: the sentence of a push, or the code that confirms a number.

    `guest`: somebody without the app, who gets a message with a link to the same number.
    """
    call = catalogue_of(language).call
    return call.text(sentence, guest=guest) if code is None else call.code_text(code)
