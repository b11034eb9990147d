"""The press: read once, choose what to do, do it; start over when another request was first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from core.database import lost_a_race
from core.errors import Busy
from core.frozen import quick_dataclass
from core.telemetry import PRESSES, series
from core.unit_of_work import Transactions, UnitOfWork
from rules import access, helplines, idempotency
from rules.access import Caller
from rules.errors import AskedOften, EmptyCircle, NobodyFree
from rules.idempotency import EarlierResult, RequestFingerprint
from rules.reach_out import views
from rules.reach_out.calm import ask_limit
from rules.reach_out.press import load_circle, press_again
from rules.reach_out.press.load_circle import Member, Presser
from rules.reach_out.press.start import PressRequest, start
from rules.reach_out.state import PressedAgain
from rules.reach_out.views import ReachOutView
from rules.sealed_values import NEED

MAX_PRESS_ATTEMPTS = 5

Identify = Callable[[Caller], RequestFingerprint | None]
"""Called as soon as the caller is known; returns the fingerprint of their Idempotency-Key and body."""


@quick_dataclass(frozen=True, slots=True)
class Pressed:
    """The result of a press. `new`: it created the reach-out in `view`, which belongs to `caller`."""

    view: ReachOutView
    new: bool
    caller: Caller


@dataclass(frozen=True, slots=True)
class Replay:
    """The same request was answered earlier."""

    earlier: EarlierResult


@dataclass(frozen=True, slots=True)
class Again:
    """A reach-out is open, and there is never a second one. `members`: members named in the press, who are told as well.

    `circle`: whom a calm ask reaches when this makes it a press.
    """

    reach_out_id: UUID
    members: tuple[Member, ...] = ()
    circle: tuple[Member, ...] = ()


@quick_dataclass(frozen=True, slots=True)
class Start:
    """A new reach-out to these members."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Nobody:
    """There is nobody to ask. `asleep`: there is, but nobody who can be asked calmly at this hour."""

    asleep: bool = False


Choice = Replay | Again | Start | Nobody


def choose(presser: Presser, request: PressRequest, earlier: EarlierResult | None) -> Choice:
    """Return what a press does, given what was read. `earlier`: the earlier result of its Idempotency-Key."""
    if earlier is not None:
        return Replay(earlier)
    if presser.open_id is not None:
        asked = named(presser.members, request)
        if presser.open_calm and not request.calm:
            return Again(presser.open_id, circle=asked)
        return Again(presser.open_id, members=free_members(asked, request) if request.to else ())
    members = named(presser.members, request)
    asked = free_members(members, request)
    return Start(asked) if asked else Nobody(asleep=bool(members))


def named(circle: Sequence[Member], request: PressRequest) -> tuple[Member, ...]:
    """Return the members a press asks: those it names, or the whole circle."""
    return tuple(member for member in circle if request.to is None or member.participant.membership_id in request.to)


def free_members(members: Sequence[Member], request: PressRequest) -> tuple[Member, ...]:
    """Return those of these members whom the request may tell now: everybody; for a calm ask those who are free.

    It has no channels, so a guest, who has nothing else, is never asked calmly.
    """
    return tuple(
        member
        for member in members
        if not request.calm or (member.participant.available and not member.participant.guest)
    )


@dataclass(frozen=True, slots=True)
class _Press:
    presser: Presser
    request: PressRequest
    fingerprint: RequestFingerprint | None


