"""Lenient parsing of a press: it is never refused because of a field that it does not need."""

import json
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError, ValidatorFunctionWrapHandler

from api.schemas.common import MAX_NOTE_LENGTH
from core import text
from models.enums import Need

NEEDS: Final = frozenset(Need)
MAX_NUMBER_DIGITS: Final = 20
"""Digits of a number that is read; Python refuses to read one of thousands."""
_SPELT_ID: Final = TypeAdapter(UUID)


def read_json(body: bytes) -> object:
    """Read a body as JSON; where that fails, once more without what nobody needs. Raises ValueError for what is no JSON.

    Letters that are not UTF-8 are replaced, line breaks and other controls may stand in a text, a number that is too long is
    left out. An object that is nested too deeply to be read says nothing, and no body either.
    """
    if not body.strip():
        return {}
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        read = _read_odd_json(body.decode(json.detect_encoding(body), "replace"))
    return {} if read is None else read


def _read_odd_json(body: str) -> object:
    try:
        return _ODD_JSON.decode(body)
    except RecursionError:
        if body.lstrip().startswith("{"):
            return {}
        raise ValueError("must not be nested so deeply") from None


def _number_in(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_NUMBER_DIGITS else None


_ODD_JSON: Final = json.JSONDecoder(strict=False, parse_int=_number_in)


def parse_body(value: object) -> object:
    """Parse a body with another content type as JSON, such as the text/plain that a page's `fetch` sends."""
    return read_json(value) if isinstance(value, bytes) else value


def cut_note(value: object) -> object:
    """Cut a note that is too long; anything but a text counts as no note."""
    return text.clean_and_cut(value, MAX_NOTE_LENGTH) if isinstance(value, str) else None


def drop_invalid(value: object, check: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 (pydantic's own shape)
    """Drop an invalid time, so that a press never fails because of the phone's clock."""
    try:
        return check(value)
    except ValidationError:
        return None


def keep_valid_ids(value: object) -> object:
    """Keep the valid ids of a list, the first 50 at most; None for an empty list or anything else."""
    if not isinstance(value, list) or not value:
        # An empty list is a bug in the app; it does not mean that nobody is to be told.
        return None
    return [item_id for item in value[:50] if isinstance(item, str) and (item_id := _id_in(item)) is not None]


def _id_in(item: str) -> UUID | None:
    """Return the id that a text spells; None for any other. By pydantic, which refuses spellings that `UUID` takes."""
    try:
        return _SPELT_ID.validate_python(item)
    except ValidationError:
        return None


def keep_only_true(value: object) -> bool:
    """Take anything but true for a press: whoever was not clearly asked to be calm is told."""
    return value is True


def drop_unknown_need(value: object) -> object:
    """Drop a need that this release does not know, so that a press never fails because of it."""
    return value if isinstance(value, str) and value in NEEDS else None
