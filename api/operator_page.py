"""The operator's page: a few numbers, drawn in the app's look, without a script and without a name."""

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from typing import Final

from api.small_page import render_document
from rules.upkeep.numbers import DAYS, LATEST_DELIVERIES, LATEST_PRESSES, PRESSES_SINCE, Numbers

REFRESH_SECONDS: Final = 60
LATE: Final = timedelta(seconds=15)
"""From here on, a push that is due and not sent is late: a process that takes over needs at most this long."""
_HEIGHT: Final = 96
_BAR: Final = 24
_GAP: Final = 12


def render_operator_page(numbers: Numbers) -> str:
    """Return the page as HTML."""
    human = numbers.human
    days = PRESSES_SINCE.days
    facts = [
        ("People", f"{numbers.people:,}"),
        ("Open now", f"{numbers.open_reach_outs:,}"),
        ("of them without an answer after the whole ladder", f"{numbers.unanswered:,}"),
        ("Oldest push that is due", _oldest_due(numbers.oldest_due)),
    ]
    waits = [
        ("Presses", f"{human.presses:,}" + (" (the latest)" if human.presses == LATEST_PRESSES else "")),
        ("Answered by somebody", f"{human.answered:,}"),
        ("Half of the answers came within", _duration(human.median) if human.median is not None else "–"),
        ("Taken by no phone", f"{human.unreached:,}"),
    ]
    sections = [
        f"<h1>Porchlight, in numbers</h1>{_list(facts)}",
        f"<h2>Presses by day</h2><p class='soft'>The last {DAYS} days, by UTC.</p>{_bars(numbers.presses_by_day)}",
        f"<h2>Time to a human</h2><p class='soft'>Presses of the last {days} days, without mistakes.</p>{_list(waits)}"
        + _table(
            "Answered within", "of all presses", [(_duration(limit), _share(part)) for limit, part in human.within]
        ),
        "<h2>Pushes</h2><p class='soft'>Of "
        + (
            f"the latest {numbers.deliveries:,}"
            if numbers.deliveries == LATEST_DELIVERIES
            else f"{numbers.deliveries:,}"
        )
        + " in a day, refused or given up:</p>"
        + (_table("Reason", "pushes", [(reason, f"{count:,}") for reason, count in numbers.refused]) or "<p>None.</p>"),
        "<p class='soft'>Renewed every minute. Numbers only: this page knows no names and no words.</p>",
    ]
    refresh = f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">'
    page = render_document("Porchlight, in numbers", f"<main>{''.join(sections)}</main>")
    return page.replace("</head>", f"{refresh}</head>", 1)


def _list(facts: Sequence[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts) + "</dl>"


def _table(name: str, value: str, rows: Sequence[tuple[str, str]]) -> str:
    """Return a table of two columns; nothing without rows."""
    if not rows:
        return ""
    head = f"<tr><th scope='col'>{escape(name)}</th><th scope='col'>{escape(value)}</th></tr>"
    body = "".join(f"<tr><th scope='row'>{escape(left)}</th><td>{escape(right)}</td></tr>" for left, right in rows)
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"


def _bars(days: Sequence[tuple[date, int]]) -> str:
    """Return the days as bars, and as text for whoever does not see them."""
    most = max((count for _, count in days), default=0) or 1
    width = len(days) * (_BAR + _GAP)
    parts = []
    for place, (day, count) in enumerate(days):
        left, height = place * (_BAR + _GAP), max(round(_HEIGHT * count / most), 1)
        middle = left + _BAR // 2
        parts.append(
            f'<rect x="{left}" y="{_HEIGHT + 18 - height}" width="{_BAR}" height="{height}" rx="3" fill="currentColor"/>'
            f'<text x="{middle}" y="{_HEIGHT + 12 - height}" text-anchor="middle" font-size="11" fill="currentColor">{count}</text>'
            f'<text x="{middle}" y="{_HEIGHT + 36}" text-anchor="middle" font-size="11" fill="currentColor">{day.day}</text>'
        )
    words = ", ".join(f"{day.isoformat()}: {count}" for day, count in days)
    return f'<svg role="img" aria-label="{escape(words)}" viewBox="0 0 {width} {_HEIGHT + 42}" width="100%">{"".join(parts)}</svg>'


def _oldest_due(age: timedelta) -> str:
    if age <= LATE:
        return "none is late"
    return f"{_duration(age)}: look whether a worker runs, and whether the push services answer"


def _share(part: float | None) -> str:
    return "–" if part is None else f"{part:.0%}"


def _duration(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min" + (f" {seconds % 60} s" if seconds % 60 and seconds < 600 else "")
    return f"{seconds // 3600} h" + (f" {seconds % 3600 // 60} min" if seconds % 3600 // 60 else "")
