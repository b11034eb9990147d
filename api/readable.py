"""A readable export: a ZIP with the JSON and one self-contained page."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Final, cast
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic_core import to_json

from api import small_page
from rules.circle.hours import load_zone
from rules.languages import LANGUAGES, nearest

EXPORT_NAME: Final = "porchlight.json"
PERSON_FIELDS: Final = (
    "member_id",
    "owner_id",
    "person_id",
    "sender_id",
    "recipient_id",
    "companion_id",
    "blocked_id",
    "other_id",
    "witness_id",
)
"""Fields that hold the id of a person, who is shown by name."""
FREE_TEXT_FIELDS: Final = frozenset(
    {
        "name",
        "display_name",
        "sign_in_name",
        "contact",
        "label",
        "greeting",
        "address",
        "note",
        "text",
        "what",
        "standing_words",
        "signs",
        "alone",
        "places",
        "safer",
        "reasons",
        "people",
        "professionals",
        "help_me",
    }
)
"""Fields that hold a person's own words, which are never translated as if they were a stored value."""
ABOUT_EXPORT: Final = frozenset({"version", "exported_at"})
"""What an export says of itself."""
WEEKDAY_FIELDS: Final = frozenset({"days", "check_in_days", "week_day"})
"""Fields that hold weekdays, Monday being 0."""


def export_zip(export: Mapping[str, Any]) -> bytes:
    """Return a ZIP of `porchlight.json` and of `index.html`, which shows every section of it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(EXPORT_NAME, to_json(export, indent=2))
        file.writestr("index.html", export_page(export))
    return buffer.getvalue()


def export_page(export: Mapping[str, Any]) -> str:
    """Return the page: each section under its heading, in the person's language and time zone; all of it escaped."""
    return _ExportPage(export).html()


class _ExportPage:
    """Renders the page, with what every line needs: the language, the time zone, and people's names."""

    def __init__(self, export: Mapping[str, Any]) -> None:
        person = export["person"]
        self._export = export
        self._language = nearest(person["language"])
        self._words = LANGUAGES[self._language].export
        self._sections = cast("Mapping[str, str]", self._words.sections)
        self._fields = cast("Mapping[str, str]", self._words.fields)
        self._values = cast("Mapping[str, str]", self._words.values)
        self._zone: ZoneInfo | None = load_zone(person["time_zone"])
        named = [*export["circle"], *export["supporting"], *export["messages_to_me"]]
        self._names = {
            row[who]: row["name"] for row in named for who in PERSON_FIELDS if who in row and row.get("name")
        }
        self._names[person["id"]] = person["display_name"]
        self._members = {str(row["id"]): row["name"] for row in export["circle"]}
        self._commitments = {row["id"]: row["text"] for row in export["commitments"]}

    def html(self) -> str:
        title = self._words.title
        generated = self._words.generated.format(at=self._moment(self._export["exported_at"]))
        known = [name for name in self._sections if name in self._export]
        further = [name for name in self._export if name not in self._sections and name not in ABOUT_EXPORT]
        parts = [self._section(name) for name in [*known, *further]]
        body = (
            f'<main>\n<h1>{escape(title)}</h1>\n<p class="soft">{escape(generated)}</p>\n'
            + "\n".join(parts)
            + "\n</main>"
        )
        return small_page.render_document(title, body, self._language)

    def _section(self, name: str) -> str:
        content = self._export[name]
        heading = self._sections[name] if name in self._sections else _readable_name(name)
        if isinstance(content, Mapping):
            inside = self._row(content)
        elif isinstance(content, Sequence) and not isinstance(content, str):
            inside = "\n".join(self._row(row) for row in content) or f'<p class="soft">{self._words.nothing}</p>'
        else:
            inside = f"<p>{escape(str(content))}</p>"
        return f"<h2>{escape(heading)}</h2>\n{inside}"

    def _row(self, row: Mapping[str, Any]) -> str:
        lines = []
        order = list(self._fields)
        if "name" not in row:
            lines += [(self._fields["name"], self._name(row[who])) for who in PERSON_FIELDS if row.get(who)]
        meant = self._commitments.get(row.get("commitment_id"))
        if meant is not None:
            lines.append((self._fields["what"], meant))
        lines += [
            (self._fields[field], self._value(field, value))
            for field, value in sorted(row.items(), key=lambda item: order.index(item[0]) if item[0] in order else 0)
            if field in self._fields and value is not None and value != []
        ]
        fields = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in lines)
        return f"<dl>{fields}</dl>"

    def _name(self, person_id: UUID) -> str:
        return self._names.get(person_id) or self._words.somebody

    def _value(self, field: str, value: object) -> str:
        if isinstance(value, datetime):
            return self._moment(value)
        if isinstance(value, list):
            return ", ".join(self._value(field, item) for item in value)
        if field == "address" and isinstance(value, Mapping):
            # A browser's subscription: whose push service it is, and no keys.
            return urlsplit(str(value.get("endpoint"))).hostname or ""
        if field in {"people", "professionals"}:
            return self._in_plan(value)
        of_week = self._of_week(field, value)
        if of_week is not None:
            return of_week
        known = LANGUAGES[str(value)].name if field == "language" and value in LANGUAGES else None
        if known is None and field not in FREE_TEXT_FIELDS:
            known = self._values.get(str(value))
        return known or (value if isinstance(value, str) else to_json(value).decode())

    def _of_week(self, field: str, value: object) -> str | None:
        """Return a weekday, a window of somebody's hours, or the weekly look in words; None for anything else."""
        days = self._words.weekdays
        if field in WEEKDAY_FIELDS and isinstance(value, int):
            return days[value]
        if isinstance(value, Mapping) and field == "hours":
            return f"{days[value['day']]} {value['from']}–{value['to']}"
        if isinstance(value, Mapping) and field == "week":
            return ", ".join(f"{self._values[f'week.{item}']} {grade}" for item, grade in value.items())
        return None

    def _in_plan(self, value: object) -> str:
        """Return one of a plan's people: a professional with their number, or the name of a member by their membership."""
        if isinstance(value, Mapping):
            return " ".join(str(part) for part in value.values())
        return self._members.get(str(value)) or self._words.somebody

    def _moment(self, at: datetime) -> str:
        local = at.astimezone(self._zone or UTC)
        return f"{local:%Y-%m-%d %H:%M}"


def _readable_name(name: str) -> str:
    return name.replace("_", " ").capitalize()
