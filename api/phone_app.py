"""The built phone app, served from memory for paths that no route matches."""

import base64
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

API_FOLDER: Final = Path(__file__).resolve().parent
APP_FOLDERS: Final = (API_FOLDER / "built", API_FOLDER.parent / "phone" / "dist")
"""Where the app may be: inside the wheel, or built in the checkout."""
INDEX_PATH: Final = "/index.html"
INLINE_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
APP_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
APP_HEADERS: Final = {
    "Content-Security-Policy": APP_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
ENCODED_LINK: Final = re.compile(r"/+(#|%(25)*23|invitation\b)", re.IGNORECASE)
"""A link whose # was percent-encoded on its way, and so arrives as a path. The app can still read it."""
CATALOGUE_PATH: Final = re.compile(r"/assets/([a-z]{2})-[^/]*\.json$")
"""The app's catalogues, one file per language."""
NO_WEIGHT: Final = re.compile(r"q\s*=\s*0(\.0*)?\s*$")
BROTLI_SUFFIX: Final = ".br"
"""Ends the name of a file's Brotli copy, which the build makes (phone/build/brotli.mjs)."""
REVALIDATE: Final = "no-cache"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
MEDIA_TYPES: Final = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}
COMPRESSIBLE_SUFFIXES: Final = frozenset({".html", ".js", ".css", ".svg", ".webmanifest", ".json", ".txt"})
NO_APP_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
NO_APP_PAGE: Final = """<!doctype html>
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
class AppFile:
    """One file as it is sent: plain, and compressed by the name of the encoding, the smallest first."""

    body: bytes
    compressed: Mapping[str, bytes]
    headers: Mapping[str, str]

    def reply(self, request_headers: Headers) -> Response:
        if self.headers["ETag"] in request_headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self.headers)
        accepted = accepted_encodings(request_headers)
        for encoding, compressed in self.compressed.items():
            if encoding in accepted:
                return Response(compressed, headers={**self.headers, "Content-Encoding": encoding})
        return Response(self.body, headers=self.headers)


def accepted_encodings(request_headers: Headers) -> frozenset[str]:
    """Return the encodings that a request names in Accept-Encoding (RFC 9110, 12.5.3), without those of weight 0."""
    parts = [part.partition(";") for part in request_headers.get("accept-encoding", "").lower().split(",")]
    return frozenset(name.strip() for name, _, weight in parts if not NO_WEIGHT.search(weight))


class PhoneApp:
    """Serves the app's files for paths that no route matches, and passes everything else to `otherwise`."""

    def __init__(self, files: Mapping[str, AppFile], otherwise: ASGIApp) -> None:
        self._files = files
        self._otherwise = otherwise
        self._catalogues = {match[1]: path for path in files if (match := CATALOGUE_PATH.match(path))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._otherwise
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            headers = Headers(scope=scope)
            file = self._find(scope["path"], headers)
            if file is not None:
                handler = reply = file.reply(headers)
                if file is self._files.get(INDEX_PATH):
                    reply.headers["Link"] = self._preloads(headers)
                    reply.headers.add_vary_header("Accept-Language")
        await handler(scope, receive, send)

    def _preloads(self, headers: Headers) -> str:
        """Return a Link header that preloads what the app requests first, while its script is still loading."""
        language = headers.get("accept-language", "")[:2].lower()
        catalogue = self._catalogues.get(language) or self._catalogues.get("en")
        return ", ".join(f"<{path}>; rel=preload; as=fetch; crossorigin" for path in (catalogue, "/v1/me") if path)

    def _find(self, path: str, headers: Headers) -> AppFile | None:
        """Return the file at this path; the page for a link whose # was encoded; None for anything else."""
        if path in self._files:
            return self._files[path]
        first = path.lstrip("/").partition("/")[0]
        if ENCODED_LINK.match(path):
            return self._files.get(INDEX_PATH)
        is_page = "text/html" in headers.get("accept", "") and "." not in path.rpartition("/")[2]
        return self._files.get(INDEX_PATH) if is_page and first in {"", "#", "%23", "invitation"} else None


def install_phone_app(app: FastAPI, folder: Path | None = None) -> None:
    """Serve the app from `folder` (by default where it was built), or a page that says that there is none.

    It is the router's default, so that API requests do not pass through it.
    """
    app.router.default = PhoneApp(files(folder or find_folder()), app.router.not_found)


def find_folder() -> Path:
    """Return the folder of the app; if it has not been built, a folder without one."""
    return next((folder for folder in APP_FOLDERS if (folder / "index.html").is_file()), API_FOLDER)


@cache
def files(folder: Path) -> Mapping[str, AppFile]:
    """Return the app's files by URL path; without an app, a page that says how to build it."""
    if not (folder / "index.html").is_file():
        return {
            "/": _make_file(Path("index.html"), NO_APP_PAGE.encode(), {"Content-Security-Policy": NO_APP_POLICY}, {})
        }
    headers = {**APP_HEADERS, "Content-Security-Policy": _policy((folder / "index.html").read_bytes())}
    by_path = {
        f"/{path.relative_to(folder).as_posix()}": _make_file(
            path.relative_to(folder), path.read_bytes(), headers, _brotli(path)
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and path.suffix != BROTLI_SUFFIX
    }
    by_path["/"] = by_path[INDEX_PATH]
    return by_path


def _policy(page: bytes) -> str:
    """Return the app's policy, with a hash of each script that stands in the page itself."""
    hashes = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in INLINE_SCRIPT.findall(page)]
    allowed = "".join(f" 'sha256-{digest}'" for digest in hashes)
    return APP_POLICY.replace("script-src 'self'", f"script-src 'self'{allowed}")


def _brotli(path: Path) -> Mapping[str, bytes]:
    """Return the file's Brotli copy; nothing when there is none, or the file was changed after it."""
    copy = path.with_name(path.name + BROTLI_SUFFIX)
    is_current = copy.is_file() and copy.stat().st_mtime >= path.stat().st_mtime
    return {"br": copy.read_bytes()} if is_current else {}


def _make_file(path: Path, body: bytes, headers: Mapping[str, str], brotli: Mapping[str, bytes]) -> AppFile:
    kind = MEDIA_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    file_headers = {
        **headers,
        "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        # Names in assets/ contain a hash of the content.
        "Cache-Control": IMMUTABLE if path.parts[0] == "assets" else REVALIDATE,
        # Weak, because the plain and the compressed bytes share it.
        "ETag": f'W/"{hashlib.sha256(body).hexdigest()[:20]}"',
    }
    if path.name == "sw.js":
        file_headers["Service-Worker-Allowed"] = "/"
    compressed = {**brotli, "gzip": _compress(body)} if path.suffix in COMPRESSIBLE_SUFFIXES else {}
    return AppFile(body, compressed, file_headers)


def _compress(body: bytes) -> bytes:
    """Compress with gzip (window bits 31). Memory level 7 halves the block length, which suits minified scripts better."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31, 7)
    return compressor.compress(body) + compressor.flush()
