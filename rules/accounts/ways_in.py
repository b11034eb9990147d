"""The ways into an account: a passphrase, passkeys, recovery codes. An account always keeps one, and is asked for a second."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from core.unit_of_work import UnitOfWork
from models import Passkey, Person, RecoveryCode
from rules import access
from rules.errors import LastWayIn, NotSignedIn


@dataclass(frozen=True, slots=True)
class WaysIn:
    """`passphrase`: there is one; the numbers of passkeys and of unused recovery codes."""

    passphrase: bool
    passkeys: int
    recovery_codes: int

    @property
    def without_passkeys(self) -> bool:
        """Whether the account could still be opened if all of its passkeys were gone."""
        return self.passphrase or self.recovery_codes > 0


async def load_ways_in(unit: UnitOfWork, person_id: UUID) -> WaysIn:
    """Return the ways into this account. Raises NotSignedIn when it has been erased meanwhile."""
    row = (
        await unit.session.execute(
            select(
                Person.passphrase_hash.is_not(None),
                select(func.count()).where(access.owned_by(Passkey, person_id)).scalar_subquery(),
                select(func.count()).where(access.owned_by(RecoveryCode, person_id)).scalar_subquery(),
            ).where(Person.id == person_id)
        )
    ).one_or_none()
    if row is None:
        raise NotSignedIn
    return WaysIn(*row)


def ensure_not_last(ways: WaysIn) -> None:
    """Raise LastWayIn if the account could not be opened any more once one passkey is removed."""
    if not ways.without_passkeys and ways.passkeys <= 1:
        raise LastWayIn
