"""Why a database that answers takes no writes."""

from enum import StrEnum


class WriteObstacle(StrEnum):
    """The values are the reasons that /readyz gives."""

    READ_ONLY = "read_only"
    """A standby, writes that are switched off, or a file that may only be read."""
    DISK_FULL = "disk_full"
    """No room for the file of an embedded database to grow."""
