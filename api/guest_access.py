"""What a guest's session may call. Everything that is not listed here does not exist for a guest: 404."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fastapi import Request

from core.errors import PorchlightError
from core.unit_of_work import Operation
from models.enums import GuestSessionKind
from rules import access
from rules.access import Caller
from rules.errors import NotFound, NotSignedIn

Call = tuple[str, str]
"""A method, and the path of a route."""

ALLOWED: Final[Mapping[GuestSessionKind, frozenset[Call]]] = MappingProxyType(
    {
        GuestSessionKind.JOINING: frozenset(
            {
                # Once more, with another address.
                ("POST", "/v1/invitations/accept-as-guest"),
                ("GET", "/v1/channels"),
                ("POST", "/v1/channels/{channel_id}/confirm"),
                ("POST", "/v1/me/code"),
                ("POST", "/v1/me/account"),
                ("POST", "/v1/me/account/options"),
                ("PATCH", "/v1/me"),
                ("GET", "/v1/supporting/{membership_id}"),
                ("PATCH", "/v1/supporting/{membership_id}"),
                ("DELETE", "/v1/supporting/{membership_id}"),
            }
        ),
        GuestSessionKind.LINK: frozenset(
            {
                ("GET", "/v1/reach-outs/{reach_out_id}"),
                ("POST", "/v1/reach-outs/{reach_out_id}/answers"),
                ("GET", "/v1/reach-outs/{reach_out_id}/messages"),
                ("POST", "/v1/reach-outs/{reach_out_id}/messages"),
                # To mute, and nothing else.
                ("PATCH", "/v1/supporting/{membership_id}"),
                # Sends a code to the guest's own address. With it the link opens the other kind of session.
                ("POST", "/v1/me/code"),
            }
        ),
    }
)
ALLOWED_FIELDS: Final[Mapping[tuple[GuestSessionKind, Call], frozenset[str]]] = MappingProxyType(
    {
        (GuestSessionKind.JOINING, ("PATCH", "/v1/me")): frozenset({"hours", "wake_me"}),
        (GuestSessionKind.LINK, ("PATCH", "/v1/supporting/{membership_id}")): frozenset({"muted_until"}),
    }
)
"""Where a guest may change a part only: the fields of the body that they may name."""


async def admit(operation: Operation, token: str | None, request: Request) -> Caller:
    """Return the guest of this token if the request is one of theirs. Raises NotSignedIn, NotFound."""
    who = await access.load_guest(operation, token)
    if who.guest is None or _call(request) not in ALLOWED[who.guest.kind]:
        raise NotFound
    return who


def require_fields(who: Caller, request: Request, fields: set[str]) -> None:
    """Raise NotFound when a guest names a field that is not theirs to change."""
    if who.guest is not None and not fields <= ALLOWED_FIELDS.get((who.guest.kind, _call(request)), fields):
        raise NotFound


async def hide_from_guest(operation: Operation, token: str | None, otherwise: PorchlightError) -> PorchlightError:
    """Return NotFound for a guest who was taken for somebody without a session, else `otherwise`."""
    try:
        await access.load_guest(operation, token)
    except NotSignedIn:
        return otherwise
    return NotFound()


def _call(request: Request) -> Call:
    return request.method, str(getattr(request.scope.get("route"), "path", ""))
