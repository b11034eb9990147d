"""What is served until the database is reachable and migrated."""

import httpx

from api.startup_app import StartupApp


async def test_replies_have_the_headers_of_every_other() -> None:
    gate = StartupApp(secure=True)
    gate.waiting("database")
    transport = httpx.ASGITransport(gate)
    async with httpx.AsyncClient(transport=transport, base_url="https://porch.example") as http:
        replies = [await http.get(path) for path in ("/healthz", "/readyz", "/v1/me", "/")]
    assert [reply.status_code for reply in replies] == [200, 503, 503, 503]
    assert replies[1].json()["because"] == "database"
    assert replies[2].json()["request_id"] == replies[2].headers["x-request-id"]
    assert len({reply.headers["x-request-id"] for reply in replies}) == len(replies)
    for reply in replies:
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["strict-transport-security"]
