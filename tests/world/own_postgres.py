"""Start a PostgreSQL server for the tests from installed programs, where none is running."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_USER = "porchlight"


@contextmanager
def own_server(running: str | None) -> Iterator[str | None]:
    """Yield `running` if given, else a fresh server that only listens in its own folder; None without programs."""
    programs = None if running else _programs()
    if programs is None:
        yield running
        return
    folder = Path(tempfile.mkdtemp(prefix="porchlight-pg-"))
    data = folder / "data"
    # PostgreSQL listens on a socket in this folder, so no port is taken.
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    try:
        _run(programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        _run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://{_USER}@/postgres?host={folder}"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    """Return the folder of `initdb`; None when it is not installed, or as root (it refuses to run then)."""
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        return None
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


def _run(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, timeout=60)
