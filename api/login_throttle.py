"""Signing in and up, slowed: tries are counted before they are looked at; those that were right are given back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request

from api.context import Context
from api.dependencies import make_unit
from core.places import place_of
from core.unit_of_work import UnitOfWork
from rules.accounts import known_places, throttle
from rules.accounts.sessions import GUESSES_PER_NAME, GUESSES_PER_NAME_AND_PLACE, GUESSES_PER_PLACE
from rules.circle.invitations import LINK_GUESSES_PER_PLACE
from rules.errors import InvitationNotValid


@dataclass(frozen=True, slots=True)
class Guess:
    """One try that was counted; `who` is whose turn it is when it is looked at."""

    place: str
    limits: tuple[tuple[throttle.Limit, str], ...]
    who: str


def place(request: Request) -> str:
    """Where a request comes from, as limits count it."""
    return place_of(request.client.host if request.client else "nowhere")


async def take(
    context: Context, request: Request, name: str, person_id: UUID | None, *, guessable: bool = True
) -> Guess:
    """Count a guess before it is checked, so that many at once are counted as well. Raises TooMany.

    `guessable`: what is tried has few enough values that a name is worth guessing at from many places.
    `person_id` is whose name it is, if anybody's. Where they have signed in before, only what is guessed there counts.
    """
    here = place(request)
    limits = [(GUESSES_PER_NAME_AND_PLACE, f"{name}\0{here}"), (GUESSES_PER_PLACE, here)]
    async with context.database.read() as session:
        unit = make_unit(context, session)
        known = await known_places.is_known(unit, person_id, here)
        if guessable and not known:
            limits.append((GUESSES_PER_NAME, name))
        for limit, who in limits:
            await throttle.check(unit, limit, who)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        for limit, who in limits:
            await throttle.consume(unit, limit, who)
        await session.commit()
    return Guess(here, tuple(limits), f"{name}\0{here}" if known else here)


async def give_back(context: Context, guess: Guess, person_id: UUID) -> None:
    """It was right: it does not count, and the place is one of theirs."""
    async with context.database.write() as session:
        unit = make_unit(context, session)
        for limit, who in guess.limits:
            await throttle.give_back(unit, limit, who)
        await known_places.remember(unit, person_id, guess.place)
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
            await throttle.consume(make_unit(context, session), LINK_GUESSES_PER_PLACE, place(request))
            await session.commit()
        raise


async def signed_in(unit: UnitOfWork, request: Request, person_id: UUID) -> None:
    """Somebody proved in another way who they are: the place is one of theirs."""
    await known_places.remember(unit, person_id, place(request))
