"""The pages behind a guest's link. Reading changes nothing: mail scanners open links as well."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.dependencies import Services, make_unit
from api.guest_pages import code_page, reach_out_page
from api.guest_pages.fresh_code import send_visitor_code, take_visitor_code
from api.guest_pages.moments import DAY, WEEK
from api.guest_pages.reach_out_page import SOON_MINUTES, Shown
from api.guest_pages.replies import closed_page, find_secret, guest_page
from api.guest_pages.visit import (
    LINK_COOKIE,
    OWN_COOKIE,
    GuestCookie,
    Visit,
    give_guest_cookie,
    go_to,
    link_visit,
    read_form,
)
from core import text
from models.enums import AnswerKind, Carrier
from rules import access, idempotency
from rules.circle import membership, supported
from rules.daily import plan
from rules.daily.local_time import zone_of
from rules.errors import NotFound, ReachOutClosed
from rules.guests import guest_place, guest_sessions, links
from rules.idempotency import RequestFingerprint
from rules.reach_out import messages, views
from rules.reach_out.answer import Reply, give_answer

router = APIRouter(include_in_schema=False)
MAX_SHOWN_MESSAGES = 50
MAX_WORDS = 4000


@router.get("/g")
async def closed(request: Request) -> Response:
    """Show what an ended link shows."""
    return closed_page(request)


@router.post("/g")
@guest_page
async def open_page(request: Request, context: Services) -> Response:
    """Take over the secret of a link, as often as it is opened, and lead to its page."""
    secret = find_secret((await read_form(request)).get("secret", ""))
    async with context.database.write() as session:
        unit = make_unit(context, session)
        link = await links.open_link(unit, secret)
        opened = await guest_sessions.open_linked(unit, link, Carrier.COOKIE)
        seconds = int((opened.expires_at - unit.now).total_seconds())
        await unit.commit(context.bus, context.dispatch_now)
    path = f"/g/{link.reach_out_id}"
    reply = go_to(path)
    give_guest_cookie(reply, context, GuestCookie(LINK_COOKIE, opened.token, path, seconds))
    return reply


@router.get("/g/{reach_out_id}")
@guest_page
async def show_reach_out(request: Request, reach_out_id: str, context: Services) -> Response:
    """Show who asks, and what one can say."""
    async with link_visit(request, context, reach_out_id) as visit:
        shown = await _load_shown(visit, changing="change" in request.query_params)
        return reach_out_page.render_reach_out(visit, shown)


@router.post("/g/{reach_out_id}/answer")
@guest_page
async def answer_on_page(request: Request, reach_out_id: str, context: Services) -> Response:
    """Say what I can do."""
    form = await read_form(request)
    kind = form.get("kind", "")
    async with link_visit(request, context, reach_out_id) as visit:
        if kind not in set(AnswerKind):
            raise NotFound
        minutes = SOON_MINUTES if kind == AnswerKind.SOON else None
        try:
            # A form that shaking hands send twice is one answer; another button of the same form is another one.
            fingerprint = _fingerprint(visit, "answer", kind + form["key"] if form.get("key") else None, kind)
            await give_answer(visit.unit, visit.who, visit.reach_out_id, Reply(AnswerKind(kind), minutes), fingerprint)
            await visit.unit.commit(context.bus, context.dispatch_now)
        except ReachOutClosed:
            # The page says how it ended.
            pass
    return go_to(f"/g/{reach_out_id}")


@router.post("/g/{reach_out_id}/message")
@guest_page
async def write_on_page(request: Request, reach_out_id: str, context: Services) -> Response:
    """Write to whoever asks. What cannot be sent stays in its field."""
    form = await read_form(request)
    typed = form.get("text", "")
    async with link_visit(request, context, reach_out_id) as visit:
        try:
            words = text.clean_multiline(text.drop_lone_surrogates(typed), MAX_WORDS)
        except ValueError:
            shown = await _load_shown(visit, typed=typed, trouble=visit.words.trouble)
            return reach_out_page.render_reach_out(visit, shown, 422)
        if not words:
            return go_to(f"/g/{reach_out_id}")
        fingerprint = _fingerprint(visit, "message", form.get("key"), words)
        try:
            await messages.send_message(visit.unit, visit.who, visit.reach_out_id, words, fingerprint)
            await visit.unit.commit(context.bus, context.dispatch_now)
        except ReachOutClosed:
            # The page says how it ended.
            pass
    return go_to(f"/g/{reach_out_id}")


@router.post("/g/{reach_out_id}/quiet")
@guest_page
async def mute_on_page(request: Request, reach_out_id: str, context: Services) -> Response:
    """Get no messages about this person for a while."""
    span = {"day": DAY, "week": WEEK}.get((await read_form(request)).get("for", ""))
    async with link_visit(request, context, reach_out_id) as visit:
        shown = await _load_shown(visit)
        until = visit.unit.now + span if span else None
        await membership.mute_supported(visit.unit, visit.who, shown.member.id, until)
        await visit.unit.commit(context.bus, context.dispatch_now)
    return go_to(f"/g/{reach_out_id}")


@router.get("/g/{reach_out_id}/more")
@guest_page
async def ask_for_code(request: Request, reach_out_id: str, context: Services) -> Response:
    """Offer what needs a fresh code: hours, leaving, an account."""
    async with link_visit(request, context, reach_out_id) as visit:
        place = await guest_place.load_guest_place(visit.unit, visit.who)
        return code_page.render_code_request(visit, place, f"/g/{reach_out_id}", "more", "code")


@router.post("/g/{reach_out_id}/code")
@guest_page
async def send_code_to_guest(request: Request, reach_out_id: str, context: Services) -> Response:
    """Send a fresh code to the guest's own address."""
    async with link_visit(request, context, reach_out_id) as visit:
        await send_visitor_code(visit, context)
    return go_to(f"/g/{reach_out_id}/more")


