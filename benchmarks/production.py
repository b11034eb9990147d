"""`porchlight` as it is installed for production: without rich, a package of developers' tools that structlog loads where it finds it."""

import sys

sys.modules["rich"] = None  # type: ignore[assignment] # which makes its import fail

from cli.main import main  # noqa: E402 (after the line above)

if __name__ == "__main__":
    raise SystemExit(main())
