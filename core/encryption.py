"""Encryption at rest: a master key outside the database wraps one data key per person; AES-256-GCM (NIST SP 800-38D)."""

import hashlib
import hmac
import os
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import key_file
from core.errors import KeysUnavailable
from core.key_file import KEY_BYTES, NamedKeys
from core.push_keys import PushKeys
from core.telemetry import WITHHELD

NONCE_BYTES = 12
MAX_CACHED_VAULTS = 16_384
"""Unwrapped data keys cached by one process, 3 KB each: unwrapping six keys takes a twentieth of a press."""
KEPT_OPEN: Final = frozenset({"people.display_name", "people.contact"})
"""Columns whose latest value stays open beside the key that opens it: every reply to a press shows a whole circle's."""
_MASTER_KEY_UNREADABLE = "master_key_unreadable"


class Vault:
    """Seals and opens one person's content with that person's data key. Without the key, content is withheld; nothing raises."""

    def __init__(self, cipher: AESGCM | None) -> None:
        self._cipher = cipher
        self._opened: dict[str, tuple[bytes, UUID, str]] = {}

    @property
    def has_key(self) -> bool:
        return self._cipher is not None

    def seal(self, column: str, row: UUID, text: str | None) -> bytes | None:
        """Encrypt `text`, bound to `column` ("table.column") and `row`; return None without text or key."""
        if text is None or self._cipher is None:
            return None
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), _vault_binding(column, row))

    def open(self, column: str, row: UUID, sealed: bytes | None) -> str | None:
        """Return the text that was sealed for this column and row, else None (counted as withheld)."""
        if sealed is None:
            return None
        last = self._opened.get(column)
        if last is not None and last[0] == sealed and last[1] == row:
            return last[2]
        if self._cipher is not None:
            try:
                text = self._cipher.decrypt(
                    sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _vault_binding(column, row)
                ).decode()
            except (InvalidTag, ValueError):
                pass
            else:
                if column in KEPT_OPEN:
                    self._opened[column] = (sealed, row, text)
                return text
        WITHHELD.labels(column).inc()
        return None


class Keyring:
    """The available master keys. The first one wraps, all of them unwrap; `index` is the key of look-up hashes.

    `push`: the keys of push addresses, which have their own file.
    """

    def __init__(
        self,
        index: bytes | None,
        masters: Mapping[str, bytes],
        path: Path | None = None,
        push: PushKeys | None = None,
    ) -> None:
        self._index = index
        self.masters = NamedKeys(index, masters, path, _MASTER_KEY_UNREADABLE)
        self._vaults: OrderedDict[tuple[UUID, bytes], Vault] = OrderedDict()
        # Replaces a missing index key for hashes that only have to be stable within this process.
        self._process_key = secrets.token_bytes(KEY_BYTES)
        self.trusted = index is not None
        self.push = push or PushKeys()
        self.others_open_addresses = False
        """Whether another process has recently recorded that it can open push addresses; read only where this one cannot."""

    @property
    def opens_addresses(self) -> bool:
        """Whether this process can push: either key opens the addresses."""
        return self.trusted or self.push.trusted

    @property
    def any_process_opens_addresses(self) -> bool:
        """Whether any process can push; if none can, nobody is reachable, and people are told so."""
        return self.opens_addresses or self.others_open_addresses

    def open_address(
        self, person: UUID, data_key: bytes, column: str, row: UUID, address: bytes | None, push_address: bytes | None
    ) -> str | None:
        """Return the address of a device or channel, opened with either key, else None (counted as withheld)."""
        opened = self.push.open(column, row, push_address, address)
        return opened if opened is not None else self.vault(person, data_key).open(column, row, address)

    @property
    def fingerprint(self) -> str | None:
        """Identify the key file; reveals nothing about the keys."""
        return self.digest("fingerprint", b"").hex()[:32] if self._index else None

    def digest(self, purpose: str, value: bytes) -> bytes:
        """Return a 32-byte keyed hash for look-ups (HMAC-SHA-256). Raises KeysUnavailable without the right key."""
        if self._index is None or not self.trusted:
            raise KeysUnavailable
        return hmac.digest(self._index, purpose.encode() + b"\0" + value, hashlib.sha256)

    def best_effort_digest(self, purpose: str, value: bytes) -> bytes:
        """Like `digest`, but without the right key return a hash that is stable within this process only."""
        key = self._index if self._index and self.trusted else self._process_key
        return hmac.digest(key, purpose.encode() + b"\0" + value, hashlib.sha256)

    def new_data_key(self, person: UUID) -> bytes:
        """Return a fresh data key for this person, wrapped. Raises KeysUnavailable without a master key."""
        return self._wrap(person, AESGCM.generate_key(256))

    def vault(self, person: UUID, wrapped: bytes | None) -> Vault:
        """Return the vault of this wrapped data key, or one without a key when no master key unwraps it."""
        if wrapped is None:
            return Vault(None)
        place = (person, wrapped)
        known = self._vaults.get(place)
        if known is None:
            key = self._unwrap(person, wrapped)
            if key is None:
                # Not cached: the key may come back.
                return Vault(None)
            known = Vault(AESGCM(key))
            self._vaults[place] = known
            if len(self._vaults) > MAX_CACHED_VAULTS:
                self._vaults.popitem(last=False)
        else:
            self._vaults.move_to_end(place)
        return known

    def forget(self, person: UUID) -> None:
        """Drop the cached keys of a person who was erased."""
        for place in [place for place in self._vaults if place[0] == person]:
            del self._vaults[place]

    def rewrap(self, person: UUID, wrapped: bytes) -> bytes | None:
        """Return the data key wrapped with the current master key; None when it cannot be unwrapped."""
        key = self._unwrap(person, wrapped)
        return self._wrap(person, key) if key else None

    def _wrap(self, person: UUID, key: bytes) -> bytes:
        current = self.masters.current()
        if current is None or not self.trusted:
            raise KeysUnavailable
        name, cipher = current
        nonce = os.urandom(NONCE_BYTES)
        binding = _vault_binding("people.data_key", person) + name.encode()
        return key_file.tag(name) + nonce + cipher.encrypt(nonce, key, binding)

    def _unwrap(self, person: UUID, wrapped: bytes) -> bytes | None:
        name, rest = key_file.split_tag(wrapped)
        master = self.masters.find(name.decode("ascii", "replace"))
        if master is None:
            return None
        try:
            return master.decrypt(
                rest[:NONCE_BYTES], rest[NONCE_BYTES:], _vault_binding("people.data_key", person) + name
            )
        except (InvalidTag, ValueError):
            return None


def _vault_binding(column: str, row: UUID) -> bytes:
    return f"{column}:{row}".encode()


def load_keyring(path: Path) -> Keyring:
    """Return the keyring from the file; an empty one when the file is missing or unreadable (logged)."""
    index, masters = key_file.read_key_file(path, _MASTER_KEY_UNREADABLE)
    return Keyring(index, masters, path)


def create_master_key_file(path: Path) -> None:
    """Create a master key file atomically with mode 600; leave an existing file unchanged."""
    key_file.create_key_file(
        path, "Porchlight's master key. Without it, what people wrote cannot be read. Keep a copy apart from backups."
    )
