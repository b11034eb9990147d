"""A guest's own pages: the code that lets them in, when they may be woken, their words, leaving."""

import re
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.context import Context
from api.dependencies import Services
from api.guest_pages import code_page, own_page
from api.guest_pages.fresh_code import send_visitor_code
from api.guest_pages.replies import guest_page
from api.guest_pages.visit import OWN_COOKIE, Visit, go_to, own_visit, read_form
from core import text
from rules.accounts import channels, people
from rules.circle import membership
from rules.errors import AddressInCircle, CircleFull, CodeOver
from rules.guests import guest_account, guest_place, joining
from rules.guests.guest_place import GuestPlace

router = APIRouter(include_in_schema=False)
TIME_OF_DAY: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@router.get("/g/me")
@guest_page
async def show_own_page(request: Request, context: Services) -> Response:
    """Show what is missing yet, or what a guest can change."""
    async with own_visit(request, context) as visit:
        return await _own_page(visit, context, kept="kept" in request.query_params)


@router.post("/g/me/code")
@guest_page
async def send_another_code(request: Request, context: Services) -> Response:
    """Send another code to somebody who joins."""
    async with own_visit(request, context) as visit:
        await send_visitor_code(visit, context)
    return go_to("/g/me")


@router.post("/g/me/confirm")
@guest_page
async def confirm_on_page(request: Request, context: Services) -> Response:
    """Take the code of somebody who joins."""
    typed = code_page.digits((await read_form(request)).get("code", ""))
    async with own_visit(request, context) as visit:
        place = await guest_place.load_guest_place(visit.unit, visit.who)
        try:
            _, wrong = await channels.confirm_channel(visit.unit, visit.who, place.channel_id, typed)
        except CodeOver:
            return own_page.render_code(visit, place, visit.words.code_over)
        try:
            if wrong is None:
                await joining.complete_join(visit.unit, visit.who)
        except (AddressInCircle, CircleFull) as refusal:
            # The code stays good, in case another member leaves, or another address is given.
            await visit.unit.rollback()
            return own_page.render_code(visit, place, _say_refusal(refusal, visit, place))
        await visit.unit.commit(context.bus, context.dispatch_now)
        if wrong is not None:
            return own_page.render_code(visit, place, visit.words.code_wrong.format(left=wrong.extra["guesses_left"]))
    return go_to("/g/me")


@router.post("/g/me/when")
@guest_page
async def change_hours_on_page(request: Request, context: Services) -> Response:
    """Set when this guest may be reached: any time, or the same hours every day."""
    form = await read_form(request)
    begin, end = form.get("from", ""), form.get("to", "")
    async with own_visit(request, context) as visit:
        changes: dict[str, object] = {"hours": None, "wake_me": True}
        if form.get("wake") == "hours":
            if not (TIME_OF_DAY.fullmatch(begin) and TIME_OF_DAY.fullmatch(end)) or begin == end:
                return await _own_page(visit, context, trouble=visit.words.bad_hours)
            changes = {"hours": own_page.daily_hours(begin, end), "wake_me": False}
        await people.change_profile(visit.unit, visit.who, changes)
        await visit.unit.commit(context.bus, context.dispatch_now)
    return go_to("/g/me?kept=1")


@router.post("/g/me/words")
@guest_page
async def change_words_on_page(request: Request, context: Services) -> Response:
    """Set what stands beside the button of whoever asks them."""
    typed = (await read_form(request)).get("words", "")
    async with own_visit(request, context) as visit:
        place = await guest_place.load_guest_place(visit.unit, visit.who)
        words = " ".join(text.drop_lone_surrogates(typed).split())[: own_page.MAX_STANDING_WORDS]
        if place.member is not None:
            cleaned = text.one_line(words, own_page.MAX_STANDING_WORDS) if words else None
            await membership.set_standing_words(visit.unit, visit.who, place.member.id, cleaned)
            await visit.unit.commit(context.bus, context.dispatch_now)
    return go_to("/g/me?kept=1")


@router.post("/g/me/leave")
@guest_page
async def leave_on_page(request: Request, context: Services) -> Response:
    """Leave the circle; the guest is erased."""
    async with own_visit(request, context) as visit:
        await guest_account.leave(visit.unit, visit.who)
        await visit.unit.commit(context.bus, context.dispatch_now)
        reply = own_page.render_left(visit)
    reply.delete_cookie(OWN_COOKIE, path="/g")
    return reply


async def _own_page(visit: Visit, context: Context, *, kept: bool = False, trouble: str | None = None) -> Response:
    place = await guest_place.load_guest_place(visit.unit, visit.who)
    if place.member is None:
        return own_page.render_code(visit, place)
    account = context.settings.registration != "closed"
    return own_page.render_joined(visit, place, place.member, kept=kept, trouble=trouble, account=account)


def _say_refusal(refusal: AddressInCircle | CircleFull, visit: Visit, place: GuestPlace) -> str:
    words = visit.words
    said = words.circle_full if isinstance(refusal, CircleFull) else words.address_taken
    return said.format(name=place.owner_name or words.somebody)
