"""What a press forgives: distress is never sent back for the shape of a field that it can do without."""

import json
from typing import Any
from uuid import UUID

from pydantic import ValidationError, ValidatorFunctionWrapHandler

from api.schemas.common import MAX_NOTE_LENGTH
from core import text
from models.enums import Need


def read(value: object) -> object:
    """A body that came by another name than JSON, as a page's `fetch` calls a text, is read as JSON all the same."""
    if not isinstance(value, bytes):
        return value
    try:
        said = json.loads(value)
    except RecursionError:
        raise ValueError("must not be nested so deeply") from None
    return {} if said is None else said


def note(value: object) -> object:
    """A note that is too long is cut, and what is no text is none."""
    return text.cut(value, MAX_NOTE_LENGTH) if isinstance(value, str) else None


def or_nothing(value: object, check: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 (pydantic's own shape)
    """A time that makes no sense is left out: a press never fails on its phone's clock."""
    try:
        return check(value)
    except ValidationError:
        return None


def ids(value: object) -> object:
    """What is no id names nobody."""
    if not isinstance(value, list) or not value:
        # An empty list, or none at all, is a phone's slip; it does not mean that nobody shall be told.
        return None
    return [item for item in value[:50] if isinstance(item, str) and is_id(item)]


def is_id(text_: str) -> bool:
    try:
        UUID(text_)
    except ValueError:
        return False
    return True


def known_need(value: object) -> object:
    """A need that this release does not know is left out: a press never fails on a word."""
    return value if isinstance(value, str) and value in set(Need) else None
