"""Every place that something typed could leave through, as text in which a canary can be searched."""

import io
import json
import logging
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
import structlog

from cli.backup import backup_command
from core.telemetry import configure_library_logging
from tests.canaries.story import CanaryWorld, link_secrets
from tests.standins.gateways import Posted
from tests.world.databases import COMPLETE
from tests.world.person import Person


def hits(needles: Iterable[str], places: dict[str, str]) -> list[str]:
    """Return where a needle stands, with what is around it."""
    found = []
    for place, text in places.items():
        for needle in needles:
            for form in {needle, quote(needle), needle.encode().hex()}:
                at = text.find(form)
                if at >= 0:
                    found.append(f"{place}: …{text[max(0, at - 60) : at + 60]!r}…")
    return found


def pushed(world: CanaryWorld) -> dict[str, str]:
    """Return everything that push services and gateways were given, but for the address that it was sent to."""
    fcm = [json.dumps(_without(attempt.message, "token")) for attempt in world.fcm.attempts]
    web = [f"{dict(attempt.headers)} {json.dumps(dict(attempt.json))}" for attempt in world.push.attempts]
    gateways = world.gateways
    mails = [mail.message for mail in gateways.email.taken]
    for mail in mails:
        del mail["To"]
    places = {f"fcm {number}": text for number, text in enumerate(fcm)}
    places |= {f"web push {number}": text for number, text in enumerate(web)}
    places |= {
        f"mail {number}": f"{mail.items()} {mail.get_payload(decode=True)!r}" for number, mail in enumerate(mails)
    }
    places |= {f"ntfy {number}": _posted(post, "topic") for number, post in enumerate(gateways.ntfy.taken)}
    places |= {f"call {number}": _posted(post, "to") for number, post in enumerate(gateways.call.taken)}
    # A guest's link is the one secret that a message may hold: it is what the message is for.
    for number, post in enumerate(gateways.sms.taken):
        text = _posted(post, "to")
        for secret in link_secrets(world):
            text = text.replace(f"/#/g/{secret}", "/#/g/…")
        places[f"sms {number}"] = text
    return places


def kinds_pushed(world: CanaryWorld) -> set[str]:
    """Return the kinds of notices that Firebase or a browser's push service took."""
    fcm = [attempt.message["data"] for attempt in world.fcm.accepted]
    web = [attempt.json.get("data", attempt.json) for attempt in world.push.accepted]
    return {str(data["kind"]) for data in (*fcm, *web)}


def messages(world: CanaryWorld) -> list[str]:
    """Return the texts that went to SMS, ntfy and mail, without the link and without a code."""
    texts = [text for kind in ("sms", "ntfy", "email") for text in world.gateways.texts(kind)]
    kept = [re.sub(r"\b[0-9]{6}\b|https?://\S+", "", text) for text in texts]
    return [line.strip() for text in kept for line in text.splitlines() if line.strip()]


def _without(message: object, name: str) -> dict[str, object]:
    return {key: value for key, value in dict(message).items() if key != name}  # type: ignore[call-overload]


def _posted(post: Posted, address: str) -> str:
    query, body = _without(post.query, address), _without(post.json, address)
    return f"{post.method} {post.path} {query} {dict(post.headers)} {body} {dict(post.form)}"


@contextmanager
def debug_log() -> Iterator[io.StringIO]:
    """Yield every log line of the block at the most talkative level, as production writes them."""
    lines = io.StringIO()
    root, kept = logging.getLogger(), (logging.getLogger().level, logging.getLogger().handlers[:])
    levels = {
        name: logger.level for name, logger in root.manager.loggerDict.items() if isinstance(logger, logging.Logger)
    }
    configure_library_logging("DEBUG", lines)
    # The client of the test speaks to the server without a network, and is no part of it.
    with structlog.testing.capture_logs() as events:
        try:
            yield lines
        finally:
            lines.write("\n".join(map(str, events)))
            root.setLevel(kept[0])
            root.handlers[:] = kept[1]
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)


def stored(world: CanaryWorld, folder: Path) -> dict[str, str]:
    """Return the files of the database and its backup, or the dump of it."""
    url = world.settings.database_url.get_secret_value() if world.settings.database_url else ""
    if world.sqlite:
        file = Path(url.removeprefix("sqlite:///"))
        assert backup_command(world.settings, folder / "backup.db") == 0
        files = [*file.parent.glob(f"{file.name}*"), folder / "backup.db"]
        assert file.with_name(f"{file.name}-wal") in files, "the log of SQLite is looked through as well"
        return {path.name: path.read_bytes().decode("latin-1") for path in files}
    if shutil.which("pg_dump") is None:
        assert os.environ.get(COMPLETE) != "1", "pg_dump is missing"
        pytest.skip("pg_dump is missing")
    dump = subprocess.run(["pg_dump", url], capture_output=True, text=True, check=True, timeout=60)
    return {"pg_dump": dump.stdout}


async def export(person: Person) -> dict[str, str]:
    """Return everything that somebody takes out, as JSON and as the page that they can read."""
    await person.proves()
    data = await person.send("GET", "/v1/me/export")
    archive = await person.send("GET", "/v1/me/export?format=zip")
    assert data.status_code == archive.status_code == 200
    with closing(zipfile.ZipFile(io.BytesIO(archive.content))) as files:
        pages = {name: files.read(name).decode() for name in files.namelist()}
    return {"export": data.text} | pages
