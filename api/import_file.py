"""A file to import: an export's ZIP, or the JSON in it, read within bounds and checked; what is not brought is not looked at."""

import io
import zipfile
import zlib
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from api.readable import EXPORT_NAME
from api.routes.accounts.me import ProfileChange, Window
from api.routes.daily.check_ins import WeeklyLookBody
from api.routes.daily.commitments import CommitmentText, DayText
from api.routes.daily.plan import NewPlan
from api.schemas.common import DisplayName, Flag, Language, Moment, Note, Phone, Region, TimeOfDay, Weekdays, Whole
from models.enums import Halt, Need, Outcome
from rules.accounts.moving.account_export import EXPORT_VERSION
from rules.accounts.people import time_zones
from rules.errors import ImportUnreadable

MAX_JSON_BYTES = 32 * 1024 * 1024
"""Size of the JSON once it is unpacked. Ten years of daily use are about half of it."""
ZIP_START = b"PK"
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

_LENIENT = ConfigDict(extra="ignore")
"""An export holds much that is not brought, and a newer release adds to it."""
_Rating = Annotated[Whole, Field(ge=0, le=3)] | None


class _Row(BaseModel):
    model_config = _LENIENT


def _known_zone(name: object) -> str | None:
    # Anything may stand in the place of a name.
    return name if isinstance(name, str) and name in time_zones() else None


class ImportedProfile(ProfileChange):
    """What the export says of the person. A time zone that this server does not know counts as left out."""

    model_config = _LENIENT
    __qualname__ = "ImportedProfile"

    display_name: DisplayName | None = None  # type: ignore[assignment]  # null where it could not be read
    time_zone: Annotated[str | None, BeforeValidator(_known_zone)] = None  # type: ignore[assignment]
    region: Region | None = None
    language: Language | None = None  # type: ignore[assignment]
    hours: Annotated[list[Window], Field(min_length=1, max_length=28)] | None = None
    wake_me: Flag | None = None  # type: ignore[assignment]
    contact: Phone | None = None


class ImportedWeek(WeeklyLookBody):
    model_config = _LENIENT
    __qualname__ = "ImportedWeek"


class ImportedPlan(NewPlan):
    model_config = _LENIENT
    __qualname__ = "ImportedPlan"


class ImportedCheckIn(_Row):
    feeling: Annotated[Whole, Field(ge=0, le=4)] | None = None
    halt: Annotated[list[Halt], Field(max_length=len(Halt))] | None = None
    note: Note | None = None
    week: ImportedWeek | None = None
    created_at: Moment


class ImportedReachOut(_Row):
    id: UUID
    need: Need | None = None
    note: Note | None = None
    calm: Flag = False
    outcome: Outcome | None = None
    created_at: Moment
    pressed_at: Moment | None = None
    raised_at: Moment | None = None
    closed_at: Moment | None = None


class ImportedReflection(_Row):
    reach_out_id: UUID
    seen: _Rating = None
    safe: _Rating = None
    soothed: _Rating = None
    created_at: Moment


class ImportedCommitment(_Row):
    id: UUID
    text: CommitmentText | None = None
    days: Weekdays
    at: TimeOfDay
    ends_on: date
    ended_at: Moment | None = None
    created_at: Moment


class ImportedDay(_Row):
    commitment_id: UUID
    day: date
    done: Flag
    text: DayText | None = None
    created_at: Moment


def _rows(most: int) -> Any:  # noqa: ANN401 (metadata of a field)
    return Field(default_factory=list, max_length=most)


class ImportFile(_Row):
    """The parts of an export that are brought. One from before exports had a version is like the first."""

    version: Literal[1] = EXPORT_VERSION
    person: ImportedProfile
    plans: Annotated[list[ImportedPlan], _rows(1)]
    check_ins: Annotated[list[ImportedCheckIn], _rows(10_000)]
    reach_outs: Annotated[list[ImportedReachOut], _rows(10_000)]
    reflections: Annotated[list[ImportedReflection], _rows(10_000)]
    commitments: Annotated[list[ImportedCommitment], _rows(1_000)]
    commitment_days: Annotated[list[ImportedDay], _rows(20_000)]
    circle: Annotated[list[_Row], _rows(1_000)]


def read_import_file(data: bytes) -> ImportFile:
    """Return what a file brings. Raises ImportUnreadable, and RequestValidationError where its content cannot be used."""
    try:
        return ImportFile.model_validate_json(_json_in(data) if data[:2] == ZIP_START else data)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)
        # Another version may mean other things by the same names.
        if any(item["type"] == "json_invalid" or item["loc"] == ("version",) for item in wrong):
            raise ImportUnreadable from None
        raise RequestValidationError([{**item, "loc": ("body", *item["loc"])} for item in wrong]) from None


def _json_in(data: bytes) -> bytes:
    """Return the JSON of an export's ZIP. Nothing is written anywhere, and no other entry of it is opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entry = packed.getinfo(EXPORT_NAME)
            if entry.compress_type not in _METHODS:
                raise ImportUnreadable
            with packed.open(entry) as file:
                # What the entry says of its own size is only what it says.
                content = file.read(MAX_JSON_BYTES + 1)
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, OverflowError):
        raise ImportUnreadable from None
    if len(content) > MAX_JSON_BYTES:
        raise ImportUnreadable
    return content
