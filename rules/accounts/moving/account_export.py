"""Export of an account: everything stored about its person, decrypted, as a table of sections."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast
from uuid import UUID

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
    Commitment,
    CommitmentDay,
    Device,
    FollowUp,
    Invitation,
    KnownPlace,
    Membership,
    Message,
    Notice,
    Passkey,
    Plan,
    Practice,
    PracticeMember,
    PushProof,
    ReachIn,
    ReachOut,
    Recipient,
    RecoveryCode,
    Reflection,
    Rhythm,
    Session,
    Talk,
    ThreadRead,
)
from rules import access
from rules.access import Caller
from rules.accounts.moving import export_of_others
from rules.sealed_values import ALL_SEALED_VALUES

PROFILE_COLUMNS = (
    "id time_zone region language hours wake_me my_name_in_pushes names_in_my_pushes ladder away_until"
    " consent_version consented_at created_at"
)
PROFILE_ENCRYPTED = {name: f"people.{name}" for name in ("sign_in_name", "display_name", "contact")}

EXPORT_VERSION: Final = 1
"""What an export calls its form; another number where the same names come to mean something else."""
JSON_COLUMNS = frozenset({"devices.address", "check_ins.week"})
"""Encrypted columns that hold JSON; an export shows what it says."""


@dataclass(frozen=True, slots=True)
class ExportSection:
    """One list of the export: the rows of `model` where `condition`, with these columns.

    `encrypted`: columns to decrypt, each with the name that it was encrypted under. `named_by`: the column that refers to
    a person, or to a member's place in the caller's circle, whose display name is added.
    """

    model: type[Base]
    condition: Callable[[Caller], ColumnElement[bool]]
    columns: str
    encrypted: Mapping[str, str] = field(default_factory=dict)
    named_by: str | None = None


def _own_section(
    model: type[Base], columns: str, encrypted: Mapping[str, str] | None = None, *, named_by: str | None = None
) -> ExportSection:
    """Return a section of the caller's own rows of `model`."""
    return ExportSection(model, lambda who: access.mine(model, who), columns, encrypted or {}, named_by)


def _recipients_of_own(who: Caller) -> ColumnElement[bool]:
    own_reach_outs = select(ReachOut.id).where(access.mine(ReachOut, who))
    return Recipient.reach_out_id.in_(own_reach_outs) & Recipient.gone_at.is_(None)


