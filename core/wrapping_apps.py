"""Apps that wrap the phone app, as the operator names them: their packages or bundles, and who signs them."""

import base64
import re
from dataclasses import dataclass
from typing import Final

SHA256_HEX_DIGITS: Final = 64
_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+", re.ASCII)
_IOS_APP: Final = re.compile(r"[A-Z0-9]{10}\.[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class AndroidApp:
    """An Android app. `fingerprint`: of its signing certificate, SHA-256, as `AB:CD:…`."""

    package: str
    fingerprint: str

    @property
    def passkey_origin(self) -> str:
        """The origin that Android writes into what its own passkey API (Credential Manager) signs for this app."""
        key_hash = base64.urlsafe_b64encode(bytes.fromhex(self.fingerprint.replace(":", "")))
        return f"android:apk-key-hash:{key_hash.decode().rstrip('=')}"


def android_apps(text: str) -> tuple[AndroidApp, ...]:
    """Read `package:sha256,…`; the fingerprint with or without its colons. Raises ValueError."""
    return tuple(_android_app(part) for part in _parts(text))


def ios_apps(text: str) -> tuple[str, ...]:
    """Read `TEAM.bundle,…`, where the team is ten letters and digits. Raises ValueError."""
    apps = _parts(text)
    if not all(_IOS_APP.fullmatch(app) for app in apps):
        raise ValueError("IOS_APPS are team and bundle, such as ABCDE12345.example.porch")
    return apps


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _android_app(part: str) -> AndroidApp:
    package, _, fingerprint = part.partition(":")
    digits = fingerprint.replace(":", "").strip().upper()
    if not _PACKAGE.fullmatch(package) or not re.fullmatch(f"[0-9A-F]{{{SHA256_HEX_DIGITS}}}", digits):
        raise ValueError(
            "ANDROID_APPS are package and SHA-256 of the certificate, such as example.porch:AB:CD:… (32 pairs)"
        )
    pairs = (digits[index : index + 2] for index in range(0, SHA256_HEX_DIGITS, 2))
    return AndroidApp(package, ":".join(pairs))
