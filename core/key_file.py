"""Reads key files, creates them atomically with mode 600, and adds keys to them."""

import base64
import os
import secrets
from pathlib import Path

import structlog

KEY_BYTES = 32

log = structlog.get_logger(__name__)


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


def create_key_file(path: Path, comment: str) -> None:
    """Create a file with a new index key and one new key; leave an existing file unchanged."""
    write_secret(path, "\n".join((f"# {comment}", f"index {_new_key()}", _key_line())) + "\n")


def add_key(path: Path) -> None:
    """Insert a new current key before the keys in the file; older keys still open what they sealed. Raises OSError."""
    lines = path.read_text(encoding="ascii").splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith("key ")), len(lines))
    new_file = path.with_suffix(".next")
    new_file.unlink(missing_ok=True)
    write_secret(new_file, "\n".join([*lines[:first], _key_line(), *lines[first:]]) + "\n")
    new_file.replace(path)


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
