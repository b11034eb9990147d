"""How long tests wait for what must happen: limits are written for a fast machine and kept by one three times slower."""

SLOWEST = 3.0
"""How many times slower than the one the limits were written on a machine may be. No figure is proven by waiting: see benchmarks/."""


def patient(seconds: float) -> float:
    """Seconds to wait for something that takes at most `seconds` on a fast machine."""
    return seconds * SLOWEST
