"""What a guest's page answers when something is over or goes wrong: a page in their language, never a bare error."""

import re
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Final

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from api.guest_pages import markup
from api.guest_pages.lines import lines
from api.guest_pages.visit import browser_language
from core.errors import PorchlightError
from rules.errors import InvitationNotValid, NotFound, ReachOutClosed, TooMany
from rules.languages import DEFAULT_LANGUAGE
from rules.languages.guest_pages import guest_words

Handler = Callable[..., Coroutine[Any, Any, Response]]
SECRET: Final = re.compile(r"[\w-]{16,256}$", re.ASCII)
"""What stands at the end of a link, in ASCII as a cookie must be; people paste the whole message."""


def find_secret(text: str) -> str:
    """Return the secret of a link from what was handed over or pasted; empty for none."""
    match = SECRET.search(text.strip().rstrip("/.,;)>"))
    return match[0] if match else ""


def guest_page(handler: Handler) -> Handler:
    """Answer what the handler raises with a page. Whatever is over, unknown or wrong is one and the same page."""

    @wraps(handler)
    async def replied(request: Request, **parts: object) -> Response:
        try:
            return await handler(request=request, **parts)
        except NotFound:
            return closed_page(request)
        except PorchlightError as problem:
            return _trouble_page(request, problem)

    return replied


def closed_page(request: Request) -> HTMLResponse:
    """Return the page of a link that is over, unknown or wrong, with a field for another one."""
    language = browser_language(request.headers) or DEFAULT_LANGUAGE
    words = guest_words(language)
    return markup.whole_page(
        words.closed,
        markup.stack(markup.heading(words.closed), markup.line(words.closed_say)),
        markup.form(
            "/g", "", markup.field("secret", words.paste, more='autocomplete="off"'), markup.button(words.open_link)
        ),
        lines(words, None),
        language=language,
        status=404,
    )


def _trouble_page(request: Request, problem: PorchlightError) -> HTMLResponse:
    language = browser_language(request.headers) or DEFAULT_LANGUAGE
    words = guest_words(language)
    if isinstance(problem, InvitationNotValid):
        title, more, status = words.join_over, words.join_over_say, 404
    elif isinstance(problem, TooMany):
        title, more, status = words.too_many, "", 429
    else:
        title, more, status = words.trouble, "", 409 if isinstance(problem, ReachOutClosed) else 503
    back = markup.link(words.back, request.url.path.rpartition("/")[0] if request.method == "POST" else "")
    return markup.whole_page(
        title,
        markup.stack(markup.heading(title), markup.line(more)),
        "" if status == 404 else back,
        language=language,
        status=status,
    )
