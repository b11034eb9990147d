"""The page of one reach-out: who asks, what one can say, the number; and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from html import escape

from starlette.responses import HTMLResponse

from api.guest_pages import markup
from api.guest_pages.lines import lines
from api.guest_pages.moments import clock, date_and_time, when
from api.guest_pages.visit import Visit
from models.enums import AnswerKind, Outcome
from rules.circle.supported import Supported
from rules.languages.guest_pages.words import GuestWords
from rules.reach_out.ladder import REACH_OUT_LIFETIME
from rules.reach_out.messages import MessageView
from rules.reach_out.views import ReachOutView, RecipientView

SOON_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows. `key`: repeated by a message that is sent twice; `changing`: another answer is chosen."""

    reach_out: ReachOutView
    messages: Sequence[MessageView]
    member: Supported
    zone: tzinfo
    key: str
    how_to_help: str | None = None
    changing: bool = False
    trouble: str | None = None
    typed: str = ""


def render_reach_out(visit: Visit, shown: Shown, status: int = 200) -> HTMLResponse:
    """Return the page as it stands now."""
    words, of = visit.words, shown.reach_out
    name = of.sender.display_name or words.somebody
    parts = [
        markup.line(words.since.format(time=clock(of.created_at, shown.zone)), "head"),
        _head(words, of, visit, name, answered=_is_there(visit, shown)),
    ]
    if of.closed_at is None:
        parts += [
            markup.error(shown.trouble),
            _answer_forms(visit, shown, name),
            _number(words, of, name, answered=_is_there(visit, shown)),
            _conversation(visit, shown, name),
            lines(words, visit.who.region),
            _quiet(visit, shown, name),
            markup.stack(
                markup.link(words.look_again, _path(shown), "btn quiet"),
                markup.link(words.more, f"{_path(shown)}/more", "btn quiet"),
                look="stack tight",
            ),
            markup.line(
                words.closes.format(when=when(of.created_at + REACH_OUT_LIFETIME, shown.zone, visit.unit.now, words)),
                "soft small",
            ),
        ]
    elif not _ended_well(of):
        parts += [_number(words, of, name, answered=False), lines(words, visit.who.region)]
    return markup.whole_page("Porchlight", *parts, language=visit.language, status=status)


def _ended_well(of: ReachOutView) -> bool:
    return of.outcome is not None and of.outcome != Outcome.EXPIRED


def _path(shown: Shown) -> str:
    return f"/g/{shown.reach_out.id}"


def _own(shown: Shown, visit: Visit) -> RecipientView | None:
    return next((one for one in shown.reach_out.recipients if one.person.id == visit.who.person_id), None)


def _head(words: GuestWords, of: ReachOutView, visit: Visit, name: str, *, answered: bool) -> str:
    if of.closed_at is not None:
        said, after = words.over_ended, words.over_ask
        if _ended_well(of):
            said = words.over_mistake if of.outcome == Outcome.MISTAKE else words.over_connected
            after = words.over_thanks
        return markup.stack(markup.heading(said.format(name=name)), markup.line(after.format(name=name)))
    needs = {
        "talk": words.need_talk,
        "urge": words.need_urge,
        "lonely": words.need_lonely,
        "check_on_me": words.need_check_on_me,
    }
    others = [
        one.person.display_name or words.somebody
        for one in of.recipients
        if one.person.id != visit.who.person_id and one.answer not in {None, AnswerKind.CANNOT}
    ]
    return markup.stack(
        markup.heading(needs.get(of.need or "", words.need_company).format(name=name)),
        markup.words(of.note) if of.note else "",
        markup.line(f"{words.asked.format(name=name)} {_others(words, others, answered=answered)}".strip()),
    )


def _others(words: GuestWords, names: list[str], *, answered: bool) -> str:
    """Return who else is there. `answered`: whoever reads this is, so nobody else is no lack."""
    if not names:
        return "" if answered else words.nobody_yet
    if len(names) == 1:
        return words.others.format(names=names[0])
    return words.others_many.format(names=f"{', '.join(names[:-1])} {words.and_} {names[-1]}")


