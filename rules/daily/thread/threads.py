"""Threads: all that passed quietly between two people, newest first, and how far each of them has read it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from core.unit_of_work import UnitOfWork
from models import Membership, Notice, Person, ThreadRead
from rules import access
from rules.access import Caller
from rules.daily import connections
from rules.daily.thread import pairs
from rules.daily.thread.thread_items import ITEM_SOURCES, ItemContent, ItemKind, ItemSource
from rules.errors import NotFound
from rules.inbox.notices import mark_notices_read
from rules.kinds import THREAD_KINDS
from rules.outbox import push_rate
from rules.person_view import PersonView, person_view

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class ThreadPlace:
    """A place in a list of threads or of items: behind it come earlier moments, and smaller ids of the same one."""

    at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class ThreadItem:
    """One item of a thread, as both people see it; `mine`: it comes from the viewer."""

    id: UUID
    kind: ItemKind
    sender: PersonView
    mine: bool
    content: ItemContent
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LastItem:
    """The newest item of a thread."""

    kind: ItemKind
    mine: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """The caller's thread with one person. `they_are`: their role in the caller's circle; `i_am`: the caller's in theirs."""

    person: PersonView
    they_are: str | None
    i_am: str | None
    last: LastItem | None
    unread: bool
    last_connected_at: datetime | None

    @property
    def place(self) -> ThreadPlace:
        return ThreadPlace(self.last.created_at if self.last else NEVER, self.person.id)


async def list_threads(unit: UnitOfWork, who: Caller, limit: int, before: ThreadPlace | None) -> list[Thread]:
    """Return the caller's threads, the one with the newest item first, `limit` + 1 at most."""
    items = await _load_last_items(unit, who)
    read_at = await _load_read_at(unit, who)
    connected_at = await connections.load_last_connected(unit, who.person_id)
    roles: dict[UUID, dict[str, Any]] = {}
    people: dict[UUID, PersonView] = {}
    for owner, rows in ((True, await _load_circle_people(unit, who)), (False, await _load_supported_people(unit, who))):
        for row in rows:
            people[row.id] = person_view(unit.keyring, row.id, row.data_key, row.display_name)
            roles.setdefault(row.id, {})["they_are" if owner else "i_am"] = row.role
    threads = [
        Thread(
            person=person,
            they_are=roles[person.id].get("they_are"),
            i_am=roles[person.id].get("i_am"),
            last=max(items.get(person.id, ()), key=lambda item: item.created_at, default=None),
            unread=is_unread(items.get(person.id, ()), read_at.get(person.id)),
            last_connected_at=connected_at.get(person.id),
        )
        for person in people.values()
    ]
    threads.sort(key=lambda thread: thread.place, reverse=True)
    return [thread for thread in threads if before is None or thread.place < before][: limit + 1]


def is_unread(items: Iterable[LastItem], read_at: datetime | None) -> bool:
    """Return whether the other person has given something new since the thread was read."""
    return any(not item.mine and ITEM_SOURCES[item.kind].new and item.created_at > (read_at or NEVER) for item in items)


async def load_thread(
    unit: UnitOfWork, who: Caller, other_id: UUID, limit: int, before: ThreadPlace | None, *, only: UUID | None = None
) -> list[ThreadItem]:
    """Return what stands between the caller and this person, newest first, `limit` + 1 at most. Raises NotFound."""
    await access.require_pair(unit, who, other_id)
    people = await _load_both(unit, who.person_id, other_id)
    found: list[ThreadItem] = []
    for kind, source in ITEM_SOURCES.items():
        statement = _select_items(source, who.person_id, other_id, before)
        if only is not None:
            statement = statement.where(source.key == only)
        for row in await unit.session.execute(statement.limit(limit + 1)):
            sender = people[row.from_id]
            vault = unit.keyring.vault(sender.id, sender.data_key)
            found.append(
                ThreadItem(
                    id=row.id,
                    kind=kind,
                    sender=person_view(unit.keyring, sender.id, sender.data_key, sender.display_name),
                    mine=sender.id == who.person_id,
                    content=source.show(vault, row),
                    created_at=row.at,
                )
            )
    found.sort(key=lambda item: (item.created_at, item.id), reverse=True)
    return await _without_lost_items(unit, who.person_id, other_id, found[: limit + 1])


async def load_thread_item(unit: UnitOfWork, who: Caller, other_id: UUID, item_id: UUID) -> ThreadItem:
    """Return one item of the caller's thread with this person. Raises NotFound."""
    items = await load_thread(unit, who, other_id, 1, None, only=item_id)
    if not items:
        raise NotFound
    return items[0]


