"""Requests whose rows were deleted meanwhile, and requests of guests: who gets 401, who 404, and who their error."""

from fastapi import Request

from api import guest_access
from api.dependencies import make_unit, token_in
from core.errors import PorchlightError
from rules import access
from rules.errors import NotSignedIn


async def resolve_error(request: Request, otherwise: PorchlightError) -> PorchlightError:
    """Return NotSignedIn when the caller's own session no longer exists, else `otherwise`."""
    context = request.app.state.context
    token = token_in(request, context)
    if token is None:
        return otherwise
    try:
        async with context.database.read() as session:
            await access.load_caller(make_unit(context, session), token)
    except NotSignedIn as gone:
        return gone
    return otherwise


async def resolve_unknown(request: Request, otherwise: PorchlightError) -> PorchlightError:
    """Return NotFound for a guest, to whom an endpoint that is not theirs does not exist; else `otherwise`."""
    context = request.app.state.context
    token = token_in(request, context)
    if token is None:
        return otherwise
    async with context.database.read() as session:
        return await guest_access.hide_from_guest(make_unit(context, session), token, otherwise)