EXPORT_SECTIONS: Final[Mapping[str, ExportSection]] = {
    "sessions": _own_section(Session, "id carrier created_at used_at expires_at"),
    "access_events": _own_section(AccessEvent, "id kind about_id session_id created_at"),
    "known_places": _own_section(KnownPlace, "used_at"),
    "passkeys": _own_section(
        Passkey,
        "id sign_count synced created_at used_at",
        {name: f"passkeys.{name}" for name in ("label", "credential_id", "public_key")},
    ),
    "recovery_codes_left": _own_section(RecoveryCode, "id"),
    "devices": _own_section(
        Device,
        "id kind platform created_at last_receipt_at disabled_at disabled_reason",
        {"label": "devices.label", "address": "devices.address"},
    ),
    "channels": _own_section(Channel, "id kind created_at confirmed_at", {"address": "channels.address"}),
    "circle": _own_section(
        Membership, "id member_id role step guest_notes words_quiet accepted_at confirmed_at", named_by="member_id"
    ),
    "supporting": ExportSection(
        Membership,
        lambda who: access.supports(who.person_id),
        "id owner_id role accepted_at confirmed_at muted_until",
        {"standing_words": "memberships.standing_words"},
        named_by="owner_id",
    ),
    "invitations": _own_section(
        Invitation,
        "id role step created_at expires_at",
        {"label": "invitations.label", "greeting": "invitations.greeting"},
    ),
    "blocks": _own_section(Block, "blocked_id created_at"),
    "reach_outs": _own_section(
        ReachOut,
        "id state need created_at pressed_at ladder rung round pushed_at next_rung_at paused_until together_with"
        " unanswered_at closed_at outcome calm raised_at",
        {"note": "reach_outs.note"},
    ),
    "recipients_of_my_reach_outs": ExportSection(
        Recipient,
        _recipients_of_own,
        "reach_out_id person_id role step told_at handed_at delivered_at seen_at answer answered_at minutes"
        " calm_answer calm_answered_at calm_minutes",
    ),
    "told_of": ExportSection(
        Recipient,
        lambda who: access.mine(Recipient, who) & access.told_recipients(),
        "reach_out_id role told_at seen_at answer answered_at minutes calm_answer calm_answered_at calm_minutes",
    ),
    "answers": _own_section(Answer, "id reach_out_id kind minutes created_at"),
    "messages": _own_section(Message, "id reach_out_id created_at", {"text": "messages.text"}),
    "reflections": ExportSection(
        Reflection,
        lambda who: access.reflects_on_own(who.person_id),
        "reach_out_id seen safe soothed created_at",
    ),
    "bookends": _own_section(
        Bookend,
        "id companion_id due_at created_at nudges next_at companion_told_at checked_in_at",
        {"what": "bookends.what"},
    ),
    "told_of_bookends": ExportSection(
        Bookend,
        lambda who: access.companion_told(who.person_id),
        "id person_id due_at companion_told_at checked_in_at",
    ),
    "check_ins": _own_section(
        CheckIn, "id feeling halt created_at", {"note": "check_ins.note", "week": "check_ins.week"}
    ),
    "check_ins_i_share": ExportSection(
        CheckInShare,
        lambda who: access.shares_own(who.person_id),
        "check_in_id membership_id parts shared_at seen_at",
        named_by="membership_id",
    ),
    "check_ins_shared_with_me": ExportSection(
        CheckIn, lambda who: access.shared_with(who.person_id), "id person_id created_at"
    ),
    "reach_ins": _own_section(ReachIn, "id recipient_id about_id created_at", {"text": "reach_ins.text"}),
    "reach_ins_to_me": ExportSection(ReachIn, lambda who: access.reach_in_to(who.person_id), "id sender_id created_at"),
    "talks": _own_section(Talk, "id other_id day created_at"),
    "thread_reads": _own_section(ThreadRead, "other_id read_at"),
    "commitments": _own_section(
        Commitment,
        "id witness_id days at ends_on accepted_at ended_at created_at",
        {"text": "commitments.text"},
    ),
    "commitment_days": ExportSection(
        CommitmentDay,
        lambda who: access.days_of_own(who.person_id),
        "id commitment_id day done created_at",
        {"text": "commitment_days.text"},
    ),
    "witnessed_commitments": ExportSection(
        Commitment,
        lambda who: access.witnessed_by(who.person_id),
        "id person_id days at ends_on accepted_at ended_at created_at",
    ),
    "rhythms": _own_section(
        Rhythm,
        "check_in_at check_in_days week_at week_day commitments follow_ups practice_offers paused_until",
    ),
    "practices": _own_section(Practice, "id created_at ends_at ended_at"),
    "practices_i_saw": ExportSection(
        PracticeMember,
        lambda who: access.own_parts(who.person_id) & PracticeMember.seen_at.is_not(None),
        "practice_id membership_id seen_at",
    ),
    "push_proofs": _own_section(PushProof, "shown_at"),
    "follow_ups": _own_section(FollowUp, "id kind about_id next_at", named_by="about_id"),
    "plans": _own_section(Plan, "person_id updated_at", {"content": "plans.content", "help_me": "plans.help_me"}),
    "notices": ExportSection(
        Notice,
        lambda who: access.mine(Notice, who) & Notice.dismissed_at.is_(None),
        "id kind sender_id reach_out_id bookend_id commitment_id created_at read_at",
    ),
}
"""The lists of an export by name. Secrets of others and hashes of secrets are left out."""


async def export_account(unit: UnitOfWork, who: Caller) -> dict[str, Any]:
    """Return everything stored about the caller, decrypted, as JSON-ready sections by name."""
    person = await access.load_person(unit, who)
    names = await export_of_others.display_names(unit, who)
    exported: dict[str, Any] = {
        "version": EXPORT_VERSION,
        "exported_at": unit.now,
        "person": _decrypt_row(person, PROFILE_COLUMNS, PROFILE_ENCRYPTED, who.vault),
    }
    for name, section in EXPORT_SECTIONS.items():
        rows = (await unit.session.execute(select(section.model).where(section.condition(who)))).scalars()
        plain = [_decrypt_row(row, section.columns, section.encrypted, who.vault) for row in rows]
        if section.named_by is not None:
            plain = [{**row, "name": names.get(row[section.named_by])} for row in plain]
        exported[name] = plain
    exported["recovery_codes_left"] = len(exported["recovery_codes_left"])
    exported["messages_to_me"] = await export_of_others.messages_from_others(unit, who)
    return exported


def _decrypt_row(row: Base, columns: str, encrypted: Mapping[str, str], vault: Vault) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in columns.split()}
    for values in ALL_SEALED_VALUES:
        if isinstance(row, values.model) and plain.keys() >= set(values.names):
            plain |= values.open(vault, row)
    # A table with one row a person is encrypted under that person's id.
    row_id = plain["id"] if "id" in plain else plain.get("person_id")
    for name, column in encrypted.items():
        text = vault.open(column, cast("UUID", row_id), getattr(row, name))
        if column == "plans.content":
            plain |= json.loads(text) if text else {}
        else:
            plain[name] = json.loads(text) if text and column in JSON_COLUMNS else text
    return plain
