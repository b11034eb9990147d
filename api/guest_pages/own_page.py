"""A guest's own page: the code, the two words, when they may be woken, their words, leaving, an account."""

from collections.abc import Mapping, Sequence
from datetime import UTC

from starlette.responses import HTMLResponse

from api.guest_pages import code_page, markup, moments
from api.guest_pages.visit import Visit
from rules.circle import hours
from rules.circle.supported import Supported
from rules.guests.guest_place import GuestPlace
from rules.languages.guest_pages.words import GuestWords

MAX_STANDING_WORDS = 200
TIME_FIELD = 'type="time" required'
EVENING, MORNING = "22:00", "08:00"


def render_code(visit: Visit, place: GuestPlace, trouble: str | None = None) -> HTMLResponse:
    """Return the page that waits for the code of somebody who joins."""
    words = visit.words
    name = place.owner_name or words.somebody
    return markup.whole_page(
        "Porchlight",
        markup.stack(markup.heading(words.me_waits)),
        markup.form(
            "/g/me/confirm",
            visit.token,
            code_page.code_field(visit, place, trouble),
            markup.button(words.go_on, "btn main"),
        ),
        markup.stack(
            markup.form("/g/me/code", visit.token, markup.button(words.code_again, "btn quiet")),
            markup.link(words.other_address, "/g/join", "btn quiet"),
            markup.line(words.join_hint.format(name=name), "soft small"),
        ),
        language=visit.language,
        status=200 if trouble is None else 422,
    )


def render_joined(
    visit: Visit,
    place: GuestPlace,
    member: Supported,
    *,
    kept: bool = False,
    trouble: str | None = None,
    account: bool = True,
) -> HTMLResponse:
    """Return the page of a guest who has joined. `account`: accounts are made here."""
    words = visit.words
    name = member.display_name or words.somebody
    where = code_page.where(words, place.kind)
    return markup.whole_page(
        "Porchlight",
        markup.stack(
            markup.heading((words.me_joined if member.active else words.me_accepted).format(name=name)),
            markup.line((words.me_say if member.active else words.me_say_then).format(name=name, place=where)),
        ),
        f'<p class="mid" role="status">{markup.line(words.kept)[3:-4]}</p>' if kept else "",
        _two_words(words, member, name),
        _wake(visit, place, name, trouble),
        markup.form(
            "/g/me/words",
            visit.token,
            markup.text_area(
                "words", words.me_standing.format(name=name), member.standing_words or "", MAX_STANDING_WORDS
            ),
            markup.line(words.me_standing_say, "soft small"),
            markup.button(words.keep),
        ),
        markup.stack(
            markup.link(words.account, "/g/me/account", "btn quiet") if account else "",
            _consent(visit, place, name),
            markup.folded(
                words.leave.format(name=name),
                markup.line(words.leave_say.format(name=name)),
                markup.form("/g/me/leave", visit.token, markup.button(words.leave_yes)),
            ),
        ),
        language=visit.language,
        status=200 if trouble is None else 422,
    )


def _consent(visit: Visit, place: GuestPlace, name: str) -> str:
    """Return what they agreed to and when; nothing for a guest who was not asked."""
    words, given_at = visit.words, place.person.consented_at
    if given_at is None:
        return ""
    zone = hours.load_zone(place.person.time_zone) or UTC
    return markup.folded(
        words.kept_of_you,
        markup.line(words.kept_of_you_say.format(name=name)),
        markup.line(
            words.consent_given.format(
                time=moments.date_and_time(given_at, zone), version=place.person.consent_version, name=name
            )
        ),
    )


def _two_words(words: GuestWords, member: Supported, name: str) -> str:
    if member.active or not member.words:
        return ""
    return markup.card(
        markup.line(words.me_words.format(name=name)),
        f'<p class="words mid">{" &nbsp; ".join(member.words)}</p>',
        markup.line(words.me_words_keep, "soft small"),
    )


def _wake(visit: Visit, place: GuestPlace, name: str, trouble: str | None) -> str:
    words, person = visit.words, place.person
    begin, end = daily_window(person.hours)
    chosen = "hours" if person.hours and not person.wake_me else "any"
    options = [("any", words.wake_any), ("hours", words.wake_hours)]
    return markup.form(
        "/g/me/when",
        visit.token,
        markup.choices("wake", words.me_wake.format(name=name), options, chosen),
        markup.error(trouble),
        markup.stack(
            markup.field("from", words.hours_from, begin, more=TIME_FIELD),
            markup.field("to", words.hours_to, end, more=TIME_FIELD),
            look="two",
        ),
        markup.line(words.hours_zone.format(zone=person.time_zone.replace("_", " ")), "soft small"),
        markup.button(words.keep),
    )


def daily_window(hours: Sequence[Mapping[str, object]] | None) -> tuple[str, str]:
    """Return from when until when somebody may be reached each day, as far as their hours are the same each day."""
    monday = [window for window in hours or [] if window["day"] == 0]
    if not monday:
        return MORNING, EVENING
    begin, end = str(monday[-1]["from"]), str(monday[0]["to"])
    return begin, "00:00" if end == "24:00" else end


def daily_hours(begin: str, end: str) -> list[dict[str, object]]:
    """Return the hours of every day from `begin` to `end`, over midnight where they cross it."""
    spans = [(begin, end)] if begin < end else [("00:00", end), (begin, "24:00")]
    return [{"day": day, "from": first, "to": last} for day in range(7) for first, last in spans if first != last]


def render_left(visit: Visit) -> HTMLResponse:
    words = visit.words
    return markup.whole_page(
        words.left,
        markup.stack(markup.heading(words.left), markup.line(words.left_say)),
        language=visit.language,
    )
