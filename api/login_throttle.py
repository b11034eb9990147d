"""Rate limits of sign-ins: guesses are counted before they are checked, and correct ones are refunded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request
from sqlalchemy.exc import DBAPIError

from api.context import Context
from api.dependencies import make_unit, reading_operation
from core.errors import PorchlightError
from core.isolation import isolated
from core.places import place_of
from core.unit_of_work import UnitOfWork
from rules.accounts import known_places, throttle
from rules.accounts.sessions import GUESSES_PER_NAME, GUESSES_PER_NAME_AND_PLACE, GUESSES_PER_PLACE
from rules.circle.invitations import LINK_GUESSES_PER_PLACE
from rules.errors import InvitationNotValid


@dataclass(frozen=True, slots=True)
class Guess:
    """One guess that was counted. `who`: the key under which its check queues for the hasher."""

    place: str
    limits: tuple[tuple[throttle.RateLimit, str], ...]
    who: str


def request_place(request: Request) -> str:
    """Return where a request comes from, as limits count it."""
    return place_of(request.client.host if request.client else "nowhere")


async def count_guess(
    context: Context, request: Request, name: str, person_id: UUID | None, *, guessable: bool = True
) -> Guess:
    """Count a guess before it is checked, so that concurrent guesses are counted too. Raises TooMany.

    `guessable`: the secret has so few values that one name may be attacked from many places. `person_id`: whose name it is,
    if anybody's. At a place where they have signed in before, guesses made elsewhere do not count.
    """
    place = request_place(request)
    limits = [(GUESSES_PER_NAME_AND_PLACE, f"{name}\0{place}"), (GUESSES_PER_PLACE, place)]
    async with reading_operation(context) as reading:
        known = await known_places.is_known(reading, person_id, place)
        if guessable and not known:
            limits.append((GUESSES_PER_NAME, name))
        for limit, who in limits:
            await throttle.check(reading, limit, who)
    async with context.database.write() as session:
        unit = make_unit(context, session)
        for limit, who in limits:
            await throttle.consume(unit, limit, who)
        await session.commit()
    return Guess(place, tuple(limits), f"{name}\0{place}" if known else place)


async def accept_guess(context: Context, guess: Guess, person_id: UUID) -> None:
    """Refund a correct guess, and remember the place as one of this person's."""
    async with context.database.write() as session:
        await accept_in(make_unit(context, session), guess, person_id)
        await session.commit()


@asynccontextmanager
async def accepted_anyway(context: Context, guess: Guess, person_id: UUID) -> AsyncIterator[None]:
    """Accept a right guess also where what it was for fails: only wrong ones count."""
    try:
        yield
    except (PorchlightError, DBAPIError):
        with isolated("guess_not_refunded"):
            await accept_guess(context, guess, person_id)
        raise


async def accept_in(unit: UnitOfWork, guess: Guess, person_id: UUID) -> None:
    """Accept a guess in a transaction that is about to be committed: others from this place wait for it."""
    await known_places.record_place(unit, person_id, guess.place)
    await throttle.refund(unit, *guess.limits)


@asynccontextmanager
async def count_invalid_links(context: Context, request: Request) -> AsyncIterator[None]:
    """Count invalid invitation links against the place they were tried from. Raises TooMany after too many.

    Valid links are never delayed: nobody guesses 128 random bits, and a whole clinic may share one address.
    """
    try:
        yield
    except InvitationNotValid:
        async with context.database.write() as session:
            await throttle.consume(make_unit(context, session), LINK_GUESSES_PER_PLACE, request_place(request))
            await session.commit()
        raise


async def remember_place(unit: UnitOfWork, request: Request, person_id: UUID) -> None:
    """Remember the place as one of this person's, who has proved in another way who they are."""
    await known_places.record_place(unit, person_id, request_place(request))
