"""How long a delivery belongs to the process that wrote or claimed it."""

SEND_SECONDS = 8
"""The longest that one send may take."""
LEASE_SECONDS = 10
"""How long a claim on a delivery holds: long enough for a live process to send it and record the result."""
