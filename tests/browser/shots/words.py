"""The app's texts, read from its own catalogues: scenes press the same button in every language."""

import re
from functools import cache

from tests.faults.processes import ROOT

FOLDER = ROOT / "phone" / "src" / "i18n"
LANGUAGES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
SOFT_HYPHEN = r"\u00ad"
"""Possible break in a long word; the browser ignores it when it compares texts."""
ENTRY = re.compile(r"""^ {2}'([^']+)': (?:'((?:[^'\\]|\\.)*)'|"([^"]*)"),$""", re.MULTILINE)


@cache
def catalogue(language: str) -> dict[str, str]:
    files = (ENTRY.findall(part.read_text(encoding="utf-8")) for part in sorted((FOLDER / language).glob("*.ts")))
    return {key: (plain or quoted).replace(SOFT_HYPHEN, "") for entries in files for key, plain, quoted in entries}


def say(language: str, key: str, **values: str) -> str:
    """Return the text with its placeholders filled."""
    return re.sub(r"\{(\w+)\}", lambda place: values[place[1]], catalogue(language)[key])
