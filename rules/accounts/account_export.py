"""Export of an account: everything that is kept of its person, in plain words and whole."""

import json
from typing import Any

from sqlalchemy import ColumnElement, select

from core.encryption import Vault
from core.unit_of_work import UnitOfWork
from models import (
    AccessEvent,
    Answer,
    Base,
    Block,
    Bookend,
    Channel,
    CheckIn,
    CheckInShare,
    Device,
    Invitation,
    KnownPlace,
    Membership,
    Message,
    Notice,
    Passkey,
    ReachIn,
    ReachOut,
    Recipient,
    RecoveryCode,
    Reflection,
    Session,
)
from rules import access
from rules.access import Caller
from rules.accounts import export_of_others


async def export(unit: UnitOfWork, who: Caller) -> dict[str, Any]:
    """Everything that is kept of the caller, in plain words and whole; secrets of others and hashes are left out."""
    mine = await access.person(unit, who)
    vault = who.vault

    async def rows(
        model: type[Base], where: ColumnElement[bool], columns: str, sealed: dict[str, str] | None = None
    ) -> list[dict[str, Any]]:
        found = (await unit.session.execute(select(model).where(where))).scalars()
        return [_plain(row, columns, sealed or {}, vault) for row in found]

    me = who.person_id
    told = Recipient.reach_out_id.in_(select(ReachOut.id).where(access.mine(ReachOut, who))) & Recipient.gone_at.is_(
        None
    )
    profile = _plain(
        mine,
        "id time_zone region language hours wake_me ladder created_at",
        {name: f"people.{name}" for name in ("sign_in_name", "display_name", "contact")},
        vault,
    )
    called = await export_of_others.display_names(unit, who)

    def named(found: list[dict[str, Any]], whose: str) -> list[dict[str, Any]]:
        return [{**row, "name": called.get(row[whose])} for row in found]

    return {
        "exported_at": unit.now,
        "person": profile,
        "sessions": await rows(Session, access.mine(Session, who), "id carrier created_at used_at expires_at"),
        "access_events": await rows(
            AccessEvent, access.mine(AccessEvent, who), "id kind about_id session_id created_at"
        ),
        "known_places": await rows(KnownPlace, access.mine(KnownPlace, who), "used_at"),
        "passkeys": await rows(
            Passkey,
            access.mine(Passkey, who),
            "id sign_count synced created_at used_at",
            {name: f"passkeys.{name}" for name in ("label", "credential_id", "public_key")},
        ),
        "recovery_codes_left": len(await rows(RecoveryCode, access.mine(RecoveryCode, who), "id")),
        "devices": await rows(
            Device,
            access.mine(Device, who),
            "id kind created_at last_receipt_at disabled_at disabled_reason",
            {"label": "devices.label", "address": "devices.address"},
        ),
        "channels": await rows(
            Channel, access.mine(Channel, who), "id kind created_at confirmed_at", {"address": "channels.address"}
        ),
        "circle": named(
            await rows(Membership, access.mine(Membership, who), "id member_id role step accepted_at confirmed_at"),
            "member_id",
        ),
        "supporting": named(
            await rows(Membership, access.supports(me), "id owner_id role accepted_at confirmed_at muted_until"),
            "owner_id",
        ),
        "messages_to_me": await export_of_others.messages_from_others(unit, who),
        "invitations": await rows(
            Invitation,
            access.mine(Invitation, who),
            "id role step created_at expires_at",
            {"label": "invitations.label"},
        ),
        "blocks": await rows(Block, access.mine(Block, who), "blocked_id created_at"),
        "reach_outs": await rows(
            ReachOut,
            access.mine(ReachOut, who),
            "id state need created_at pressed_at ladder rung round pushed_at next_rung_at paused_until together_with"
            " unanswered_at closed_at outcome",
            {"note": "reach_outs.note"},
        ),
        "recipients_of_my_reach_outs": await rows(
            Recipient,
            told,
            "reach_out_id person_id role step told_at handed_at delivered_at seen_at answer answered_at minutes",
        ),
        "told_of": await rows(
            Recipient,
            access.mine(Recipient, who) & access.told_recipients(),
            "reach_out_id role told_at seen_at answer answered_at minutes",
        ),
        "answers": await rows(Answer, access.mine(Answer, who), "id reach_out_id kind minutes created_at"),
        "messages": await rows(
            Message, access.mine(Message, who), "id reach_out_id created_at", {"text": "messages.text"}
        ),
        "reflections": await rows(
            Reflection,
            access.reflects_on_own(me),
            "reach_out_id seen safe soothed created_at",
        ),
        "bookends": await rows(
            Bookend,
            access.mine(Bookend, who),
            "id companion_id due_at created_at nudges next_at companion_told_at checked_in_at",
            {"what": "bookends.what"},
        ),
        "told_of_bookends": await rows(
            Bookend,
            access.companion_told(me),
            "id person_id due_at companion_told_at checked_in_at",
        ),
        "check_ins": await rows(
            CheckIn, access.mine(CheckIn, who), "id feeling halt created_at", {"note": "check_ins.note"}
        ),
        "check_ins_i_share": await rows(
            CheckInShare,
            access.shares_own(me),
            "check_in_id membership_id",
        ),
        "check_ins_shared_with_me": await rows(
            CheckIn,
            access.shared_with(me),
            "id person_id created_at",
        ),
        "reach_ins": await rows(
            ReachIn, access.mine(ReachIn, who), "id recipient_id created_at", {"text": "reach_ins.text"}
        ),
        "reach_ins_to_me": await rows(ReachIn, access.reach_in_to(me), "id sender_id created_at"),
        "notices": await rows(
            Notice,
            access.mine(Notice, who) & Notice.dismissed_at.is_(None),
            "id kind sender_id reach_out_id bookend_id created_at read_at",
        ),
    }


def _plain(row: Base, columns: str, sealed: dict[str, str], vault: Vault) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in columns.split()}
    for name, column in sealed.items():
        opened = vault.open(column, plain["id"], getattr(row, name))
        plain[name] = json.loads(opened) if opened and column == "devices.address" else opened
    return plain
