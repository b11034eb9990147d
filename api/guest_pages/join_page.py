"""The page of an invitation for somebody without the app: who asks, and one address."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import HTMLResponse

from api.guest_pages import markup
from api.guest_pages.style import LANTERN
from models.enums import ChannelKind
from rules.circle.invitations import Preview
from rules.languages.guest_pages import guest_words
from rules.languages.guest_pages.words import GuestWords

TEL = 'type="tel" autocomplete="tel" maxlength="254" required'
MAIL = 'type="email" autocomplete="email" maxlength="254" required'
EITHER = 'autocomplete="on" maxlength="254" required'


@dataclass(frozen=True, slots=True)
class Asked:
    """An invitation as it is shown, and what was typed into its form. `trouble`: what to do, and about which field."""

    preview: Preview
    app_link: str
    kinds: Sequence[ChannelKind]
    token: str
    language: str
    name: str = ""
    address: str = ""
    kind: str = ""
    trouble: str | None = None
    wrong: str = ""


def render_invitation(asked: Asked) -> HTMLResponse:
    """Return the page; without any gateway it leads to the app."""
    words = guest_words(asked.language)
    name = asked.preview.inviter_name or words.somebody
    head = markup.stack(
        LANTERN,
        markup.heading(words.join_head.format(name=name)),
        markup.words(asked.preview.greeting) if asked.preview.greeting else "",
        markup.line(words.join_say.format(name=name)),
        look="hero",
    )
    app = markup.link(words.join_app, asked.app_link, "btn quiet")
    body = markup.line(words.join_no_guests, "mid") if not asked.kinds else _form(words, asked, name)
    return markup.whole_page(
        "Porchlight", head, body, app, language=asked.language, status=422 if asked.trouble else 200
    )


def _form(words: GuestWords, asked: Asked, name: str) -> str:
    labels = {
        ChannelKind.SMS: words.kind_sms,
        ChannelKind.CALL: words.kind_call,
        ChannelKind.EMAIL: words.kind_email,
    }
    kinds = [kind for kind in labels if kind in asked.kinds]
    options = [(str(kind), labels[kind]) for kind in kinds]
    label, more = words.join_either, EITHER
    if ChannelKind.EMAIL not in kinds:
        label, more = words.join_number, TEL
    elif len(kinds) == 1:
        label, more = words.join_mail, MAIL
    chosen = asked.kind or str(kinds[0])
    return markup.form(
        "/g/join/yes",
        asked.token,
        markup.error(asked.trouble),
        markup.field(
            "name",
            words.join_name.format(name=name),
            asked.name,
            more='autocomplete="given-name" maxlength="60" required',
            wrong=asked.wrong == "name",
        ),
        markup.choices("kind", words.join_how, options, chosen) if len(options) > 1 else markup.hidden("kind", chosen),
        markup.field(
            "address",
            label,
            asked.address,
            hint=words.join_hint.format(name=name),
            more=more,
            wrong=asked.wrong == "address",
        ),
        markup.folded(words.kept_of_you, markup.line(words.kept_of_you_say.format(name=name))),
        markup.line(words.join_age, "soft small mid"),
        markup.button(words.join_yes, "btn main"),
    )
