"""Pins every base image by its digest: `make pin`. Needs Docker with buildx, and its registry.

Rewrites `image: postgres:16` as `image: postgres:16@sha256:…` in deploy/compose.yaml, and `FROM` lines in the Dockerfile. Run
again, it takes the digests that the tags have now.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
FILES: Final = ("Dockerfile", "deploy/compose.yaml")
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
# An image of somebody else's has a tag; our own, `porchlight`, is built here and has none.
IMAGE: Final = re.compile(
    r"^(?P<before>FROM |\s+image: )(?P<name>[\w./-]+:[\w.-]+)(@sha256:[0-9a-f]{64})?", re.MULTILINE
)


def digest_of(name: str) -> str:
    """Return the digest that the registry has for a tag now. Exit if it does not say."""
    command = ["docker", "buildx", "imagetools", "inspect", name, "--format", "{{.Manifest.Digest}}"]
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise SystemExit(f"The digest of {name} could not be read: {error}") from error
    if not DIGEST.fullmatch(output):
        raise SystemExit(f"The digest of {name} could not be read: Docker said {output[:80]!r}.")
    return output


def pin(text: str, digests: dict[str, str]) -> str:
    """Return a file's text with each image at its digest."""
    return IMAGE.sub(lambda match: f"{match['before']}{match['name']}@{digests[match['name']]}", text)


def main() -> int:
    texts = {path: (ROOT / path).read_text() for path in FILES}
    names = {match["name"] for text in texts.values() for match in IMAGE.finditer(text)}
    # All are asked before anything is written, so that a registry that fails leaves the files as they were.
    digests = {name: digest_of(name) for name in sorted(names)}
    for path, text in texts.items():
        (ROOT / path).write_text(pin(text, digests))
    for name, digest in digests.items():
        print(f"{name} {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
