"""Sign-ins with keys and an erasure of the same person wait for each other in one order, and none in a circle."""

import pytest
from httpx import Response

from core.settings import Settings
from tests.world.race import race
from tests.world.world import World


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Allow a connection for each request, or the pool would serialize them."""
    return settings.model_copy(update={"database_connections": 30})


async def test_two_sign_ins_with_keys_and_an_erasure_end_without_a_deadlock(world: World) -> None:
    maya = await world.person("Maya")
    await maya.proves()

    async def sign_in(key: str) -> Response:
        body = {"sign_in_name": maya.sign_in_name, "passphrase": maya.passphrase}
        return await world.here.http.post("/v1/sessions", json=body, headers={"Idempotency-Key": key})

    # The first waits for the table of sessions, the erasure for the first; the second must not have come in between.
    first, erased, second = await race(
        world, "sessions IN SHARE", sign_in("one"), maya.send("DELETE", "/v1/me"), sign_in("two")
    )
    # The world looks for deadlocks when it closes. On SQLite its one writer decides who is first.
    assert {first.status_code, second.status_code} <= {201, 401}
    assert erased.status_code == 204
