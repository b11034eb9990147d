"""A code that goes to a guest's own address, and comes back through a page."""

from api.context import Context
from api.guest_pages import code_page
from api.guest_pages.visit import Visit
from rules.errors import CodeOver
from rules.guests import guest_account


async def send_visitor_code(visit: Visit, context: Context) -> None:
    """Send a code. Raises NotFound, TooMany."""
    await guest_account.send_fresh_code(visit.unit, visit.who)
    await visit.unit.commit(context.bus, context.dispatch_now)


async def take_visitor_code(visit: Visit, context: Context, typed: str) -> str | None:
    """Use up a code, not committed yet. Return what to say of one that is wrong, whose guess counts, or over; else None."""
    try:
        wrong = await guest_account.use_fresh_code(visit.unit, visit.who, code_page.digits(typed))
    except CodeOver:
        return visit.words.code_over
    if wrong is None:
        return None
    await visit.unit.commit(context.bus, context.dispatch_now)
    return visit.words.code_wrong.format(left=wrong.extra["guesses_left"])
