"""Lists what the server and the phone app are made of: `make sbom` writes two CycloneDX files into build/sbom/.

The server's list is read from requirements.txt, which is what the image installs; the app's from its lock file, the packages
that only build it marked as development.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

from hatch_build import find_npm

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "build" / "sbom"


def main(python: str) -> int:
    """Write both lists, with cyclonedx-bom of the given Python and with npm's own command."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    server, phone = FOLDER / "server.cdx.json", FOLDER / "phone.cdx.json"
    cyclonedx = [python, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "--pyproject", "pyproject.toml"]
    subprocess.run([*cyclonedx, "--short-PURLs", "--output-reproducible", "-o", str(server)], cwd=ROOT, check=True)
    npm = [*find_npm(), "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"]
    phone.write_bytes(subprocess.run(npm, cwd=ROOT / "phone", capture_output=True, check=True).stdout)
    print(f"{server.relative_to(ROOT)} and {phone.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
