"""The built phone app, served from memory for whatever address no route has: its files, and its page for the rest."""

import hashlib
import mimetypes
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

HERE: Final = Path(__file__).resolve().parent
FOLDERS: Final = (HERE / "built", HERE.parent / "phone" / "dist")
"""Where it may be: inside the wheel, or built in the checkout."""
PAGE: Final = "/index.html"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NOT_NEEDED: Final = (
    "accelerometer, autoplay, camera, display-capture, geolocation, gyroscope, microphone, midi, payment, usb"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": ", ".join(f"{name}=()" for name in NOT_NEEDED.split(", ")),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
CHANGED: Final = re.compile(r"/+(#|%(25)*23|invitation\b)", re.IGNORECASE)
"""A link whose # was encoded on its way: it reaches us as a path, with whatever stood after it. The app can still read it."""
WORDS: Final = re.compile(r"/assets/([a-z]{2})-[^/]*\.json$")
"""What the app says, a file for each language."""
ASK_AGAIN: Final = "no-cache"
FOR_A_YEAR: Final = "public, max-age=31536000, immutable"
KINDS: Final = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}
WORTH_SQUEEZING: Final = frozenset({".html", ".js", ".css", ".svg", ".webmanifest", ".json", ".txt"})
FRONT_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
FRONT: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>Porchlight</title>
</head>
<body>
<h1>Porchlight is running.</h1>
<p>The phone app has not been built here: <code>make install</code> builds it. The API is there all the same; see
<a href="/docs">its documentation</a>.</p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class File:
    """One file as it is sent, plain and squeezed."""

    body: bytes
    squeezed: bytes | None
    headers: Mapping[str, str]

    def reply(self, asked: Headers) -> Response:
        if self.headers["ETag"] in asked.get("if-none-match", ""):
            return Response(status_code=304, headers=self.headers)
        if self.squeezed is not None and "gzip" in asked.get("accept-encoding", ""):
            return Response(self.squeezed, headers={**self.headers, "Content-Encoding": "gzip"})
        return Response(self.body, headers=self.headers)


class PhoneApp:
    """Answers what no route took; `otherwise` answers what is no part of the app either."""

    def __init__(self, files: Mapping[str, File], otherwise: ASGIApp) -> None:
        self._files = files
        self._otherwise = otherwise
        self._words = {found[1]: path for path in files if (found := WORDS.match(path))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._otherwise
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            asked = Headers(scope=scope)
            found = self._found(scope["path"], asked)
            if found is not None:
                answer = reply = found.reply(asked)
                if found is self._files.get(PAGE):
                    reply.headers["Link"] = self._ahead(asked)
                    reply.headers.add_vary_header("Accept-Language")
        await answer(scope, receive, send)

    def _ahead(self, asked: Headers) -> str:
        """What the app asks for first, so that a slow phone fetches it beside the script and not after it."""
        language = asked.get("accept-language", "")[:2].lower()
        words = self._words.get(language) or self._words.get("en")
        return ", ".join(f"<{path}>; rel=preload; as=fetch; crossorigin" for path in (words, "/v1/me") if path)

    def _found(self, path: str, asked: Headers) -> File | None:
        """A file of this name; the page, for a link whose # was encoded on its way."""
        if path in self._files:
            return self._files[path]
        first = path.lstrip("/").partition("/")[0]
        if CHANGED.match(path):
            return self._files.get(PAGE)
        typed = "text/html" in asked.get("accept", "") and "." not in path.rpartition("/")[2]
        return self._files.get(PAGE) if typed and first in {"", "#", "%23", "invitation"} else None


def install(app: FastAPI, folder: Path | None = None) -> None:
    """Serve the app that was built into `folder` (by default wherever it is); a word for people when there is none.

    It stands behind the routes, not around them: a request of the API never meets it.
    """
    app.router.default = PhoneApp(files(folder or built()), app.router.not_found)


def built() -> Path:
    """Where the app lies; a folder without one, when it has not been built."""
    return next((one for one in FOLDERS if (one / "index.html").is_file()), HERE)


@cache
def files(folder: Path) -> Mapping[str, File]:
    """Every file of the app by its path; the word for people when there is no app in this folder."""
    if not (folder / "index.html").is_file():
        return {"/": _file(Path("index.html"), FRONT.encode(), {"Content-Security-Policy": FRONT_POLICY})}
    found = {
        f"/{path.relative_to(folder).as_posix()}": _file(path.relative_to(folder), path.read_bytes(), HEADERS)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    found["/"] = found[PAGE]
    return found


def _file(path: Path, body: bytes, headers: Mapping[str, str]) -> File:
    kind = KINDS.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    told = {
        **headers,
        "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        # The names of what lies in assets/ change with what is in them.
        "Cache-Control": FOR_A_YEAR if path.parts[0] == "assets" else ASK_AGAIN,
        # Weak, for the plain and the squeezed bytes share it.
        "ETag": f'W/"{hashlib.sha256(body).hexdigest()[:20]}"',
    }
    if path.name == "sw.js":
        told["Service-Worker-Allowed"] = "/"
    return File(body, _squeezed(body) if path.suffix in WORTH_SQUEEZING else None, told)


def _squeezed(body: bytes) -> bytes:
    """In gzip (31). Level 7 of memory makes blocks of half the usual length: they follow better what changes in a script."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31, 7)
    return squeeze.compress(body) + squeeze.flush()