def _answer_forms(visit: Visit, shown: Shown, name: str) -> str:
    words, of, own = visit.words, shown.reach_out, _own(shown, visit)
    if own is not None and own.answer and not shown.changing:
        return markup.stack(
            markup.card(markup.line(_said(words, own, name, shown.zone), "name")),
            markup.card(markup.words(shown.how_to_help)) if shown.how_to_help else "",
            _call_link(words, of, name) if own.answer != AnswerKind.CANNOT else "",
            markup.link(words.change_answer, f"{_path(shown)}?change=1", "btn quiet"),
        )
    buttons = (
        markup.button(words.calling, "btn main large", name="kind", value=AnswerKind.CALLING),
        markup.button(words.soon, name="kind", value=AnswerKind.SOON),
        markup.button(words.here, name="kind", value=AnswerKind.HERE),
        markup.button(words.cannot, "btn quiet", name="kind", value=AnswerKind.CANNOT),
    )
    return markup.form(f"{_path(shown)}/answer", visit.token, markup.hidden("key", shown.key), *buttons)


def _said(words: GuestWords, own: RecipientView, name: str, zone: tzinfo) -> str:
    at = own.answered_at and own.answered_at + timedelta(minutes=own.minutes or 0)
    said = {
        AnswerKind.CALLING: words.said_calling,
        AnswerKind.SOON: words.said_soon,
        AnswerKind.HERE: words.said_here,
    }.get(AnswerKind(own.answer or AnswerKind.CANNOT), words.said_cannot)
    return said.format(name=name, time=clock(at, zone) if at else "")


def _call_link(words: GuestWords, of: ReachOutView, name: str) -> str:
    return markup.link(words.call_name.format(name=name), f"tel:{of.contact}", "btn main") if of.contact else ""


def _is_there(visit: Visit, shown: Shown) -> bool:
    own = _own(shown, visit)
    return own is not None and own.answer not in {None, AnswerKind.CANNOT} and not shown.changing


def _number(words: GuestWords, of: ReachOutView, name: str, *, answered: bool) -> str:
    """Return the number; once somebody is there, the button to call it stands above already."""
    if not of.contact:
        return markup.line(words.no_number.format(name=name), "soft")
    return markup.card(
        markup.stack(
            markup.line(of.contact, "name"),
            markup.line(words.number_of.format(name=name), "soft small"),
            look="stack tight",
        ),
        markup.stack(
            "" if answered else markup.link(words.call_name.format(name=name), f"tel:{of.contact}"),
            markup.link(words.text_name, f"sms:{of.contact}"),
            look="two",
        ),
    )


def _conversation(visit: Visit, shown: Shown, name: str) -> str:
    words = visit.words
    said = "".join(
        f'<p class="msg{" me" if one.sender.id == visit.who.person_id else ""}">{escape(one.text or "")}</p>'
        for one in shown.messages
    )
    return markup.stack(
        f'<p class="head">{escape(words.messages)}</p>{said}' if said else "",
        markup.form(
            f"{_path(shown)}/message",
            visit.token,
            markup.hidden("key", shown.key),
            markup.text_area("text", words.write.format(name=name), shown.typed),
            markup.button(words.send),
        ),
    )


def _quiet(visit: Visit, shown: Shown, name: str) -> str:
    words, until = visit.words, shown.member.muted_until
    muted = until is not None and until > visit.unit.now
    path = f"{_path(shown)}/quiet"
    if muted and until is not None:
        return markup.card(
            markup.line(words.quiet_now.format(date=date_and_time(until, shown.zone))),
            markup.form(path, visit.token, markup.button(words.quiet_end, name="for", value="none")),
        )
    days = markup.stack(
        markup.button(words.quiet_day, name="for", value="day"),
        markup.button(words.quiet_week, name="for", value="week"),
        look="two",
    )
    return markup.folded(
        words.quiet, markup.line(words.quiet_say.format(name=name), "soft"), markup.form(path, visit.token, days)
    )
