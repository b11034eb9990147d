"""A person's plan, which they alone read; its words for helpers, which whoever has answered a reach-out reads as well."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from core.encryption import Vault
from core.errors import KeysUnavailable
from core.unit_of_work import UnitOfWork
from models import Membership, Person, Plan, ReachOut, Recipient
from rules import access
from rules.access import Caller
from rules.daily.plan_content import PlanContent, find_unknown, from_text, keep_members, to_text
from rules.errors import MemberUnknown
from rules.upkeep import wal_truncation


@dataclass(frozen=True, slots=True)
class WholePlan:
    """A plan as its person reads and writes it. `help_me`: for whoever has answered them, and nobody else."""

    content: PlanContent = field(default_factory=PlanContent)
    help_me: str | None = None


async def load_plan(unit: UnitOfWork, who: Caller) -> WholePlan:
    """Return the caller's plan, empty if there is none. Members who have left drop out. Raises KeysUnavailable."""
    row = await unit.session.get(Plan, who.person_id)
    plan = _open(row, who.vault)
    members = await _load_members(unit, who) if plan.content.people else set()
    return WholePlan(keep_members(plan.content, members), plan.help_me)


async def save_plan(unit: UnitOfWork, who: Caller, new: WholePlan) -> WholePlan:
    """Replace the caller's plan and return it. Members who have left since it was read drop out.

    Raises MemberUnknown for people who never were in it nor are members, KeysUnavailable.
    """
    if not who.vault.has_key:
        raise KeysUnavailable
    # Two phones that save at once run one after the other, and one of the two plans stands whole.
    await access.lock_person(unit, who)
    row = await unit.session.get(Plan, who.person_id, populate_existing=True)
    earlier = _open(row, who.vault)
    members = await _load_members(unit, who) if new.content.people else set()
    if find_unknown(new.content, earlier.content, members):
        raise MemberUnknown
    kept = WholePlan(keep_members(new.content, members), new.help_me)
    if row is None:
        row = Plan(person_id=who.person_id, updated_at=unit.now)
        unit.session.add(row)
    row.content = who.vault.seal("plans.content", who.person_id, to_text(kept.content))
    row.help_me = who.vault.seal("plans.help_me", who.person_id, kept.help_me)
    row.updated_at = unit.now
    await unit.session.flush()
    await wal_truncation.mark_erased(unit)
    return kept


async def load_how_to_help(unit: UnitOfWork, who: Caller, reach_out_id: UUID) -> str | None:
    """Return the words for helpers of whoever pressed, if the caller has answered this open reach-out and may read them."""
    rows = await unit.session.execute(
        select(Plan.person_id, Plan.help_me, Person.data_key)
        .join(ReachOut, ReachOut.person_id == Plan.person_id)
        .join(Person, Person.id == Plan.person_id)
        .join(Recipient, Recipient.reach_out_id == ReachOut.id)
        .join(Membership, Membership.id == Recipient.membership_id)
        .where(ReachOut.id == reach_out_id, access.may_help(who.person_id))
    )
    row = rows.first()
    if row is None or not await access.reads_notes(unit, who, row.person_id):
        return None
    return unit.keyring.vault(row.person_id, row.data_key).open("plans.help_me", row.person_id, row.help_me)


def _open(row: Plan | None, vault: Vault) -> WholePlan:
    """Return the plan in this row. Raises KeysUnavailable: a plan that cannot be read must not look like an empty one."""
    if row is None:
        return WholePlan()
    content = vault.open("plans.content", row.person_id, row.content)
    help_me = vault.open("plans.help_me", row.person_id, row.help_me)
    if (content is None) != (row.content is None) or (help_me is None) != (row.help_me is None):
        raise KeysUnavailable
    return WholePlan(from_text(content), help_me)


async def _load_members(unit: UnitOfWork, who: Caller) -> set[UUID]:
    rows = await unit.session.execute(select(Membership.id).where(access.mine(Membership, who), access.CONFIRMED))
    return set(rows.scalars())
