"""Practices as a viewer sees them: one's own with everybody's part, and those that one takes part in, with one's own."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from core.unit_of_work import UnitOfWork
from models import Channel, Delivery, Membership, Notice, Person, Practice, PracticeMember
from models.enums import ADDRESS_KINDS, DeliveryState, NoticeKind
from rules import access
from rules.access import Caller
from rules.circle import ways
from rules.errors import NotFound
from rules.person_view import PersonView, person_view
from rules.practice.ends import PracticePush, Progress, practice_over_at, progress
from rules.practice.pressed import FIRST_PRESS


@dataclass(frozen=True, slots=True)
class PracticeMemberView:
    """How far a practice came to one member. `channels`: the kind of each channel it was sent to, and when."""

    person: PersonView
    role: str
    seen_at: datetime | None
    progress: Progress
    channels: Sequence[tuple[str, datetime | None]]


@dataclass(frozen=True, slots=True)
class PracticeView:
    """One practice. `sender` began it; `ended_at` is None while it goes on, else when it was over, for whatever reason.

    `pressed`: a press has ended it.
    """

    id: UUID
    mine: bool
    sender: PersonView
    created_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    pressed: bool
    members: Sequence[PracticeMemberView]


_PushKey = tuple[UUID, UUID]
"""The id of a practice, and of the person whom a push of it goes to."""


async def list_practices(
    unit: UnitOfWork, who: Caller, limit: int, before: UUID | None, *, mine: bool | None, only: UUID | None = None
) -> list[PracticeView]:
    """Return the caller's practices and those they take part in, newest first, `limit` + 1 at most."""
    own, seen = access.mine(Practice, who), access.practices_seen_by(who.person_id)
    statement = (
        select(Practice, FIRST_PRESS.label("pressed_at"), Person.data_key, Person.display_name)
        .join(Person, Person.id == Practice.person_id)
        .where(own if mine else seen if mine is None else seen & ~own)
    )
    if before is not None:
        statement = statement.where(Practice.id < before)
    if only is not None:
        statement = statement.where(Practice.id == only)
    rows = (await unit.session.execute(statement.order_by(Practice.id.desc()).limit(limit + 1))).all()
    parts = await _load_parts(unit, who, [row.Practice.id for row in rows])
    pushes = await _load_pushes(unit, parts)
    # Only for those to whom nothing was to be sent: is there anything to send to?
    lacking = {part.member_id for of in parts.values() for part in of if not pushes[part.practice_id, part.member_id]}
    known = await ways.load_ways(unit, sorted(lacking))
    return [_practice_view(unit, who, row, parts[row.Practice.id], pushes, known) for row in rows]


async def load_practice(unit: UnitOfWork, who: Caller, practice_id: UUID) -> PracticeView:
    """Return one practice that the caller began or takes part in. Raises NotFound."""
    views = await list_practices(unit, who, 1, None, mine=None, only=practice_id)
    if not views:
        raise NotFound
    return views[0]


async def _load_parts(
    unit: UnitOfWork, who: Caller, practices: Sequence[UUID]
) -> Mapping[UUID, list[Row[*tuple[Any, ...]]]]:
    """Return the parts of these practices that the caller sees, by practice, the oldest membership first."""
    parts: dict[UUID, list[Row[*tuple[Any, ...]]]] = defaultdict(list)
    if practices:
        rows = await unit.session.execute(
            select(
                PracticeMember.practice_id,
                PracticeMember.seen_at,
                Membership.member_id,
                Membership.role,
                Person.data_key,
                Person.display_name,
            )
            .join(Practice, Practice.id == PracticeMember.practice_id)
            .join(Membership, Membership.id == PracticeMember.membership_id)
            .join(Person, Person.id == Membership.member_id)
            .where(PracticeMember.practice_id.in_(practices), access.parts_seen_by(who.person_id))
            .order_by(Membership.id)
        )
        for row in rows:
            parts[row.practice_id].append(row)
    return parts


async def _load_pushes(
    unit: UnitOfWork, parts: Mapping[UUID, Sequence[Row[*tuple[Any, ...]]]]
) -> Mapping[_PushKey, list[PracticePush]]:
    """Return the pushes of these practices by practice and person. They are kept for 30 days."""
    pushes: dict[_PushKey, list[PracticePush]] = defaultdict(list)
    if not parts:
        return pushes
    rows = await unit.session.execute(
        select(
            Notice.event_id,
            Notice.recipient_id,
            Delivery.state,
            Delivery.due_at,
            Delivery.handed_at,
            Delivery.delivered_at,
            Channel.kind,
        )
        .join(Delivery, Delivery.notice_id == Notice.id)
        .outerjoin(Channel, Channel.id == Delivery.channel_id)
        .where(
            access.owned_by_any(Notice, {part.member_id for of in parts.values() for part in of}),
            Notice.kind == NoticeKind.PRACTICE,
            Notice.event_id.in_(list(parts)),
        )
        .order_by(Delivery.id)
    )
    for row in rows:
        if row.kind is None or row.kind in ADDRESS_KINDS:
            push = PracticePush(DeliveryState(row.state), row.due_at, row.handed_at, row.delivered_at, row.kind)
            pushes[row.event_id, row.recipient_id].append(push)
    return pushes


def _practice_view(
    unit: UnitOfWork,
    who: Caller,
    listed: Row[*tuple[Any, ...]],
    parts: Sequence[Row[*tuple[Any, ...]]],
    pushes: Mapping[_PushKey, list[PracticePush]],
    known: Mapping[UUID, ways.Ways],
) -> PracticeView:
    practice: Practice = listed.Practice
    over_at = practice_over_at(practice.created_at, practice.ends_at, practice.ended_at, listed.pressed_at)
    over = over_at <= unit.now
    return PracticeView(
        id=practice.id,
        mine=practice.person_id == who.person_id,
        sender=person_view(unit.keyring, practice.person_id, listed.data_key, listed.display_name),
        created_at=practice.created_at,
        ends_at=practice.ends_at,
        ended_at=over_at if over else None,
        pressed=over and over_at not in {practice.ends_at, practice.ended_at},
        members=[_member_view(unit, part, tuple(pushes[practice.id, part.member_id]), known, over) for part in parts],
    )


def _member_view(
    unit: UnitOfWork,
    part: Row[*tuple[Any, ...]],
    pushes: tuple[PracticePush, ...],
    known: Mapping[UUID, ways.Ways],
    over: bool,  # noqa: FBT001
) -> PracticeMemberView:
    lacking = known.get(part.member_id)
    has_phone = bool(pushes) or (lacking is not None and bool(lacking.devices or lacking.channels))
    return PracticeMemberView(
        person=person_view(unit.keyring, part.member_id, part.data_key, part.display_name),
        role=part.role,
        seen_at=part.seen_at,
        progress=progress(part.seen_at, pushes, has_phone=has_phone, over=over, now=unit.now),
        channels=[(push.channel, push.handed_at) for push in pushes if push.channel is not None],
    )
