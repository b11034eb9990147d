"""The pages on which a guest makes an account: with a passphrase, without a script; or with a finger or a face, with one."""

from collections.abc import Sequence
from typing import Final

from starlette.responses import HTMLResponse

from api.guest_pages import code_page, markup
from api.guest_pages.visit import Visit
from rules.guests.guest_place import GuestPlace

ACCOUNT: Final = "/g/me/account"
FINGER: Final = "/g/me/account/finger"
NAME_FIELD: Final = 'autocomplete="username" autocapitalize="none" minlength="3" maxlength="64" required'
PHRASE_FIELD: Final = 'type="password" autocomplete="new-password" minlength="8" maxlength="256" required'
# The browser makes a passkey for a script alone. What it made goes with the form, as everything else does.
FINGER_SCRIPT: Final = """
if (window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON) {
  const form = document.querySelector('form');
  document.getElementById('able').hidden = false;
  document.getElementById('unable').hidden = true;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      const body = new URLSearchParams({ token: form.elements.token.value });
      const options = await fetch(form.action + '/options', { method: 'POST', body });
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await options.json());
      const made = await navigator.credentials.create({ publicKey });
      form.elements.credential.value = JSON.stringify(made.toJSON());
      form.submit();
    } catch {
      document.getElementById('not').hidden = false;
    }
  });
}
"""


def render_account(
    visit: Visit, place: GuestPlace, *, sign_in_name: str = "", trouble: str | None = None, finger: bool = True
) -> HTMLResponse:
    """Return the page that makes an account, for a fresh code. `finger`: an account may have a passkey alone here."""
    words = visit.words
    entry = markup.form(
        ACCOUNT,
        visit.token,
        code_page.code_field(visit, place, trouble),
        markup.field("sign_in_name", words.account_name, sign_in_name, hint=words.account_name_hint, more=NAME_FIELD),
        markup.field("passphrase", words.account_phrase, hint=words.account_phrase_hint, more=PHRASE_FIELD),
        markup.button(words.account_make, "btn main"),
    )
    other = markup.link(words.account_finger, FINGER, "btn quiet") if finger else ""
    return _page(visit, place, ACCOUNT, words.account_say, entry, other, trouble=trouble)


def render_finger(visit: Visit, place: GuestPlace, *, trouble: str | None = None) -> HTMLResponse:
    """Return the page that makes an account with a passkey alone, for a fresh code."""
    words = visit.words
    entry = markup.form(
        FINGER,
        visit.token,
        markup.hidden("credential", ""),
        code_page.code_field(visit, place, trouble),
        f'<div id="not" hidden>{markup.error(words.account_finger_not)}</div>',
        markup.button(words.account_make, "btn main"),
    )
    parts = f'<div id="able" hidden>{entry}</div><p id="unable">{markup.plain(words.account_finger_no)}</p>'
    other = markup.link(words.account_phrase_instead, ACCOUNT, "btn quiet")
    return _page(visit, place, FINGER, words.account_finger_say, parts, other, trouble=trouble, script=FINGER_SCRIPT)


def _page(
    visit: Visit,
    place: GuestPlace,
    path: str,
    says: str,
    entry: str,
    other: str,
    *,
    trouble: str | None,
    script: str = "",
) -> HTMLResponse:
    """Return the page: what it is, the form once a code is on its way, another code, the other way."""
    words = visit.words
    label, look = (words.code_again, "btn quiet") if place.code_sent else (words.send_code, "btn main")
    return markup.whole_page(
        words.account,
        markup.stack(
            markup.heading(words.account),
            markup.line(says),
            "" if place.code_sent else markup.line(words.more_say),
        ),
        entry if place.code_sent else markup.error(trouble),
        markup.form(f"{path}/code", visit.token, markup.button(label, look)),
        other,
        markup.link(words.back, "/g/me", "btn quiet"),
        language=visit.language,
        status=200 if trouble is None else 422,
        script=script if place.code_sent else "",
    )


def render_made(visit: Visit, codes: Sequence[str]) -> HTMLResponse:
    """Return the page of a new account, with the codes that are shown this once."""
    words = visit.words
    rows = "".join(f"<li>{code}</li>" for code in codes)
    return markup.whole_page(
        words.account_made,
        markup.stack(markup.heading(words.account_made), markup.line(words.account_codes)),
        f'<ul class="codes">{rows}</ul>',
        markup.link(words.open_app, "/", "btn main"),
        language=visit.language,
    )
