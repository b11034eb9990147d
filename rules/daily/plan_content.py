"""A person's plan for a hard hour: what it holds, how it is stored as text, and which of its people still stand."""

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

LISTS = ("signs", "alone", "places", "safer", "reasons")
"""The lists of plain texts in a plan."""


@dataclass(frozen=True, slots=True)
class Professional:
    """Somebody trained whom the person can call. `phone` as it is dialled."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class PlanContent:
    """A plan without the words for helpers. `people`: ids of memberships in the person's circle."""

    signs: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    safer: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    people: tuple[UUID, ...] = ()
    professionals: tuple[Professional, ...] = ()


def to_text(content: PlanContent) -> str:
    """Return the plan as JSON, to be sealed."""
    stored: dict[str, Any] = {name: getattr(content, name) for name in LISTS}
    stored["people"] = [str(membership_id) for membership_id in content.people]
    stored["professionals"] = [{"name": row.name, "phone": row.phone} for row in content.professionals]
    return json.dumps(stored, ensure_ascii=False)


def from_text(text: str | None) -> PlanContent:
    """Return the plan that `to_text` wrote; the empty plan for None. What another release added is left out."""
    if text is None:
        return PlanContent()
    stored = json.loads(text)
    return PlanContent(
        **{name: tuple(stored.get(name, ())) for name in LISTS},
        people=tuple(UUID(membership_id) for membership_id in stored.get("people", ())),
        professionals=tuple(Professional(row["name"], row["phone"]) for row in stored.get("professionals", ())),
    )


def keep_members(content: PlanContent, members: Collection[UUID]) -> PlanContent:
    """Return the plan without the people who have left the circle, each of the others once."""
    return replace(content, people=tuple(dict.fromkeys(row for row in content.people if row in members)))


def find_unknown(content: PlanContent, earlier: PlanContent, members: Collection[UUID]) -> set[UUID]:
    """Return the people who are neither members now nor in the earlier plan.

    Those of the earlier plan have left since the phone read it: they drop out, and the rest is kept.
    """
    return set(content.people) - set(members) - set(earlier.people)
