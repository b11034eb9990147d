"""Check-ins: how somebody feels, and the weekly look. Private, unless parts are shared with members of their circle."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, or_, select

from core.encryption import Vault
from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import CheckIn, CheckInShare, Membership, Person
from rules import access, idempotency
from rules.access import Caller
from rules.circle import sharing
from rules.daily import moments
from rules.daily.check_in import check_in_shares
from rules.daily.check_in.check_in_parts import (
    CheckInContent,
    CheckInPart,
    choose_parts,
    offers_circle,
    shared_parts,
    visible_content,
)
from rules.daily.check_in.check_in_shares import OwnShare
from rules.daily.thread import pairs
from rules.errors import NotFound
from rules.idempotency import RequestFingerprint
from rules.person_view import PersonView, person_view
from rules.sealed_values import FEELING
from rules.upkeep import wal_truncation

WEEK_BYTES = 96
"""Length to which a week is filled up with spaces: a shorter one would tell how many of its questions were answered."""


@dataclass(frozen=True, slots=True)
class NewCheckIn:
    """A check-in to store. `shares`: the parts to share by membership in the person's circle; None is all that was given.

    `parts`: those named for everybody at once, checked also when nobody is named.
    """

    content: CheckInContent
    shares: Mapping[UUID, Sequence[CheckInPart] | None]
    parts: Sequence[CheckInPart] | None = None


@dataclass(frozen=True, slots=True)
class CheckInView:
    """A check-in as one viewer sees it: `content` holds no part that this viewer may not see.

    `shares`: with whom its author shares it; None for everybody else. `seen_at`: when this viewer said that they see it.
    """

    id: UUID
    sender: PersonView
    mine: bool
    content: CheckInContent
    shares: list[OwnShare] | None
    offer: bool
    seen_at: datetime | None
    created_at: datetime


CHECK_IN_COLUMNS: Select[*tuple[Any, ...]] = select(
    CheckIn.id,
    CheckIn.person_id,
    CheckIn.feeling,
    CheckIn.halt,
    CheckIn.sealed_feeling,
    CheckIn.note,
    CheckIn.week,
    CheckIn.created_at,
    Person.data_key,
    Person.display_name,
).join(Person, Person.id == CheckIn.person_id)
"""The columns that `check_in_views` reads."""


async def create_check_in(
    unit: UnitOfWork, who: Caller, new: NewCheckIn, fingerprint: RequestFingerprint | None
) -> UUID:
    """Store a check-in, notify those it is shared with and return its id.

    Whoever has muted the caller, or is outside their hours, is not pushed and finds it in the inbox.
    Raises PartsNotGiven, MemberUnknown, KeyReused, KeysUnavailable.
    """
    if not who.vault.has_key:
        # Without a key they could not be stored: a 201 would lose them silently.
        raise KeysUnavailable
    choose_parts(new.parts, new.content)
    chosen = {membership_id: choose_parts(parts, new.content) for membership_id, parts in new.shares.items()}

    async def create() -> UUID:
        if chosen:
            # Before the memberships: what of theirs is pushed when is found one request at a time.
            await access.lock_person(unit, who)
        members = await check_in_shares.lock_members(unit, who, chosen.keys())
        row_id = unit.new_id()
        sealed = sealed_content(who.vault, row_id, new.content)
        check_in = CheckIn(id=row_id, person_id=who.person_id, created_at=unit.now, **sealed)
        unit.session.add(check_in)
        await unit.session.flush()
        # A concurrent removal of one of them waits for this, or came first and fails this insert, which is then retried.
        unit.session.add_all(
            CheckInShare(check_in_id=check_in.id, membership_id=member.id, parts=chosen[member.id])
            for member in members
        )
        await unit.session.flush()
        await check_in_shares.notify_members(unit, who, check_in.id, members)
        await moments.mark_moment_read(unit, who.person_id)
        return check_in.id

    check_in_id, _ = await idempotency.run_once(unit, fingerprint, who.person_id, create)
    return check_in_id


async def list_check_ins(
    unit: UnitOfWork, who: Caller, limit: int, before: UUID | None, *, mine: bool | None, week: bool | None = None
) -> list[CheckInView]:
    """Return the caller's check-ins and those shared with them, newest first, `limit` + 1 at most.

    `week`: only those of the caller that hold a weekly look, or only check-ins without one.
    """
    own, shared = access.mine(CheckIn, who), access.shared_with(who.person_id)
    statement = CHECK_IN_COLUMNS.where(own if mine else shared if mine is False else or_(own, shared))
    if week is not None:
        # Others learn from no filter that there is a week which they may not see.
        statement = statement.where(own, CheckIn.week.is_not(None) if week else CheckIn.week.is_(None))
    if before is not None:
        statement = statement.where(CheckIn.id < before)
    rows = (await unit.session.execute(statement.order_by(CheckIn.id.desc()).limit(limit + 1))).all()
    return await check_in_views(unit, who, rows)


async def load_check_in(unit: UnitOfWork, who: Caller, check_in_id: UUID) -> CheckInView:
    """Return one of the caller's check-ins, or one shared with them. Raises NotFound."""
    statement = CHECK_IN_COLUMNS.where(
        CheckIn.id == check_in_id, or_(access.mine(CheckIn, who), access.shared_with(who.person_id))
    )
    views = await check_in_views(unit, who, (await unit.session.execute(statement)).all())
    if not views:
        raise NotFound
    return views[0]


