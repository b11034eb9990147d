"""What a person has agreed to: the version of the privacy page, and when (GDPR, Articles 7(1) and 9(2)(a)).

To take it back is to delete the account: nothing here works without what it is about.
"""

from typing import Final

from core.unit_of_work import UnitOfWork
from models import Person
from rules import access
from rules.access import Caller
from rules.errors import ConsentUnknown

CONSENT_VERSIONS: Final = ("2026-11-29",)
"""The versions of PRIVACY.md, each the date of a change of substance. An app that was not updated yet shows an earlier one."""
CONSENT_VERSION: Final = CONSENT_VERSIONS[-1]


def check_version(version: str | None) -> None:
    """Raise ConsentUnknown unless there is such a version, or none was named."""
    if version is not None and version not in CONSENT_VERSIONS:
        raise ConsentUnknown


async def give_consent(unit: UnitOfWork, who: Caller, version: str) -> Person:
    """Store that the caller agrees to this version now. What they agreed to first keeps its time. Raises ConsentUnknown."""
    check_version(version)
    person = await access.load_person(unit, who)
    if person.consent_version != version:
        person.consent_version, person.consented_at = version, unit.now
        await unit.session.flush()
    return person
