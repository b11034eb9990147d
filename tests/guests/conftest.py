"""Fixtures: a world whose messages go to stand-ins for gateways, as guests have nothing else."""

from tests.channels.conftest import gateways, settings, world

__all__ = ["gateways", "settings", "world"]
