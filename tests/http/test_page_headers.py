"""Every page, whoever renders it, asks a phone for nothing and may be framed by nobody."""

import pytest

from tests.world.world import World

PAGES = (
    "/",
    "/docs",
    "/problems/not-found",
    "/operator",
    "/nowhere",
    "/g",
    "/g/join",
    "/g/me",
    "/g/unknown",
    "/problems/nonsense",
)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_gives_up_what_it_never_asks_for(world: World, path: str) -> None:
    reply = await world.here.http.get(path, headers={"accept": "text/html"})
    assert reply.headers["content-type"].startswith("text/html"), reply.text[:200]
    assert "camera=()" in reply.headers["permissions-policy"]
    assert "geolocation=()" in reply.headers["permissions-policy"]
    assert len(reply.headers.get_list("permissions-policy")) == 1
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert reply.headers["referrer-policy"] == "no-referrer"
