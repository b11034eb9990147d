"""A small page in the app's style, without a script, for what a browser shows outside of the app."""

import base64
import hashlib
from html import escape
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse

from rules.languages import DEFAULT_LANGUAGE, LANGUAGES, offered

# The values of phone/src/style/tokens.css: dark by default, light where the phone prefers it, black on white in print.
STYLE: Final = (
    ":root{color-scheme:dark;--bg:#0d1630;--ink:#f3ebdd;--soft:#b9c2dd;--line:#2c3a68;--lamp:#ffc566}"
    "@media (prefers-color-scheme:light){:root{color-scheme:light;--bg:#fbf5e8;--ink:#1b2644;--soft:#535c76;"
    "--line:#e6dac1;--lamp:#8a5200}}"
    "@media print{:root{color-scheme:light;--bg:#fff;--ink:#000;--soft:#333;--line:#999;--lamp:#000}}"
    "html{background:var(--bg);color:var(--ink);font:400 1.0625rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}"
    "body{max-width:38rem;margin:0 auto;padding:2rem 1rem;overflow-wrap:anywhere}"
    "h1,h2,h3{font-family:ui-serif,'Noto Serif',Georgia,serif;font-weight:500;line-height:1.25}"
    "h2{margin:2.5rem 0 .5rem;border-bottom:1px solid var(--line)}a{color:var(--lamp);text-underline-offset:.25em}"
    ".soft{color:var(--soft)}.go a{display:inline-block;min-height:3rem;line-height:3rem}"
    "dl{margin:0 0 1.25rem;padding:0 0 .75rem;border-bottom:1px solid var(--line);break-inside:avoid}"
    "dt{color:var(--soft);font-size:.9375rem}dd{margin:0 0 .375rem;white-space:pre-wrap}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
    "th,td{padding:.375rem 0;border-bottom:1px solid var(--line);text-align:start;font-weight:400}td,th+th{text-align:end}"
    "thead th{color:var(--soft);font-size:.9375rem}svg{color:var(--lamp);max-width:100%}"
)
PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def accepts_html(headers: Headers) -> bool:
    """Return whether the client accepts HTML."""
    return "text/html" in headers.get("accept", "")


def render_document(title: str, body: str, language: str = DEFAULT_LANGUAGE) -> str:
    """Return a whole page; `title` is plain text, `body` is HTML."""
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="dark light">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def not_found_page(headers: Headers) -> HTMLResponse:
    """Return the page for an unknown address, in the first of the browser's languages that is offered."""
    tags = [tag.partition(";")[0].strip() for tag in headers.get("accept-language", "").split(",")]
    language = next(filter(None, map(offered, tags)), DEFAULT_LANGUAGE)
    words = LANGUAGES[language].pages
    reply = render_small_page(words.nowhere, words.nowhere_advice, status=404, language=language)
    reply.headers.add_vary_header("Accept-Language")
    return reply


def render_small_page(
    title: str, *paragraphs: str, status: int = 200, language: str = DEFAULT_LANGUAGE
) -> HTMLResponse:
    """Return a page of a title, some sentences (all plain text) and the way to the app."""
    link_text = LANGUAGES[language].pages.open_app
    content = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    body = (
        f'<main>\n<h1>{escape(title)}</h1>\n{content}\n<p class="go"><a href="/">{escape(link_text)}</a></p>\n</main>'
    )
    return HTMLResponse(
        render_document(title, body, language),
        status,
        headers={"Content-Security-Policy": PAGE_POLICY, "Vary": "Accept", "Cache-Control": "no-cache"},
    )
