"""The lines that help, on a guest's page: whoever opens it at night may need one, for the other or for themselves."""

from api.guest_pages import markup
from rules import helplines
from rules.helplines import Helpline
from rules.languages.guest_pages.words import GuestWords


def lines(words: GuestWords, region: str | None) -> str:
    """Return the first line of this country that can be called, else the sites that know one, and the emergency number."""
    country = helplines.for_region(region)
    callable_lines = [line for line in country.lines if line.phone]
    danger = words.danger.format(number=country.emergency) if country.emergency else words.danger_here
    return markup.stack(
        markup.line(words.lines, "head"),
        *[_line(words, line) for line in callable_lines[:1] or country.lines[:2]],
        markup.line(danger, "soft small"),
    )


def _line(words: GuestWords, line: Helpline) -> str:
    name = words.line_always.format(name=line.name) if line.open == "always" else line.name
    return markup.link(name, f"tel:{line.phone}" if line.phone else line.web or line.source)
