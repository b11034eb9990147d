"""What to say when rows went away in the middle of a request: to whoever was erased meanwhile, and to everybody else."""

from fastapi import Request

from api.dependencies import make_unit, token_in
from core.errors import PorchlightError
from rules import access
from rules.errors import NotSignedIn


async def told(request: Request, otherwise: PorchlightError) -> PorchlightError:
    """NotSignedIn when the caller's own session is gone by now, else `otherwise`."""
    context = request.app.state.context
    token = await token_in(request, context)
    if token is None:
        return otherwise
    try:
        async with context.database.read() as session:
            await access.caller(make_unit(context, session), token)
    except NotSignedIn as gone:
        return gone
    return otherwise