@router.post("/g/{reach_out_id}/more")
@guest_page
async def use_code_of_guest(request: Request, reach_out_id: str, context: Services) -> Response:
    """Take the fresh code, and lead to the guest's own page."""
    typed = (await read_form(request)).get("code", "")
    async with link_visit(request, context, reach_out_id) as visit:
        unit = visit.unit
        trouble = await take_visitor_code(visit, context, typed)
        if trouble is not None:
            place = await guest_place.load_guest_place(unit, visit.who)
            return code_page.render_code_request(visit, place, f"/g/{reach_out_id}", "more", "code", trouble=trouble)
        opened = await guest_sessions.open_joining(unit, visit.who.person_id, Carrier.COOKIE)
        await unit.commit(context.bus, context.dispatch_now)
    reply = go_to("/g/me")
    seconds = int(guest_sessions.JOINING_LIFETIME.total_seconds())
    give_guest_cookie(reply, context, GuestCookie(OWN_COOKIE, opened.token, "/g", seconds))
    return reply


def _fingerprint(visit: Visit, what: str, key: str | None, said: str) -> RequestFingerprint | None:
    scope = f"{visit.who.person_id}\0guest-{what}\0{visit.reach_out_id}"
    return idempotency.request_fingerprint(visit.unit.keyring, scope, key, {"said": said})


async def _load_shown(visit: Visit, *, changing: bool = False, typed: str = "", trouble: str | None = None) -> Shown:
    """Return what the page shows of this reach-out. Raises NotFound for somebody who is no longer told of it."""
    unit, who, reach_out_id = visit.unit, visit.who, visit.reach_out_id
    await access.load_visible_reach_out(unit, who, reach_out_id)
    members = await supported.list_supported(unit, who, 1, None)
    if not members:
        raise NotFound
    return Shown(
        reach_out=await views.load_reach_out(unit, who, reach_out_id),
        messages=(await messages.list_messages(unit, who, reach_out_id, MAX_SHOWN_MESSAGES, None, newest=True))[::-1],
        member=members[0],
        zone=zone_of((await access.load_person(unit, who)).time_zone),
        key=unit.new_token(16),
        how_to_help=await plan.load_how_to_help(unit, who, reach_out_id),
        changing=changing,
        typed=typed,
        trouble=trouble,
    )
