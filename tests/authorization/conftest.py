"""Fixtures: a world with gateways, because guests have nothing else."""

from collections.abc import AsyncIterator

import pytest

from core.settings import Settings
from core.wrapping_apps import AndroidApp
from tests.channels.conftest import gateways
from tests.channels.conftest import settings as settings_with_gateways
from tests.channels.gateways import ChannelWorld, Gateways

__all__ = ["gateways", "settings_with_gateways"]


@pytest.fixture
async def world(settings_with_gateways: Settings, gateways: Gateways) -> AsyncIterator[ChannelWorld]:
    # People sign up in many cells, all from one address. Apps are named so that the files for them exist.
    apps = {"android_apps": (AndroidApp("org.example.porch", "AB:" * 31 + "AB"),), "ios_apps": ("TEAM.org.example",)}
    settings = settings_with_gateways.model_copy(update={"sign_ups": 100_000} | apps)
    async with ChannelWorld(settings, gateways) as world:
        yield world
