"""A stand-in for push services that is fast enough not to be what is measured: granian, several processes, over TLS."""

import asyncio
import json
import os
import ssl
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from benchmarks.servers import ROOT, START_TIMEOUT_SECONDS, free_port, stop
from benchmarks.stand_in_app import ARRIVAL, ARRIVALS_VARIABLE

STAND_IN_PROCESSES = 2
PROJECT = "porchlight-stand-in"


@dataclass(frozen=True, slots=True)
class FastStandIn:
    """Takes every message at once. It checks nothing: `tests.standins` does."""

    url: str
    folder: Path

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def credentials_file(self) -> Path:
        return self.folder / "service-account.json"

    def env(self) -> dict[str, str]:
        """Return the environment of a server that is to use this stand-in."""
        return {
            "SSL_CERT_FILE": str(self.ca_file),
            "REQUESTS_CA_BUNDLE": str(self.ca_file),
            "PORCHLIGHT_FCM_URL": self.url,
            "PORCHLIGHT_FCM_CREDENTIALS": str(self.credentials_file),
        }

    def arrivals(self) -> list[float]:
        """Return the monotonic seconds at which each push has arrived so far, in order."""
        return [nanoseconds / 1e9 for (nanoseconds,) in ARRIVAL.iter_unpack((self.folder / "arrivals").read_bytes())]


@asynccontextmanager
async def start_stand_in(folder: Path) -> AsyncIterator[FastStandIn]:
    """Run the stand-in while the block runs, with its certificates and arrivals in a new folder below `folder`."""
    port = free_port()
    stand_in = FastStandIn(f"https://127.0.0.1:{port}", folder / f"stand-in-{port}")
    await asyncio.to_thread(_write_files, stand_in)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "granian", "--interface", "rsgi", "--workers", str(STAND_IN_PROCESSES), "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--backlog", "1024"),
        *("--ssl-certificate", str(stand_in.folder / "cert.pem"), "--ssl-keyfile", str(stand_in.folder / "key.pem")),
        "benchmarks.stand_in_app:app",
        env={**os.environ, ARRIVALS_VARIABLE: str(stand_in.folder / "arrivals")},
        cwd=ROOT,
        stdout=DEVNULL,
        stderr=DEVNULL,
    )
    try:
        context = ssl.create_default_context(cafile=str(stand_in.ca_file))
        async with asyncio.timeout(START_TIMEOUT_SECONDS):
            while not await _accepts(port, context):
                if process.returncode is not None:
                    raise RuntimeError("the stand-in did not start")
                await asyncio.sleep(0.05)
        yield stand_in
    finally:
        await stop(process)


async def _accepts(port: int, context: ssl.SSLContext) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    except OSError:
        return False
    writer.close()
    return True


def _write_files(stand_in: FastStandIn) -> None:
    stand_in.folder.mkdir()
    (stand_in.folder / "arrivals").touch()
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(stand_in.ca_file))
    for part in server.cert_chain_pems:
        part.write_to_path(str(stand_in.folder / "cert.pem"), append=True)
    # granian reads keys in PKCS 8 only.
    key = serialization.load_pem_private_key(server.private_key_pem.bytes(), None)
    (stand_in.folder / "key.pem").write_bytes(_pem(key))
    account = {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": "stand-in",
        "private_key": _pem(rsa.generate_private_key(65537, 2048)).decode(),
        "client_email": f"sender@{PROJECT}.iam.example",
        "client_id": "1",
        "token_uri": f"{stand_in.url}/token",
    }
    stand_in.credentials_file.write_text(json.dumps(account), encoding="utf-8")


def _pem(key: PrivateKeyTypes) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
