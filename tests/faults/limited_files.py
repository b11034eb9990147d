"""`python -m tests.faults.limited_files serve …`: Porchlight with a low limit of open files and connections.

FILE_LIMIT is the hard limit; the soft one is half of it, as most systems set it far lower.
"""

import os
import resource

from cli.main import main

if __name__ == "__main__":
    hard = int(os.environ["FILE_LIMIT"])
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard // 2, hard))
    raise SystemExit(main())
