"""Keys of push addresses, separate from the master key: alarms can be sent even when notes can no longer be read."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag

from core import key_file
from core.key_file import NamedKeys

PUSH_NONCE_BYTES = 12
_PUSH_KEY_UNREADABLE = "push_key_unreadable"


class PushKeys:
    """The available push keys. The first one seals, all of them open.

    A sealed address is bound to its column and row and to the copy beside it that the master key seals. When an older
    release replaces that copy, the sealed address no longer opens, so that nobody is pushed at an outdated address.
    """

    def __init__(
        self, index: bytes | None = None, keys: Mapping[str, bytes] | None = None, path: Path | None = None
    ) -> None:
        self._index = index
        self.keys = NamedKeys(index, keys or {}, path, _PUSH_KEY_UNREADABLE)
        self.trusted = index is not None and bool(keys)

    @property
    def fingerprint(self) -> str | None:
        """Identify the key file; reveals nothing about the keys."""
        if self._index is None or not self.keys:
            return None
        return hmac.digest(self._index, b"fingerprint\0", hashlib.sha256).hex()[:32]

    def seal(self, column: str, row: UUID, text: str, beside: bytes | None) -> bytes | None:
        """Encrypt `text`, bound to `column`, `row` and the copy `beside` it; return None without the right key."""
        current = self.keys.current()
        if current is None or not self.trusted or beside is None:
            return None
        name, cipher = current
        nonce = os.urandom(PUSH_NONCE_BYTES)
        binding = _push_address_binding(column, row, name.encode(), beside)
        return key_file.tag(name) + nonce + cipher.encrypt(nonce, text.encode(), binding)

    def open(self, column: str, row: UUID, sealed: bytes | None, beside: bytes | None) -> str | None:
        """Return the text that was sealed for this column, row and copy, else None."""
        if not sealed or beside is None:
            return None
        name, rest = key_file.split_tag(sealed)
        key = self.keys.find(name.decode("ascii", "replace"))
        if key is None:
            return None
        try:
            return key.decrypt(
                rest[:PUSH_NONCE_BYTES], rest[PUSH_NONCE_BYTES:], _push_address_binding(column, row, name, beside)
            ).decode()
        except (InvalidTag, ValueError):
            return None

    def current(self, sealed: bytes) -> bool:
        """Return whether this was sealed with the current key."""
        current = self.keys.current()
        return current is not None and sealed.startswith(key_file.tag(current[0]))


def load_push_keys(path: Path) -> PushKeys:
    """Return the push keys from the file; none when it is missing or unreadable (logged)."""
    index, keys = key_file.read_key_file(path, _PUSH_KEY_UNREADABLE)
    return PushKeys(index, keys, path)


def create_push_key_file(path: Path) -> None:
    """Create a push key file atomically with mode 600; leave an existing file unchanged. Raises OSError."""
    key_file.create_key_file(
        path, "Porchlight's key of push addresses. Without it and the master key, no push leaves. Keep a copy."
    )


def _push_address_binding(column: str, row: UUID, name: bytes, beside: bytes) -> bytes:
    return f"{column}:{row}:push:".encode() + name + b":" + hashlib.sha256(beside).digest()