async def press(
    transactions: Transactions, token: str | None, request: PressRequest, identify: Identify, ladder: Sequence[int]
) -> Pressed:
    """Reach out, by the person's own ladder or else the installation's `ladder`.

    A press while a reach-out is open counts as pressing again. The same Idempotency-Key returns the same reach-out.
    Raises NotSignedIn, EmptyCircle, KeyReused; NobodyFree and AskedOften for a calm ask; Busy after losing too many races.
    """
    contested = False
    for _ in range(MAX_PRESS_ATTEMPTS):
        try:
            pressed = await _attempt(transactions, token, request, identify, ladder, contested=contested)
        except press_again.ClosedMeanwhileError:
            continue
        except DBAPIError as error:
            # The same press was a moment earlier, or a member left between the read and the write.
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
    """Read, choose, carry out. Nearly always it is a first press: one statement to read and one to write.

    A first press does not look up its key: the primary key of the row it writes does. The key is looked up when the press is
    `contested` or is not a first one.
    """
    async with transactions.operation() as operation:
        presser = await load_circle.load_presser(operation, token, ladder, calm=request.calm)
        fingerprint = identify(presser.caller)
        choice = choose(presser, request, None)
        wait = await ask_limit.seconds_to_wait(operation, presser.caller) if starts_calmly(choice, request) else 0
        if isinstance(choice, Start) and not contested and not wait:
            view = await start(operation, presser, request, choice.members, fingerprint)
            series(PRESSES, "calm" if request.calm else "new").inc()
            return Pressed(view, new=True, caller=presser.caller)
        if fingerprint is not None:
            choice = choose(presser, request, await idempotency.find_earlier_result(operation, fingerprint))
    if wait and isinstance(choice, Start):
        raise AskedOften(extra={"retry_after": wait})
    async with transactions.transaction() as unit:
        return await _carry_out_choice(unit, choice, _Press(presser, request, fingerprint))


def starts_calmly(choice: Choice, request: PressRequest) -> bool:
    """Return whether this is a new calm ask, of which there are only so many an hour."""
    return request.calm and isinstance(choice, Start)


async def _carry_out_choice(unit: UnitOfWork, choice: Choice, press_: _Press) -> Pressed | None:
    """Return the result; None when the press has to start over."""
    match choice:
        case Replay(earlier):
            return await _replay(unit, press_, earlier)
        case Again():
            return await _again(unit, press_, choice)
        case Start(members):
            # The press may have lost against a key that is past its 24 hours but not purged yet.
            await idempotency.drop_expired(unit, press_.fingerprint)
            view = await start(unit, press_.presser, press_.request, members, press_.fingerprint)
            PRESSES.labels("calm" if press_.request.calm else "new").inc()
            return Pressed(view, new=True, caller=press_.presser.caller)
        case Nobody(asleep=True):
            PRESSES.labels("nobody_free").inc()
            raise NobodyFree
        case Nobody():
            PRESSES.labels("empty_circle").inc()
            country = helplines.for_region(press_.presser.caller.region)
            raise EmptyCircle(extra={"helplines": country.model_dump(mode="json")})


async def _replay(unit: UnitOfWork, press_: _Press, earlier: EarlierResult) -> Pressed:
    caller = press_.presser.caller
    if press_.fingerprint is not None:
        idempotency.ensure_same_body(earlier.body_hash, press_.fingerprint)
    seen = await access.load_visible_reach_out(unit, caller, earlier.result_id)
    PRESSES.labels("replay").inc()
    # The key of the press that created it carries the same time; the key of a later press a later one.
    new = seen.reach_out.created_at == earlier.created_at
    return Pressed(await views.load_reach_out(unit, caller, earlier.result_id), new=new, caller=caller)


async def _again(unit: UnitOfWork, press_: _Press, again: Again) -> Pressed | None:
    caller, request = press_.presser.caller, press_.request
    try:
        await press_again.press_again(
            unit,
            caller,
            again.reach_out_id,
            PressedAgain(
                NEED.seal(caller.vault, again.reach_out_id, {"need": request.need}),
                tuple(member.participant for member in again.members),
                calm=request.calm,
                circle=tuple(member.participant for member in again.circle),
            ),
            note=request.note,
        )
    except press_again.OverError:
        # This unit of work ended it after its 24 hours: the press becomes a new reach-out.
        return None
    await idempotency.remember(unit, press_.fingerprint, caller.person_id, again.reach_out_id)
    PRESSES.labels("again").inc()
    return Pressed(await views.load_reach_out(unit, caller, again.reach_out_id), new=False, caller=caller)
