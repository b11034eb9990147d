"""Files of keys: read, made whole with mode 600, and a new key put in front of those that are there."""

import base64
import os
import secrets
from pathlib import Path

import structlog

KEY_BYTES = 32

log = structlog.get_logger(__name__)


def read_key_file(path: Path, event: str) -> tuple[bytes | None, dict[str, bytes]]:
    """Return the index key and the named keys in the file, the current one first; nothing when it cannot be read (`event` is logged)."""
    index: bytes | None = None
    keys: dict[str, bytes] = {}
    try:
        for line in path.read_text(encoding="ascii").splitlines():
            words = line.split()
            if len(words) == 2 and words[0] == "index":
                index = _decode_key(words[1])
            elif len(words) == 3 and words[0] == "key":
                keys[words[1]] = _decode_key(words[2])
    except (OSError, ValueError) as error:
        failure = type(error).__name__
    else:
        return index, keys
    # A traceback would say nothing more.
    log.error(event, error=failure)
    return None, {}


def create_key_file(path: Path, comment: str) -> None:
    """Write a file with a new index key and one new key; leaves one that is there already as it is."""
    write_secret(path, "\n".join((f"# {comment}", f"index {_new_key()}", _key_line())) + "\n")


def add_key(path: Path) -> None:
    """Put a new key in front of those in the file; the older ones still open what they sealed. Raises OSError."""
    old = path.read_text(encoding="ascii").splitlines()
    first = next((i for i, line in enumerate(old) if line.startswith("key ")), len(old))
    fresh = path.with_suffix(".next")
    fresh.unlink(missing_ok=True)
    write_secret(fresh, "\n".join([*old[:first], _key_line(), *old[first:]]) + "\n")
    fresh.replace(path)


def write_secret(path: Path, text: str) -> None:
    """Create `path` with mode 600 holding `text`; when two processes start at once, the first one's file stays."""
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
