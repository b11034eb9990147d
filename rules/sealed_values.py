"""Answers that are chosen, not written (a need, a feeling, how it felt): sealed, and all at one length, which would tell them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, null, or_
from sqlalchemy.orm import InstrumentedAttribute

from core.encryption import Vault
from models import Base, CheckIn, ReachOut, Reflection

_ENCODER = json.JSONEncoder(separators=(",", ":"))
SEALED_BYTES = 64
"""Length to which values are filled up with spaces, which JSON ignores; the longest are 55 bytes."""


@dataclass(frozen=True)
class SealedValues:
    """Columns of one table that are stored together, as one sealed JSON object in the column `sealed`.

    The columns themselves stay empty. What an older release writes into them is read beside it, and prevails as the later
    word, until `worker.value_sealing` has sealed it. `key`: the column whose id the ciphertext is bound to.
    """

    model: type[Base]
    key: InstrumentedAttribute[UUID]
    names: tuple[str, ...]
    sealed: str

    @cached_property
    def column(self) -> str:
        """The name that the ciphertext is bound to."""
        return f"{self.model.__tablename__}.{self.sealed}"

    @property
    def columns(self) -> tuple[InstrumentedAttribute[Any], ...]:
        """The columns that `open` reads."""
        return (self.key, *(getattr(self.model, name) for name in (*self.names, self.sealed)))

    @cached_property
    def emptied(self) -> dict[str, Any]:
        """What the columns hold once their values are sealed. A None would be stored in a JSON column as its own null."""
        return {name: null() for name in self.names}

    @property
    def is_plain(self) -> ColumnElement[bool]:
        """Return the condition that a row still holds a value that anybody can read."""
        return or_(*(getattr(self.model, name).is_not(None) for name in self.names))

    def seal(self, vault: Vault, row: UUID, values: Mapping[str, Any]) -> bytes | None:
        """Return these values sealed for this row; None without any, or without a key."""
        given = {name: values[name] for name in self.names if values.get(name) not in (None, [])}
        if not given:
            return None
        return vault.seal(self.column, row, _ENCODER.encode(given).ljust(SEALED_BYTES))

    def open(self, vault: Vault, row: object) -> dict[str, Any]:
        """Return the values of a row that has the columns and the key, by name; None for what was not said."""
        opened = vault.open(self.column, getattr(row, self.key.key), getattr(row, self.sealed))
        said = json.loads(opened) if opened else {}
        plain = {name: getattr(row, name) for name in self.names}
        return {name: said.get(name) if value is None else value for name, value in plain.items()}


NEED: Final = SealedValues(ReachOut, ReachOut.id, ("need",), "sealed_need")
FEELING: Final = SealedValues(CheckIn, CheckIn.id, ("feeling", "halt"), "sealed_feeling")
REFLECTION: Final = SealedValues(Reflection, Reflection.reach_out_id, ("seen", "safe", "soothed"), "sealed_reflection")
ALL_SEALED_VALUES: Final = (NEED, FEELING, REFLECTION)
