"""How a person is shown to others: the id, and the name as far as a key at hand opens it."""

from uuid import UUID

from core.encryption import Keyring
from core.frozen import quick_dataclass


@quick_dataclass(frozen=True, slots=True)
class PersonView:
    """A person in a reply. The name is None when no key at hand opens it."""

    id: UUID
    display_name: str | None


def person_view(keyring: Keyring, person_id: UUID, data_key: bytes | None, name: bytes | None) -> PersonView:
    """Return how a person is shown; `data_key` and `name` are sealed, as they are kept."""
    vault = keyring.vault(person_id, data_key)
    return PersonView(person_id, vault.open("people.display_name", person_id, name))
