"""A phone's passkeys in software: keys on P-256, client data as a browser writes it, attestation "none" (WebAuthn level 3)."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 1, 4, 8, 16, 64


@dataclass
class Credential:
    """One passkey on this authenticator."""

    id: bytes
    key: ec.EllipticCurvePrivateKey
    rp_id: str
    user_handle: bytes
    count: int = 0


class Authenticator:
    """Answers options as a browser and its authenticator do together; a test sets the attributes that are to be wrong.

    `counts`: it counts signatures, as a security key does. `synced`: its passkeys may exist on other devices as well.
    """

    def __init__(self, origin: str = "http://localhost:8000", *, synced: bool = True, counts: bool = False) -> None:
        self.origin = origin
        self.rp_id: str | None = None
        """A host name other than that in the options."""
        self.verified = True
        self.cross_origin = False
        self.synced = synced
        self.counts = counts
        self.credentials: list[Credential] = []

    def create(self, options: dict[str, Any], id_: bytes | None = None) -> dict[str, Any]:
        """Return what `navigator.credentials.create()` gives, as JSON. `id_`: use this credential id instead of a new one."""
        key = ec.generate_private_key(ec.SECP256R1())
        credential = Credential(
            id_ or secrets.token_bytes(32), key, options["rp"]["id"], decoded(options["user"]["id"])
        )
        self.credentials.append(credential)
        public = key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32), -3: public.y.to_bytes(32)}
        attested = bytes(16) + len(credential.id).to_bytes(2) + credential.id + cbor(cose)
        data = self._data(credential, ATTESTED) + attested
        return {
            "id": encoded(credential.id),
            "rawId": encoded(credential.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": {
                "clientDataJSON": encoded(self._client_data("webauthn.create", options["challenge"])),
                "attestationObject": encoded(cbor({"fmt": "none", "attStmt": {}, "authData": data})),
                "transports": ["internal"],
                "publicKeyAlgorithm": -7,
            },
        }

    def get(self, options: dict[str, Any], with_: Credential | None = None) -> dict[str, Any]:
        """Return what `navigator.credentials.get()` gives, as JSON; signed with the newest passkey by default."""
        used = with_ or self.credentials[-1]
        used.count += self.counts
        data = self._data(used, 0)
        client_data = self._client_data("webauthn.get", options["challenge"])
        signed = used.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "id": encoded(used.id),
            "rawId": encoded(used.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encoded(client_data),
                "authenticatorData": encoded(data),
                "signature": encoded(signed),
                "userHandle": encoded(used.user_handle),
            },
        }

    def _client_data(self, kind: str, challenge: str) -> bytes:
        client_data = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        return json.dumps(client_data).encode()

    def _data(self, used: Credential, more: int) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verified else 0) | (ELIGIBLE | BACKED_UP if self.synced else 0)
        party = hashlib.sha256((self.rp_id or used.rp_id).encode()).digest()
        return party + bytes([flags]) + used.count.to_bytes(4)


def cbor(value: Any) -> bytes:
    """Encode the part of RFC 8949 that an authenticator uses: small numbers, bytes, text, maps."""
    match value:
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case _:
            return _head(5, len(value)) + b"".join(cbor(key) + cbor(held) for key, held in value.items())


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    if number < 256:
        return bytes([major << 5 | 24, number])
    return bytes([major << 5 | 25]) + number.to_bytes(2)


def encoded(held: bytes) -> str:
    return base64.urlsafe_b64encode(held).decode().rstrip("=")


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
