"""The press: read once, choose what it comes to, carry that out; look again when somebody else was first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from core.database import lost_a_race
from core.errors import Busy
from core.telemetry import PRESSES
from core.unit_of_work import Transactions, UnitOfWork
from rules import access, helplines, idempotency
from rules.access import Caller
from rules.errors import EmptyCircle
from rules.idempotency import Earlier, RequestFingerprint
from rules.reach_out import load_circle, press_again, views
from rules.reach_out.load_circle import Member, Presser
from rules.reach_out.start import PressRequest, start
from rules.reach_out.views import ReachOutView

MAX_PRESS_ATTEMPTS = 5

Identify = Callable[[Caller], RequestFingerprint | None]
"""Called as soon as the caller is known; returns what their Idempotency-Key and body come to."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """What came of a press. `new`: it made the reach-out in `view`, which is `caller`'s."""

    view: ReachOutView
    new: bool
    caller: Caller


@dataclass(frozen=True, slots=True)
class Replay:
    """The same request has been answered before."""

    earlier: Earlier


@dataclass(frozen=True, slots=True)
class Again:
    """A reach-out is open: never a second one. `members`: those named, who are told as well."""

    reach_out_id: UUID
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Start:
    """A new reach-out, which asks these members."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody is there to be asked."""


Choice = Replay | Again | Start | Nobody


def choose(presser: Presser, request: PressRequest, earlier: Earlier | None) -> Choice:
    """Choose what a press comes to, of what was read. `earlier`: what its Idempotency-Key came to before."""
    if earlier is not None:
        return Replay(earlier)
    if presser.open_id is not None:
        return Again(presser.open_id, named(presser.members, request) if request.to else ())
    members = named(presser.members, request)
    return Start(members) if members else Nobody()


def named(circle: Sequence[Member], request: PressRequest) -> tuple[Member, ...]:
    """Return whom a press asks: the whole circle, or those named of it."""
    return tuple(member for member in circle if request.to is None or member.membership_id in request.to)


@dataclass(frozen=True, slots=True)
class _Press:
    presser: Presser
    request: PressRequest
    fingerprint: RequestFingerprint | None


async def press(
    transactions: Transactions, token: str | None, request: PressRequest, identify: Identify, ladder: Sequence[int]
) -> Pressed:
    """Reach out, by the installation's `ladder` unless the person has one of their own.

    A press while a reach-out is open is taken as pressing again. The same Idempotency-Key gives the same reach-out.
    Raises NotSignedIn, EmptyCircle, KeyReused; Busy when others were first too often.
    """
    contested = False
    for _ in range(MAX_PRESS_ATTEMPTS):
        try:
            pressed = await _attempt(transactions, token, request, identify, ladder, contested=contested)
        except press_again.ClosedMeanwhileError:
            continue
        except DBAPIError as error:
            # The same press a moment earlier, or a member who left between the read and the write.
            if not lost_a_race(error):
                raise
            contested = True
            continue
        if pressed is not None:
            return pressed
    raise Busy


async def _attempt(
    transactions: Transactions,
    token: str | None,
    request: PressRequest,
    identify: Identify,
    ladder: Sequence[int],
    *,
    contested: bool,
) -> Pressed | None:
    """Read, choose, carry out. Nearly always that is a first press: one statement reads, and one writes.

    A first press looks up no key: the primary key of the row that it writes does so. The key is looked up when the press is
    `contested`, or comes to something else.
    """
    async with transactions.operation() as operation:
        presser = await load_circle.load(operation, token, ladder)
        fingerprint = identify(presser.caller)
        choice = choose(presser, request, None)
        if isinstance(choice, Start) and not contested:
            view = await start(operation, presser, request, choice.members, fingerprint)
            PRESSES.labels("new").inc()
            return Pressed(view, new=True, caller=presser.caller)
        if fingerprint is not None:
            choice = choose(presser, request, await idempotency.find_earlier(operation, fingerprint))
    async with transactions.transaction() as unit:
        return await _carry_out(unit, choice, _Press(presser, request, fingerprint))


async def _carry_out(unit: UnitOfWork, choice: Choice, press_: _Press) -> Pressed | None:
    """Return what came of it; None when it has to be looked at again."""
    match choice:
        case Replay(earlier):
            return await _replay(unit, press_, earlier)
        case Again():
            return await _again(unit, press_, choice)
        case Start(members):
            # A key that is past its 24 hours, but not purged yet, may have been what it lost against.
            await idempotency.drop_expired(unit, press_.fingerprint)
            view = await start(unit, press_.presser, press_.request, members, press_.fingerprint)
            PRESSES.labels("new").inc()
            return Pressed(view, new=True, caller=press_.presser.caller)
        case Nobody():
            PRESSES.labels("empty_circle").inc()
            country = helplines.for_region(press_.presser.caller.region)
            raise EmptyCircle(extra={"helplines": country.model_dump(mode="json")})


async def _replay(unit: UnitOfWork, press_: _Press, earlier: Earlier) -> Pressed:
    caller = press_.presser.caller
    if press_.fingerprint is not None:
        idempotency.ensure_same_body(earlier.body_hash, press_.fingerprint)
    seen = await access.load_reach_out(unit, caller, earlier.result_id)
    PRESSES.labels("replay").inc()
    # The key that made it was written at the same moment; one of a later press has a later time.
    new = seen.reach_out.created_at == earlier.created_at
    return Pressed(await views.load_reach_out(unit, caller, earlier.result_id), new=new, caller=caller)


async def _again(unit: UnitOfWork, press_: _Press, again: Again) -> Pressed | None:
    caller, request = press_.presser.caller, press_.request
    try:
        await press_again.press_again(
            unit, caller, again.reach_out_id, note=request.note, need=request.need, add=again.members
        )
    except press_again.OverError:
        # It had lived its 24 hours and is ended by this unit: what is pressed now is a reach-out of its own.
        return None
    await idempotency.remember(unit, press_.fingerprint, caller.person_id, again.reach_out_id)
    PRESSES.labels("again").inc()
    return Pressed(await views.load_reach_out(unit, caller, again.reach_out_id), new=False, caller=caller)
