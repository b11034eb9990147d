"""The commands: `porchlight serve | work | migrate | demo | audit | backup | openapi | keys`, and what a process consists of."""

import gc

# The collector would go through half a million new objects again and again while modules are read that stay for good.
gc.set_threshold(20_000, 20, 20)
