"""Rate limits of sign-ups: by invitation link with an invitation, by place without one."""

from fastapi import Request

from api.context import Context
from api.dependencies import make_unit
from api.login_throttle import request_place
from api.this_machine import is_from_this_machine
from rules.accounts import registration, throttle
from rules.errors import TooMany


async def count_sign_up(context: Context, request: Request, invitation_token: str | None) -> None:
    """Count a sign-up before it is processed. Raises TooMany.

    With a (valid) invitation it counts against that link only, so that a group can sign up together in one place. Whoever
    tries it out on the machine that it runs on is no stranger, and is not counted.
    """
    if invitation_token is None and not context.settings.counts_own_sign_ups and is_from_this_machine(request):
        return
    limit, who = registration.sign_up_limit_per_place(context.settings.sign_ups), request_place(request)
    if invitation_token is not None:
        limit, who = registration.SIGN_UPS_PER_INVITATION, invitation_token
    try:
        async with context.database.read() as session:
            await throttle.check(make_unit(context, session), limit, who)
        async with context.database.write() as session:
            await throttle.consume(make_unit(context, session), limit, who)
            await session.commit()
    except TooMany:
        context.proxy_watch.record_sign_up(request, refused=True)
        raise
    context.proxy_watch.record_sign_up(request)
