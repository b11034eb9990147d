"""The page that sends a code and takes it."""

from starlette.responses import HTMLResponse

from api.guest_pages import markup
from api.guest_pages.visit import Visit
from models.enums import ChannelKind
from rules.guests.guest_place import GuestPlace
from rules.languages.guest_pages.words import GuestWords

CODE_FIELD = 'inputmode="numeric" autocomplete="one-time-code" maxlength="12" required'


def digits(typed: str) -> str:
    """Return the digits of a code as people type them, with blanks and dashes."""
    return "".join(letter for letter in typed if letter.isascii() and letter.isdigit())[:64]


def where(words: GuestWords, kind: ChannelKind) -> str:
    return words.your_mail if kind is ChannelKind.EMAIL else words.your_number


def code_field(visit: Visit, place: GuestPlace, trouble: str | None) -> str:
    """Return the field for a code that is on its way, with where it went."""
    words = visit.words
    said = words.code_call
    if place.kind is not ChannelKind.CALL:
        said = words.code_say.format(place=where(words, place.kind))
    return (
        markup.line(said)
        + markup.error(trouble)
        + markup.field("code", words.code, more=CODE_FIELD, wrong=trouble is not None)
    )


def render_code_request(
    visit: Visit, place: GuestPlace, back: str, use: str, send: str, *, trouble: str | None = None
) -> HTMLResponse:
    """Return the page. `back`: the path above; `use` and `send`: the names below it that take and send a code."""
    words = visit.words
    again = markup.form(
        f"{back}/{send}",
        visit.token,
        markup.button(
            words.code_again if place.code_sent else words.send_code, "btn quiet" if place.code_sent else "btn main"
        ),
    )
    entry = markup.form(
        f"{back}/{use}", visit.token, code_field(visit, place, trouble), markup.button(words.go_on, "btn main")
    )
    return markup.whole_page(
        words.more,
        markup.stack(markup.heading(words.more), markup.line(words.more_say)),
        entry if place.code_sent else markup.error(trouble),
        again,
        markup.link(words.back, back, "btn quiet"),
        language=visit.language,
        status=200 if trouble is None else 422,
    )
