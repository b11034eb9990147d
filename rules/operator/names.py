"""A sign-in name that the operator disables on a legal order: nobody signs in by it until it is enabled again."""

from sqlalchemy import select

from core.unit_of_work import UnitOfWork
from models import Person
from models.enums import OperatorActionKind
from rules.accounts import sessions
from rules.accounts.people import name_hash
from rules.errors import NotFound
from rules.operator.actions import Operator, record_action

SUBJECT_CHARACTERS = 16
"""Enough of the digest to find a name again that one knows."""


async def set_name_disabled(unit: UnitOfWork, operator: Operator, sign_in_name: str, *, disabled: bool) -> bool:
    """Disable the name and end its sessions, or enable it; return whether this changed anything.

    What the person gave to others stays theirs, and an open reach-out goes on. Their own circles see that they cannot be
    reached. Raises NotFound for a name that nobody has.
    """
    digest = name_hash(unit.keyring, sign_in_name)
    statement = select(Person).where(Person.sign_in_name_hash == digest).with_for_update(key_share=True)
    person = (await unit.session.execute(statement)).scalar_one_or_none()
    kind = OperatorActionKind.NAME_DISABLED if disabled else OperatorActionKind.NAME_ENABLED
    # Also where nobody has it: to try names is a use as well.
    record_action(unit, operator, kind, digest.hex()[:SUBJECT_CHARACTERS])
    if person is None:
        raise NotFound
    if (person.disabled_at is not None) == disabled:
        return False
    person.disabled_at = unit.now if disabled else None
    await unit.session.flush()
    if disabled:
        await sessions.end_others(unit, person.id, None)
    return True
