"""The server's VAPID key pair: created once, in a private file, the same for all processes that start at once."""

import base64
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from notifications.transports.vapid import VapidKeys, load_or_create_keys


def test_the_first_start_creates_a_private_key_file_and_later_ones_read_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "webpush.pem"
    keys = load_or_create_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_create_keys(path).public_key == keys.public_key
    assert [entry.name for entry in path.parent.iterdir()] == ["webpush.pem"]


def test_the_public_key_is_the_uncompressed_point(tmp_path: Path) -> None:
    key = load_or_create_keys(tmp_path / "webpush.pem").public_key
    point = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    assert "=" not in key
    assert len(point) == 65
    assert point[0] == 4
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def test_concurrent_threads_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for attempt in range(20):
            path = tmp_path / f"{attempt}.pem"
            assert len({keys.public_key for keys in pool.map(load_or_create_keys, [path] * 8)}) == 1


def test_concurrent_processes_agree_on_one_key(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from notifications.transports.vapid import load_or_create_keys;"
        " sys.stdin.read(1); print(load_or_create_keys(Path(sys.argv[1])).public_key)"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "webpush.pem")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    public_keys = {process.communicate(timeout=30)[0].strip() for process in running}
    assert len(public_keys) == 1
    assert public_keys != {""}
    assert [entry.name for entry in tmp_path.iterdir()] == ["webpush.pem"]


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_corrupt_key_file_is_refused_and_never_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "webpush.pem"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"webpush\.pem"):
        load_or_create_keys(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 1024)], ids=["P-384", "RSA"]
)
def test_a_key_of_another_type_is_refused(tmp_path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> None:
    path = tmp_path / "webpush.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    with pytest.raises(ValueError, match="P-256"):
        load_or_create_keys(path)


def test_repr_hides_the_private_key() -> None:
    keys = VapidKeys.from_private(ec.generate_private_key(ec.SECP256R1()))
    assert repr(keys) == f"VapidKeys(public_key={keys.public_key!r})"


def test_a_signature_names_subject_audience_and_expiry() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    header = VapidKeys.from_private(private).authorization(
        "https://push.example", "mailto:hello@porch.example", 4_000_000_000
    )
    scheme, _, rest = header.partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(","))
    assert scheme == "vapid"
    assert parts["k"] == VapidKeys.from_private(private).public_key
    claims = jwt.decode(parts["t"], private.public_key(), algorithms=["ES256"], audience="https://push.example")
    assert claims == {"aud": "https://push.example", "sub": "mailto:hello@porch.example", "exp": 4_000_000_000}
