"""`python -m tests.faults.narrow serve …`: Porchlight where a process may have few files and connections open.

NARROW is the hard limit; the soft one is half of it, as most systems set it far lower.
"""

import os
import resource

from cli.main import main

if __name__ == "__main__":
    hard = int(os.environ["NARROW"])
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard // 2, hard))
    raise SystemExit(main())
