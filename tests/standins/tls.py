"""One certificate authority for all stand-ins of a test process: its file, a server's context, a client's context."""

import atexit
import functools
import shutil
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority, created once per process; clients trust it through `ca_file`."""

    ca: trustme.CA
    ca_file: Path

    def server_context(self, protocols: tuple[str, ...], *hosts: str) -> ssl.SSLContext:
        """Return the context of a server at `hosts` (by default this machine) that offers these protocols (ALPN)."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*(hosts or ("127.0.0.1", "localhost", "::1"))).configure_cert(context)
        context.set_alpn_protocols(list(protocols))
        return context

    def client_context(self) -> ssl.SSLContext:
        """Return the context of a client that trusts only the stand-ins."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def env(self) -> dict[str, str]:
        """Return the environment in which another process trusts the stand-ins: one for httpx, one for requests."""
        return {"SSL_CERT_FILE": str(self.ca_file), "REQUESTS_CA_BUNDLE": str(self.ca_file)}


@functools.cache
def authority() -> Authority:
    folder = Path(tempfile.mkdtemp(prefix="porchlight-ca-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    ca = trustme.CA()
    ca_file = folder / "ca.pem"
    ca.cert_pem.write_to_path(str(ca_file))
    return Authority(ca, ca_file)
