"""Key files: read, followed while a process runs, created atomically with mode 600, and changed by one process at a time."""

import base64
import contextlib
import os
import secrets
import time
from collections.abc import Collection, Mapping
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.folder_lock import folder_locked

KEY_BYTES = 32
RELOAD_SECONDS = 1.0
"""Shortest time between two reads of a key file in search of an unknown key."""

log = structlog.get_logger(__name__)


class NamedKeys:
    """The keys of one file, as ciphers by name: the first one seals, all of them open.

    Running processes follow the file: a key that another process adds is used from the next seal on, and one that it
    removes is dropped. A file that is missing, unreadable or another installation's changes nothing.
    """

    def __init__(
        self, index: bytes | None, keys: Mapping[str, bytes], path: Path | None = None, event: str = ""
    ) -> None:
        self._index = index
        self._keys = {name: AESGCM(key) for name, key in keys.items()}
        self._path = path
        self._event = event
        self._version = _version(path)
        self._searched_at = 0.0

    def __bool__(self) -> bool:
        return bool(self._keys)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all keys, the current one first."""
        return tuple(self._keys)

    @property
    def older(self) -> tuple[str, ...]:
        """The names of all keys but the current one."""
        return self.names[1:]

    def current(self) -> tuple[str, AESGCM] | None:
        """Return the key that seals now, after a look at whether the file has changed; None without any."""
        if _version(self._path) != self._version:
            self._read()
        return next(iter(self._keys.items()), None)

    def find(self, name: str) -> AESGCM | None:
        """Return a key by its name; one that is unknown is searched in the file, at most once a second."""
        if name not in self._keys and time.monotonic() - self._searched_at >= RELOAD_SECONDS:
            self._searched_at = time.monotonic()
            self._read()
        return self._keys.get(name)

    def _read(self) -> None:
        if self._path is None:
            return
        self._version = _version(self._path)
        index, keys = read_key_file(self._path, self._event)
        if index is not None and index == self._index and keys:
            self._keys = {name: AESGCM(key) for name, key in keys.items()}


def _version(path: Path | None) -> tuple[int, int, int] | None:
    """Return what changes when a file is written or replaced; None without a file."""
    if path is None:
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def tag(name: str) -> bytes:
    """Return what stands in front of everything that a key seals: the length of its name, and its name."""
    return bytes([len(name)]) + name.encode()


def split_tag(sealed: bytes) -> tuple[bytes, bytes]:
    """Return the name of the key that sealed this, and the rest."""
    length = sealed[0] if sealed else 0
    return sealed[1 : 1 + length], sealed[1 + length :]


def read_key_file(path: Path, event: str) -> tuple[bytes | None, dict[str, bytes]]:
    """Return the index key and the named keys, the current one first; None and no keys, with `event` logged, when unreadable."""
    index: bytes | None = None
    keys: dict[str, bytes] = {}
    try:
        for line in path.read_text(encoding="ascii").splitlines():
            parts = line.split()
            if len(parts) == 2 and parts[0] == "index":
                index = _decode_key(parts[1])
            elif len(parts) == 3 and parts[0] == "key":
                keys[parts[1]] = _decode_key(parts[2])
    except (OSError, ValueError) as error:
        failure = type(error).__name__
    else:
        return index, keys
    # A traceback would add nothing.
    log.error(event, error=failure)
    return None, {}


def age(path: Path) -> float:
    """Return how many seconds ago the file was written, by this machine's clock."""
    return time.time() - path.stat().st_mtime


def load_named_keys(path: Path) -> NamedKeys:
    """Return the keys of a file; none when it is missing or unreadable (logged)."""
    event = "key_file_unreadable"
    index, keys = read_key_file(path, event)
    return NamedKeys(index, keys, path, event)


def create_key_file(path: Path, comment: str) -> None:
    """Create a file with a new index key and one new key; leave an existing file unchanged."""
    write_secret(path, "\n".join((f"# {comment}", f"index {_new_key()}", _key_line())) + "\n")


def changing(path: Path) -> contextlib.AbstractContextManager[None]:
    """Let one process at a time change a key file: of two that add a key at once, one would lose the other's for good."""
    return folder_locked(path.parent)


def add_key(path: Path) -> None:
    """Insert a new current key before the keys in the file; older keys still open what they sealed. Raises OSError."""
    lines = path.read_text(encoding="ascii").splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith("key ")), len(lines))
    _replace(path, [*lines[:first], _key_line(), *lines[first:]])


def remove_keys(path: Path, names: Collection[str]) -> None:
    """Remove keys by name; the current one is never removed. Raises OSError, and ValueError for the current key."""
    lines = path.read_text(encoding="ascii").splitlines()
    current = next((line.split()[1] for line in lines if line.startswith("key ")), None)
    if current in names:
        raise ValueError("the current key cannot be removed")
    _replace(path, [line for line in lines if not (line.startswith("key ") and line.split()[1] in names)])


def _replace(path: Path, lines: list[str]) -> None:
    # A link stays one: the file that it leads to is the one that is copied, mounted and watched.
    path = path.resolve()
    new_file = path.with_name(f"{path.name}.next")
    new_file.unlink(missing_ok=True)
    write_secret(new_file, "\n".join(lines) + "\n")
    new_file.replace(path)
    # Only a written folder makes the new name outlast a power cut.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_secret(path: Path, text: str) -> None:
    """Create `path` with mode 600 and content `text`; when two processes do so at once, the first file is kept."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)


def _decode_key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("a key is 32 bytes")
    return key


def _key_line() -> str:
    return f"key {secrets.token_hex(4)} {_new_key()}"


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
