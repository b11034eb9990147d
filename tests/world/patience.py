"""Time limits of tests: written for a fast machine, stretched for one that is three times slower."""

SLOWEST = 3.0
"""How many times slower the machine may be than the one the limits were written on. Latency figures come from benchmarks/, not from these."""


def patient(seconds: float) -> float:
    """Return the seconds to wait for something that takes at most `seconds` on a fast machine."""
    return seconds * SLOWEST
