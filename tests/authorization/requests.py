"""The one request by which every operation is tried: the one that Maya could make, with the ids of her things."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.accounts.consent import CONSENT_VERSION
from tests.authorization.cast import Cast
from tests.standins.authenticator import Authenticator
from tests.world.operations import Operation
from tests.world.passkeys import sign_in_options, sign_up_options
from tests.world.person import PASSPHRASE

NOWHERE = "0199f3c2-7b1e-7c55-9d0a-3f6a1b2c3d4e"
ANOTHER = "another lantern burning"
TOLD_ONLY = ["{membership_id}"]

OTHER_ROWS: dict[str, dict[str, str]] = {
    "confirm_member": {"membership_id": "accepted_id"},
    "confirm_channel": {"channel_id": "unconfirmed_id"},
    "accept_commitment": {"commitment_id": "asked_id"},
    "decline_commitment": {"commitment_id": "asked_id"},
    "reflect_on_reach_out": {"reach_out_id": "closed_id"},
    "unblock_person": {"person_id": "blocked_id"},
}
"""Where an operation is not about the row that its path's names stand for elsewhere, but about another one of Maya's."""

WHOSE: dict[str, dict[str, str]] = {
    "the told member": {"person_id": "told_id"},
    "the guest's": {"membership_id": "guest_place"},
    "the joining guest's": {
        "membership_id": "joining_place",
        "channel_id": "joining_channel_id",
        "code": "joining_code",
    },
    "which was closed": {"reach_out_id": "closed_id"},
}
"""What stands in brackets behind an operation in the table, where it is tried on more than one row."""

BODIES: dict[str, Any] = {
    "block_person": {"person_id": "{told_id}"},
    "extend_bookend": {"due_at": "2026-03-19T23:00:00Z"},
    "plan_bookend": {"due_at": "2026-03-19T23:00:00Z", "companion": "{membership_id}"},
    "add_channel": {"kind": "sms", "address": "+15550100155"},
    "confirm_channel": {"code": "{code}"},
    "check_in": {"feeling": 2, "share_with": TOLD_ONLY},
    "share_check_in": {"membership_id": "{membership_id}"},
    "change_member": {"role": "fellow"},
    "set_ladder": {"ladder": [0, 45, 90, 180]},
    "change_commitment": {"text": "Something else"},
    "mark_commitment_day": {"done": True},
    "make_commitment": {"text": "Call Ana", "days": [0], "at": "21:00", "witness": "{membership_id}"},
    "refresh_device": {"kind": "fcm", "token": "another"},
    "register_device": {"kind": "fcm", "token": "one-more"},
    "accept_as_guest": {
        "token": "{token}",
        "display_name": "Aunt Joan",
        "channel": {"kind": "sms", "address": "+15550100177"},
    },
    "make_guest_account": {"code": "{joining_code}", "sign_in_name": "uncle.sam", "passphrase": PASSPHRASE},
    "open_guest_link": {"secret": "{secret}"},
    "report_receipt": {"delivery_id": "{delivery_id}", "event": "opened"},
    "accept_invitation": {"token": "{token}"},
    "invite": {"role": "friend"},
    "preview_invitation": {"token": "{token}"},
    "set_consent": {"version": CONSENT_VERSION},
    "change_me": {"contact": "+14155550100"},
    "import_me": {"person": {}, "check_ins": [{"feeling": 1, "created_at": "2026-01-01T00:00:00Z"}]},
    "set_passphrase": {"passphrase": ANOTHER},
    "begin_passkey_sign_up": {"display_name": "Somebody"},
    "sign_up": {"sign_in_name": "somebody.new", "passphrase": PASSPHRASE, "display_name": "Somebody"},
    "set_plan": {"signs": ["Tired"], "people": TOLD_ONLY},
    "send_reach_in": {"to": "{person_id}", "text": "Hello"},
    "answer_reach_out": {"kind": "here"},
    "close_reach_out": {"outcome": "ok_now"},
    "press": {"to": TOLD_ONLY},
    "reflect_on_reach_out": {"seen": 1},
    "send_message": {"text": "Hello"},
    "choose_rhythm": {"check_in": None},
    "give_proof": {"passphrase": PASSPHRASE},
    "recover_account": {
        "sign_in_name": "{sign_in_name}",
        "recovery_code": "{recovery_code}",
        "new_passphrase": ANOTHER,
    },
    "sign_in": {"sign_in_name": "{sign_in_name}", "passphrase": PASSPHRASE},
    "change_supported": {"muted_until": None},
}
"""A complete body for each operation that takes fields; `CEREMONIES` has those that a passkey has to sign."""

CEREMONIES = {"add_passkey", "sign_in_with_passkey", "sign_up_with_passkey"}
WITHOUT_BODY = {"mark_check_in_seen", "decline_commitment", "begin_practice", "mark_together"}
"""Operations that may have a body and are tried without one."""


async def ceremonies(cast: Cast) -> dict[str, Any]:
    """Return the bodies that Maya's phone signs, and that of somebody who signs up; the challenges are used by no cell but one."""
    adding = await cast.maya.post("/v1/passkeys/options", expect=200)
    signed = cast.phone.get(await sign_in_options(cast.world.here))
    newcomer = Authenticator().create(await sign_up_options(cast.world.here, "Somebody"))
    return {
        "add_passkey": {"credential": Authenticator().create(adding)},
        "sign_in_with_passkey": {"credential": signed},
        "sign_up_with_passkey": {"display_name": "Somebody", "credential": newcomer},
    }


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: the same for everybody."""

    method: str
    path: str
    body: Any


def request(operation: Operation, whose: str, known: Mapping[str, str], signed: Mapping[str, Any]) -> Request:
    """Return the request for one row of the table, with these ids."""
    others = OTHER_ROWS.get(operation.id, {}) | (WHOSE[whose] if whose else {})
    named = dict(known) | {name: known[other] for name, other in others.items()}
    body = signed[operation.id] if operation.id in CEREMONIES else _filled(BODIES.get(operation.id), named)
    return Request(operation.method, operation.at(named), body)


def nowhere(known: Mapping[str, str]) -> dict[str, str]:
    """Return ids and secrets of the same form that nothing has."""
    return {name: _nothing(value) for name, value in known.items()}


def _nothing(value: str) -> str:
    if re.fullmatch(r"[0-9a-f-]{36}", value):
        return NOWHERE
    return "A" * 22 if re.fullmatch(r"[\w-]{22}", value) else value


def _filled(body: Any, named: Mapping[str, str]) -> Any:
    match body:
        case str():
            return body.format_map(named)
        case list():
            return [_filled(part, named) for part in body]
        case dict():
            return {name: _filled(part, named) for name, part in body.items()}
        case _:
            return body
