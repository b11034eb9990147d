"""Signing in, slowed: guesses are counted before they are looked at, and given back when they were right."""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Request

from api.context import Context
from api.dependencies import make_unit
from core.errors import InvitationNotValid
from rules import throttle
from rules.invitations import GUESSED_LINKS
from rules.sessions import GUESSES_HERE, GUESSES_PLACE


def place(request: Request) -> str:
    """Where a request comes from: an IPv4 address, or the /64 that one IPv6 household has to itself."""
    host = request.client.host if request.client else "nowhere"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    if address.ipv4_mapped is not None:
        # How a socket that listens for both writes IPv4: one network would hold all of it.
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


async def take(context: Context, request: Request, name: str) -> None:
    """Count a guess before it is checked, so that many at once are counted as well. Raises TooMany."""
    async with context.database.write() as session:
        unit = make_unit(context, session)
        for limit, who in _limits(request, name):
            await throttle.take(unit, limit, who)
        await session.commit()


async def give_back(context: Context, request: Request, name: str) -> None:
    """It was right: it does not count."""
    async with context.database.write() as session:
        unit = make_unit(context, session)
        for limit, who in _limits(request, name):
            await throttle.give_back(unit, limit, who)
        await session.commit()


@asynccontextmanager
async def at_links(context: Context, request: Request) -> AsyncIterator[None]:
    """Count every invitation link that opens nothing against the place it was tried from. Raises TooMany after too many.

    A link that is good is never held up: with 128 random bits nobody finds one by trying, and a clinic has one address.
    """
    try:
        yield
    except InvitationNotValid:
        async with context.database.write() as session:
            await throttle.take(make_unit(context, session), GUESSED_LINKS, place(request))
            await session.commit()
        raise


def _limits(request: Request, name: str) -> list[tuple[throttle.Limit, str]]:
    here = place(request)
    return [(GUESSES_HERE, f"{name}\0{here}"), (GUESSES_PLACE, here)]
