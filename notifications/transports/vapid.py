"""The server's key pair for Web Push (VAPID, RFC 8292): created once, kept in a file, used for signing."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode


@dataclass(frozen=True, slots=True)
class VapidKeys:
    """A P-256 key pair. `public_key` is what browsers subscribe with (`webpush_public_key` in the contract)."""

    public_key: str
    """The uncompressed point, 65 bytes, as base64url without padding."""
    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def from_private(cls, private: ec.EllipticCurvePrivateKey) -> "VapidKeys":
        point = private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return cls(str(b64urlencode(point)), private)

    def authorization(self, audience: str, subject: str, expires: int) -> str:
        """Return the `Authorization` header for one push service.

        `audience` is the service's origin, `subject` our contact (`mailto:` or `https:`), `expires` is in Unix seconds and
        at most a day away. Raises py_vapid's `VapidException` for malformed values.
        """
        claims: dict[str, str | int] = {"aud": audience, "sub": subject, "exp": expires}
        return str(Vapid02(private_key=self.private).sign(claims)["Authorization"])


def load_or_create_keys(path: Path) -> VapidKeys:
    """Return the keys stored at `path`, created at the first start with mode 600; concurrent starts agree on one pair.

    Raises ValueError when the file does not hold a P-256 private key (a new key would silently cut off every subscribed
    browser), OSError when it can be neither read nor created.
    """
    if not path.exists():
        _create_key_file(path)
    pem = path.read_bytes()
    try:
        private = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{path} holds no readable private key; restore the one that browsers subscribed with"
        ) from error
    if isinstance(private, ec.EllipticCurvePrivateKey) and isinstance(private.curve, ec.SECP256R1):
        return VapidKeys.from_private(private)
    raise ValueError(f"{path} holds a private key, but not one on the curve P-256")


def _create_key_file(path: Path) -> None:
    """Write a new key next to `path` and link it into place atomically, unless another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # A link, not a rename: it fails when another process was faster, and nobody ever reads a partial file.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
