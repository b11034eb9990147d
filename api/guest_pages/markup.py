"""The parts that a guest's pages are put together from. Everything that somebody typed is escaped here."""

from html import escape

from starlette.responses import HTMLResponse

from api.guest_pages.style import GUEST_PAGE_POLICY, GUEST_STYLE, sha256

HEADERS = {
    "Content-Security-Policy": GUEST_PAGE_POLICY,
    # Never in a cache on the way, nor on a phone that is passed on.
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


def whole_page(title: str, *parts: str, language: str, status: int = 200, script: str = "") -> HTMLResponse:
    """Return a page; `title` is plain text, the parts are HTML. `script`: for what a browser does for scripts alone."""
    body = "\n".join(part for part in parts if part)
    document = (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="dark light">\n'
        f"<title>{escape(title)}</title>\n<style>{GUEST_STYLE}</style>\n</head>\n<body>\n"
        f'<main class="page">\n{body}\n</main>\n{f"<script>{script}</script>" if script else ""}</body>\n</html>\n'
    )
    policy = f"{GUEST_PAGE_POLICY}; script-src 'sha256-{sha256(script)}'; connect-src 'self'"
    headers = HEADERS | {"Content-Security-Policy": policy} if script else HEADERS
    return HTMLResponse(document, status, headers=headers)


def plain(text: str) -> str:
    """Return text as it may stand between tags."""
    return escape(text)


def heading(text: str) -> str:
    return f"<h1>{escape(text)}</h1>"


def line(text: str, look: str = "") -> str:
    """Return a paragraph; nothing for no text."""
    if not text:
        return ""
    return f'<p class="{look}">{escape(text)}</p>' if look else f"<p>{escape(text)}</p>"


def error(text: str | None) -> str:
    return f'<p class="error" role="alert">{escape(text)}</p>' if text else ""


def stack(*parts: str, look: str = "stack") -> str:
    inner = "\n".join(part for part in parts if part)
    return f'<section class="{look}">{inner}</section>' if inner else ""


def link(text: str, href: str, look: str = "btn") -> str:
    return f'<a class="{look}" href="{escape(href)}">{escape(text)}</a>'


def button(text: str, look: str = "btn", *, name: str = "", value: str = "") -> str:
    said = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    return f'<button class="{look}"{said}>{escape(text)}</button>'


def form(action: str, token: str, *parts: str) -> str:
    """Return a form that posts; `token` proves that this page was made for this session."""
    hidden = f'<input type="hidden" name="token" value="{escape(token)}">'
    inner = "\n".join(part for part in parts if part)
    return f'<form class="stack" method="post" action="{escape(action)}">{hidden}{inner}</form>'


def hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'


def field(name: str, label: str, value: str = "", *, hint: str = "", more: str = "", wrong: bool = False) -> str:
    """Return a labelled field. `more`: further attributes, which are never typed by anybody."""
    described = f' aria-describedby="{name}-hint"' if hint else ""
    invalid = ' aria-invalid="true"' if wrong else ""
    below = f'<p class="soft small" id="{name}-hint">{escape(hint)}</p>' if hint else ""
    return (
        f'<div class="stack tight"><label for="{name}">{escape(label)}</label>'
        f'<input class="field" id="{name}" name="{name}" value="{escape(value)}"{described}{invalid} {more}>{below}</div>'
    )


def text_area(name: str, label: str, value: str = "", limit: int = 4000) -> str:
    return (
        f'<div class="stack tight"><label for="{name}">{escape(label)}</label>'
        f'<textarea class="field" id="{name}" name="{name}" maxlength="{limit}">\n{escape(value)}</textarea></div>'
    )


def choices(name: str, legend: str, options: list[tuple[str, str]], chosen: str) -> str:
    """Return radio buttons: pairs of value and label."""
    rows = "".join(
        f'<label><input type="radio" name="{name}" value="{value}"{" checked" if value == chosen else ""}>'
        f"{escape(label)}</label>"
        for value, label in options
    )
    return f'<fieldset class="pick"><legend>{escape(legend)}</legend>{rows}</fieldset>'


def folded(summary: str, *parts: str) -> str:
    """Return what is opened by a tap, without a script."""
    return f"<details><summary>{escape(summary)}</summary>{stack(*parts)}</details>"


def card(*parts: str) -> str:
    return stack(*parts, look="card")


def words(text: str) -> str:
    return f'<blockquote class="words">{escape(text)}</blockquote>'
