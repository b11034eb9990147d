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
    told = Recipient.reach_out_id.in_(select(ReachOut.id).where(ReachOut.person_id == me)) & Recipient.gone_at.is_(None)
    profile = _plain(
        mine,
        "id time_zone region language hours wake_me ladder created_at",
        {name: f"people.{name}" for name in ("sign_in_name", "display_name", "contact")},
        vault,
    )
    called = await export_of_others.names(unit, who)

    def named(found: list[dict[str, Any]], whose: str) -> list[dict[str, Any]]:
        return [{**row, "name": called.get(row[whose])} for row in found]

    return {
        "exported_at": unit.now,
        "person": profile,
        "sessions": await rows(Session, Session.person_id == me, "id carrier created_at used_at expires_at"),
        "access_events": await rows(AccessEvent, AccessEvent.person_id == me, "id kind about_id session_id created_at"),
        "known_places": await rows(KnownPlace, KnownPlace.person_id == me, "used_at"),
        "passkeys": await rows(
            Passkey,
            Passkey.person_id == me,
            "id sign_count synced created_at used_at",
            {name: f"passkeys.{name}" for name in ("label", "credential_id", "public_key")},
        ),
        "recovery_codes_left": len(await rows(RecoveryCode, RecoveryCode.person_id == me, "id")),
        "devices": await rows(
            Device,
            Device.person_id == me,
            "id kind created_at last_receipt_at disabled_at disabled_reason",
            {"label": "devices.label", "address": "devices.address"},
        ),
        "channels": await rows(
            Channel, Channel.person_id == me, "id kind created_at confirmed_at", {"address": "channels.address"}
        ),
        "circle": named(
            await rows(Membership, Membership.owner_id == me, "id member_id role step accepted_at confirmed_at"),
            "member_id",
        ),
        "supporting": named(
            await rows(Membership, Membership.member_id == me, "id owner_id role accepted_at confirmed_at muted_until"),
            "owner_id",
        ),
        "messages_to_me": await export_of_others.messages(unit, who),
        "invitations": await rows(
            Invitation,
            Invitation.inviter_id == me,
            "id role step created_at expires_at",
            {"label": "invitations.label"},
        ),
        "blocks": await rows(Block, Block.blocker_id == me, "blocked_id created_at"),
        "reach_outs": await rows(
            ReachOut,
            ReachOut.person_id == me,
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
            (Recipient.person_id == me) & Recipient.told_at.is_not(None) & Recipient.gone_at.is_(None),
            "reach_out_id role told_at seen_at answer answered_at minutes",
        ),
        "answers": await rows(Answer, Answer.person_id == me, "id reach_out_id kind minutes created_at"),
        "messages": await rows(
            Message, Message.sender_id == me, "id reach_out_id created_at", {"text": "messages.text"}
        ),
        "reflections": await rows(
            Reflection,
            Reflection.reach_out_id.in_(select(ReachOut.id).where(ReachOut.person_id == me)),
            "reach_out_id seen safe soothed created_at",
        ),
        "bookends": await rows(
            Bookend,
            Bookend.person_id == me,
            "id companion_id due_at created_at nudges next_at companion_told_at checked_in_at",
            {"what": "bookends.what"},
        ),
        "told_of_bookends": await rows(
            Bookend,
            (Bookend.companion_id == me) & Bookend.companion_told_at.is_not(None) & Bookend.membership_id.is_not(None),
            "id person_id due_at companion_told_at checked_in_at",
        ),
        "check_ins": await rows(
            CheckIn, CheckIn.person_id == me, "id feeling halt created_at", {"note": "check_ins.note"}
        ),
        "check_ins_i_share": await rows(
            CheckInShare,
            CheckInShare.check_in_id.in_(select(CheckIn.id).where(CheckIn.person_id == me)),
            "check_in_id membership_id",
        ),
        "check_ins_shared_with_me": await rows(
            CheckIn,
            CheckIn.id.in_(
                select(CheckInShare.check_in_id)
                .join(Membership, Membership.id == CheckInShare.membership_id)
                .where(Membership.member_id == me)
            ),
            "id person_id created_at",
        ),
        "reach_ins": await rows(
            ReachIn, ReachIn.sender_id == me, "id recipient_id created_at", {"text": "reach_ins.text"}
        ),
        "reach_ins_to_me": await rows(
            ReachIn, (ReachIn.recipient_id == me) & ReachIn.membership_id.is_not(None), "id sender_id created_at"
        ),
        "notices": await rows(
            Notice,
            (Notice.recipient_id == me) & Notice.dismissed_at.is_(None),
            "id kind sender_id reach_out_id bookend_id created_at read_at",
        ),
    }


def _plain(row: Base, columns: str, sealed: dict[str, str], vault: Vault) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in columns.split()}
    for name, column in sealed.items():
        opened = vault.open(column, plain["id"], getattr(row, name))
        plain[name] = json.loads(opened) if opened and column == "devices.address" else opened
    return plain
