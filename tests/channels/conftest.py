"""Fixtures: a world whose channel messages go through the real transports to stand-ins for the gateways."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.settings import Settings
from tests.channels.gateways import ChannelWorld, Gateways
from tests.standins.gateways import HttpGateway, SmtpStandIn
from tests.world.beginnings import Beginnings


@pytest.fixture
def gateways() -> Iterator[Gateways]:
    with HttpGateway() as sms, SmtpStandIn() as email, HttpGateway() as ntfy, HttpGateway() as call:
        yield Gateways(sms, email, ntfy, call)


@pytest.fixture
def settings(database_url: str, tmp_path: Path, gateways: Gateways) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        database_url=SecretStr(database_url),
        database_connections=10,
        sms_url=SecretStr(f"json://127.0.0.1:{gateways.sms.port}/send?:to={{to}}"),
        email_url=SecretStr(f"mailto://127.0.0.1:{gateways.email.port}?from=porch@example.org"),
        ntfy_url=SecretStr(f"ntfy://127.0.0.1:{gateways.ntfy.port}"),
        call_url=SecretStr(f"json://127.0.0.1:{gateways.call.port}/call?:to={{to}}&:language={{language}}"),
    )


@pytest.fixture
async def world(settings: Settings, gateways: Gateways, beginnings: Beginnings) -> AsyncIterator[ChannelWorld]:
    async with ChannelWorld(settings, gateways, beginnings) as world:
        yield world
