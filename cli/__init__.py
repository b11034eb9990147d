"""The commands: `porchlight serve | work | migrate | demo | audit | backup | openapi | keys`, and the composition of a process."""

import gc

# Without this, the collector would scan half a million objects repeatedly while modules are imported.
gc.set_threshold(20_000, 20, 20)
