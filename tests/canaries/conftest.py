"""Fixtures: a world in which every transport is the real one and speaks to a stand-in, and every request is noted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.settings import Settings
from tests.canaries.fields import Recorder
from tests.canaries.story import CanaryWorld
from tests.channels.conftest import gateways
from tests.channels.conftest import settings as settings_with_gateways
from tests.channels.gateways import Gateways
from tests.standins.fcm import FcmStandIn
from tests.standins.webpush import WebPushStandIn
from tests.transports.conftest import fcm, push_service, trusts_stand_ins

__all__ = ["fcm", "gateways", "push_service", "settings_with_gateways", "trusts_stand_ins"]


@pytest.fixture
def settings(settings_with_gateways: Settings, fcm: FcmStandIn, push_service: WebPushStandIn) -> Settings:
    firebase = {"fcm_credentials": Path(fcm.credentials_file), "fcm_url": fcm.url}
    return settings_with_gateways.model_copy(update=firebase | {"webpush_hosts": (push_service.host,)})


@pytest.fixture
async def world(
    settings: Settings, gateways: Gateways, fcm: FcmStandIn, push_service: WebPushStandIn
) -> AsyncIterator[CanaryWorld]:
    async with CanaryWorld(settings, gateways, fcm, push_service, Recorder()) as world:
        yield world
