"""Schemas that several resources share: strict bodies, a person, a page, text that people type."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Literal, ParamSpec, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
)

from core import regions, secret_text, text
from core.phone_numbers import MAX_INPUT_LENGTH
from rules.accounts.people import time_zones
from rules.person_view import PersonView

Item = TypeVar("Item")
Source = TypeVar("Source")
Fields = ParamSpec("Fields")
ReplyModel = TypeVar("ReplyModel", bound=BaseModel)


def unvalidated(model: Callable[Fields, ReplyModel]) -> Callable[Fields, ReplyModel]:
    """Return what makes this model without validation, of all of its fields by name and in their order.

    For replies, whose values come from the rules: pydantic's `model_construct` takes five times as long.
    """
    kind: Any = model

    def make(*_: Fields.args, **values: Fields.kwargs) -> ReplyModel:
        made: ReplyModel = object.__new__(kind)
        set_attribute = object.__setattr__
        set_attribute(made, "__dict__", values)
        set_attribute(made, "__pydantic_fields_set__", set(values))
        set_attribute(made, "__pydantic_extra__", None)
        set_attribute(made, "__pydantic_private__", None)
        return made

    return make


# In a body, `true` and "1" are not numbers, and 1 is not a boolean.
Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
CircleStep = Annotated[Literal[1, 2], BeforeValidator(TypeAdapter(Whole).validate_python)]


class Body(BaseModel):
    """A request body. Unknown fields are refused, so that a misspelt field is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class PersonOut(BaseModel):
    """A person in a reply. `display_name` is null when what is stored cannot be read."""

    id: UUID
    display_name: str | None


_make_person = unvalidated(PersonOut)


def person_out(view: PersonView) -> PersonOut:
    return _make_person(id=view.id, display_name=view.display_name)


class Page(BaseModel, Generic[Item]):
    """A page of a list. `next` goes back in as `cursor`; null at the end."""

    items: list[Item]
    next: str | None


Limit = Annotated[int, Query(ge=1, le=100, description="Items in one page.")]
Cursor = Annotated[UUID | None, Query(description="`next` of the page before.")]
DEFAULT_LIMIT = 20


def page(
    rows: Sequence[Source],
    limit: int,
    show: Callable[[Source], Item],
    cursor: Callable[[Source], UUID | str] = lambda item: item.id,  # type: ignore[attr-defined]  # every listed row but one has an id
) -> Page[Item]:
    """Return a page of at most `limit` items from `limit` + 1 rows; the last row says whether there is a next page."""
    shown = rows[:limit]
    next_cursor = str(cursor(shown[-1])) if len(rows) > limit else None
    return Page(items=[show(item) for item in shown], next=next_cursor)


def _known_time_zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError("must be a time zone name such as Europe/Berlin")
    return name


def _written_as_time(value: object) -> object:
    """Refuse a number, which would be read as seconds since 1970: where one stands a client has got its fields mixed up."""
    if not (isinstance(value, str) and "-" in value[1:]):
        raise ValueError("must be a time such as 2026-03-10T20:00:00Z")
    return value


def _written_as_day(value: object) -> object:
    """Refuse a number, and a time: it belongs to different days in different zones."""
    if not (isinstance(value, str) and len(value) == len("2026-03-10") and value.count("-") == 2):
        raise ValueError("must be a day such as 2026-03-10")
    return value


def _in_plausible_year(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"must be a time between {FIRST_YEAR} and {LAST_YEAR}")
    return moment.astimezone(UTC)


def _normalize_sign_in_name(value: object) -> object:
    """Normalize a sign-in name: phone keyboards add a capital letter and a trailing space."""
    return secret_text.sign_in_name(value) if isinstance(value, str) and len(value) <= 256 else value


def _check_passphrase_length(typed: str) -> str:
    """Check the length of a passphrase in the normalized form that is hashed."""
    length = len(secret_text.passphrase(typed))
    if length < MIN_PASSPHRASE_LENGTH:
        raise ValueError(f"must be at least {MIN_PASSPHRASE_LENGTH} characters long, without blanks around it")
    if length > MAX_PASSPHRASE_LENGTH:
        raise ValueError(f"must be at most {MAX_PASSPHRASE_LENGTH} characters long")
    return typed


def _repair_text(value: object) -> object:
    return text.drop_lone_surrogates(value) if isinstance(value, str) else value


FREE_TEXT = BeforeValidator(_repair_text)
"""For free text: half an emoji, as a phone leaves it when it cuts a text, is repaired instead of refused."""
MIN_PASSPHRASE_LENGTH, MAX_PASSPHRASE_LENGTH = 8, 256
FIRST_YEAR, LAST_YEAR = 2000, 2200
MAX_NOTE_LENGTH = 2000
MAX_MESSAGE_LENGTH = 4000
SignInName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{3,64}$")]
GivenSignInName = Annotated[str, BeforeValidator(_normalize_sign_in_name), FREE_TEXT]
"""Whatever is typed, even what nobody can be called: the answer is the same as for any other name that nobody has."""
# Hashed in a normalized spelling (core.secret_text); a keyboard that decomposes letters sends more characters.
Passphrase = Annotated[str, StringConstraints(min_length=8, max_length=1024), AfterValidator(_check_passphrase_length)]
GivenPassphrase = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
DisplayName = Annotated[
    str, StringConstraints(max_length=240), AfterValidator(lambda value: text.one_line(value, 60)), FREE_TEXT
]
Label = Annotated[
    str, StringConstraints(max_length=240), AfterValidator(lambda value: text.one_line(value, 60)), FREE_TEXT
]
Note = Annotated[
    str,
    StringConstraints(max_length=4 * MAX_NOTE_LENGTH),
    AfterValidator(lambda value: text.clean_multiline(value, MAX_NOTE_LENGTH)),
    FREE_TEXT,
]
Words = Annotated[
    str,
    StringConstraints(max_length=4 * MAX_MESSAGE_LENGTH),
    AfterValidator(lambda value: text.clean_multiline(value, MAX_MESSAGE_LENGTH)),
    FREE_TEXT,
]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_time_zone)]
Region = Annotated[str, StringConstraints(min_length=2, max_length=8), AfterValidator(regions.region_code)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
# Parsed with the region of the person who enters it: core.phone_numbers.
Phone = Annotated[str, StringConstraints(max_length=MAX_INPUT_LENGTH)]
Weekday = Annotated[Whole, Field(ge=0, le=6)]
Weekdays = Annotated[list[Weekday], Field(min_length=1, max_length=7), AfterValidator(lambda days: sorted(set(days)))]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_as_time), AfterValidator(_in_plausible_year)]
Day = Annotated[date, BeforeValidator(_written_as_day)]
# Room for the whole link, which people paste as well.
ConsentVersion = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
"""The version of the privacy page: a date."""
InvitationToken = Annotated[str, StringConstraints(min_length=1, max_length=2048)]
