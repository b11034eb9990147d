"""How long a delivery belongs to the process that wrote or claimed it."""

SEND_SECONDS = 8
"""Longest time of one send."""
LEASE_SECONDS = 10
"""Time that a claim on a delivery holds: a live process always has time to send and to record the result."""
