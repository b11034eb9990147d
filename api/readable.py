"""An export to read: a ZIP with the JSON and one page that needs nothing else."""

import io
import zipfile
from collections.abc import Mapping
from html import escape
from typing import Any

from pydantic_core import to_json

from api import small_page


def zipped(export: Mapping[str, Any]) -> bytes:
    """`porchlight.json` and `index.html`, every section of the one in the other."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("porchlight.json", to_json(export, indent=2))
        file.writestr("index.html", page(export))
    return held.getvalue()


def page(export: Mapping[str, Any]) -> str:
    """Each section under its heading, whatever there will be; all of it escaped."""
    parts = [f"<h2>{escape(_spoken(name))}</h2>\n{_section(held)}" for name, held in export.items()]
    return small_page.frame("Porchlight", "<main>\n<h1>Porchlight</h1>\n" + "\n".join(parts) + "\n</main>")


def _section(held: object) -> str:
    if isinstance(held, Mapping):
        fields = "".join(f"<dt>{escape(_spoken(str(name)))}</dt><dd>{_value(one)}</dd>" for name, one in held.items())
        return f"<dl>{fields}</dl>"
    if isinstance(held, list):
        return "\n".join(_section(one) for one in held) or '<p class="soft">–</p>'
    return f"<p>{_value(held)}</p>"


def _value(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return escape(value)
    return escape(
        to_json(value).decode().strip('"').replace("T", " ")
        if not isinstance(value, dict | list)
        else to_json(value).decode()
    )


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()