async def mark_thread_read(unit: UnitOfWork, who: Caller, other_id: UUID) -> None:
    """Mark the thread, and the notices of what stands in it, as read; their pushes have served their purpose.

    The other person is not told. Raises NotFound.
    """
    await pairs.lock_pair(unit, who, other_id)
    sqlite = (await unit.session.connection()).dialect.name == "sqlite"
    insert = sqlite_insert if sqlite else postgresql_insert
    await unit.session.execute(
        insert(ThreadRead)
        .values(person_id=who.person_id, other_id=other_id, read_at=unit.now)
        .on_conflict_do_update(
            index_elements=[ThreadRead.person_id, ThreadRead.other_id], set_={ThreadRead.read_at: unit.now}
        )
    )
    unread = await unit.session.execute(
        select(Notice.id).where(
            access.notices_to(who.person_id, sender_id=other_id),
            Notice.kind.in_(THREAD_KINDS),
            Notice.read_at.is_(None),
        )
    )
    read = Notice.id.in_(unread.scalars().all())
    waiting = await push_rate.load_waiting_pushes(unit, read)
    await mark_notices_read(unit, read)
    # What was written in the same moment has not been read, and may rely on one of them.
    await push_rate.pass_on_pushes(unit, waiting)
    unit.publish(who.person_id, pairs.THREAD_EVENT, other_id)


async def _without_lost_items(
    unit: UnitOfWork, person_id: UUID, other_id: UUID, items: Sequence[ThreadItem]
) -> list[ThreadItem]:
    """Leave out what an item is about where that does not stand in this thread any more: it was taken back, or has gone."""
    about = {item.content.about_id for item in items} - {None}
    standing: set[UUID] = set()
    if about:
        ids = union_all(
            *(
                source.rows.with_only_columns(source.key).where(
                    source.key.in_(about),
                    or_(source.given(person_id, other_id), source.given(other_id, person_id)),
                )
                for source in ITEM_SOURCES.values()
            )
        )
        standing = set((await unit.session.execute(ids)).scalars())
    return [
        item
        if item.content.about_id is None or item.content.about_id in standing
        else replace(item, content=replace(item.content, about_id=None))
        for item in items
    ]


def _select_items(
    source: ItemSource, person_id: UUID, other_id: UUID, before: ThreadPlace | None
) -> Select[*tuple[Any, ...]]:
    """Select what comes from either of the two, newest first, behind this place."""
    statement = source.rows.add_columns(source.key.label("id"), source.at.label("at")).where(
        or_(source.given(person_id, other_id), source.given(other_id, person_id))
    )
    if before is not None:
        statement = statement.where(or_(source.at < before.at, and_(source.at == before.at, source.key < before.id)))
    return statement.order_by(source.at.desc(), source.key.desc())


async def _load_last_items(unit: UnitOfWork, who: Caller) -> Mapping[UUID, Sequence[LastItem]]:
    """Return by person the newest item of each kind that comes from the caller, and from them."""
    newest = union_all(
        *(
            source.rows.with_only_columns(
                Person.id.label("other_id"),
                literal(str(kind)).label("kind"),
                literal(mine).label("mine"),
                func.max(source.at).label("at"),
            )
            .where(source.given(who.person_id, Person.id) if mine else source.given(Person.id, who.person_id))
            .group_by(Person.id)
            for kind, source in ITEM_SOURCES.items()
            for mine in (True, False)
        )
    )
    items: dict[UUID, list[LastItem]] = {}
    for row in await unit.session.execute(newest):
        items.setdefault(row.other_id, []).append(LastItem(ItemKind(row.kind), row.mine, row.at))
    return items


async def _load_read_at(unit: UnitOfWork, who: Caller) -> dict[UUID, datetime]:
    rows = await unit.session.execute(
        select(ThreadRead.other_id, ThreadRead.read_at).where(access.mine(ThreadRead, who))
    )
    return {row.other_id: row.read_at for row in rows}


async def _load_circle_people(unit: UnitOfWork, who: Caller) -> Sequence[Any]:
    return (
        await unit.session.execute(
            select(Person.id, Person.data_key, Person.display_name, Membership.role)
            .join(Membership, Membership.member_id == Person.id)
            .where(access.mine(Membership, who), access.CONFIRMED)
        )
    ).all()


async def _load_supported_people(unit: UnitOfWork, who: Caller) -> Sequence[Any]:
    return (
        await unit.session.execute(
            select(Person.id, Person.data_key, Person.display_name, Membership.role)
            .join(Membership, Membership.owner_id == Person.id)
            .where(access.supports(who.person_id), access.CONFIRMED)
        )
    ).all()


async def _load_both(unit: UnitOfWork, person_id: UUID, other_id: UUID) -> dict[UUID, Any]:
    rows = await unit.session.execute(
        select(Person.id, Person.data_key, Person.display_name).where(
            or_(Person.id == person_id, Person.id == other_id)
        )
    )
    return {row.id: row for row in rows}