async def remove_check_in(unit: UnitOfWork, who: Caller, check_in_id: UUID) -> None:
    """Delete a check-in, also for those it was shared with. Raises NotFound."""
    own_check_in = select(CheckIn.id).where(CheckIn.id == check_in_id, access.mine(CheckIn, who))
    if (await unit.session.execute(own_check_in.with_for_update())).first() is None:
        raise NotFound
    viewers = await unit.session.execute(
        select(Membership.member_id)
        .join(CheckInShare, CheckInShare.membership_id == Membership.id)
        .where(CheckInShare.check_in_id == check_in_id)
    )
    for viewer_id in viewers.scalars():
        pairs.publish_thread(unit, who.person_id, viewer_id)
    # Shares are locked before deliveries, as when a membership ends.
    removed = await unit.session.execute(
        delete(CheckInShare).where(CheckInShare.check_in_id == check_in_id).returning(CheckInShare.membership_id)
    )
    seen = [sharing.seen_event_id(check_in_id, membership_id) for membership_id in removed.scalars()]
    await sharing.take_back(unit, [check_in_id, *seen])
    await unit.session.execute(delete(CheckIn).where(CheckIn.id == check_in_id))
    await wal_truncation.mark_erased(unit)


def sealed_content(vault: Vault, row_id: UUID, content: CheckInContent) -> dict[str, bytes | None]:
    """Return the columns that hold what was said in a check-in, sealed with its author's vault."""
    halt = [str(word) for word in content.halt]
    week = json.dumps(dict(content.week)).ljust(WEEK_BYTES) if content.week else None
    return {
        FEELING.sealed: FEELING.seal(vault, row_id, {"feeling": content.feeling, "halt": halt}),
        "note": vault.seal("check_ins.note", row_id, content.note),
        "week": vault.seal("check_ins.week", row_id, week),
    }


def content_of(vault: Vault, row: CheckIn | Row[*tuple[Any, ...]]) -> CheckInContent:
    """Decrypt everything that was said in a check-in, with its author's vault."""
    week = vault.open("check_ins.week", row.id, row.week)
    felt = FEELING.open(vault, row)
    return CheckInContent(
        feeling=felt["feeling"],
        halt=felt["halt"] or [],
        note=vault.open("check_ins.note", row.id, row.note),
        week=json.loads(week) if week else {},
    )


async def check_in_views(unit: UnitOfWork, who: Caller, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[CheckInView]:
    """Return the views of rows that were selected with `CHECK_IN_COLUMNS`, each of which the caller may see."""
    own_shares = await check_in_shares.load_own_shares(unit, [row.id for row in rows if row.person_id == who.person_id])
    received = await check_in_shares.load_received_shares(
        unit, who, [row.id for row in rows if row.person_id != who.person_id]
    )
    views = []
    for row in rows:
        mine = row.person_id == who.person_id
        content = content_of(unit.keyring.vault(row.person_id, row.data_key), row)
        share = received.get(row.id)
        if share is not None:
            content = visible_content(content, shared_parts(share.parts))
        elif not mine:
            # Taken back between the two statements.
            continue
        views.append(
            CheckInView(
                id=row.id,
                sender=person_view(unit.keyring, row.person_id, row.data_key, row.display_name),
                mine=mine,
                content=content,
                shares=own_shares.get(row.id, []) if mine else None,
                offer=mine and offers_circle(content),
                seen_at=share.seen_at if share is not None else None,
                created_at=row.created_at,
            )
        )
    return views
