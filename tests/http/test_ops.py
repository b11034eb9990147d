"""For operators and developers: health, readiness, metrics, documentation, the OpenAPI document, helplines."""

import re
from pathlib import Path

import httpx
from pydantic import SecretStr
from sqlalchemy import text

from api.app import create_app
from cli.main import main
from core.schema import MIN_REVISION
from rules.accounts.consent import CONSENT_VERSION
from tests.world.world import World

OPERATIONS = Path(__file__).parent / "operations.txt"


async def test_health_and_readiness(world: World) -> None:
    assert (await world.here.http.get("/healthz")).json() == {"status": "ok"}
    assert (await world.here.http.get("/readyz")).json() == {"status": "ready"}


# Verbs that an operation's summary may begin with, so that the list in /docs reads as a list of actions.
SUMMARY_VERBS = [
    "Accept",
    "Add",
    "Answer",
    "Ask",
    "Begin",
    "Block",
    "Cancel",
    "Change",
    "Check",
    "Choose",
    "Clear",
    "Close",
    "Confirm",
    "Count",
    "Delete",
    "Export",
    "Import",
    "Find",
    "Give",
    "Invite",
    "Leave",
    "List",
    "Listen",
    "Look",
    "Make",
    "Mark",
    "Move",
    "Mute",
    "Open",
    "Plan",
    "Press",
    "Preview",
    "Reach",
    "Read",
    "Recover",
    "Refresh",
    "Register",
    "Remove",
    "Renew",
    "Report",
    "Save",
    "Say",
    "See",
    "Send",
    "Set",
    "Sign",
    "Start",
    "Stop",
    "Take",
    "Turn",
    "Unblock",
    "Undo",
    "Unmute",
    "Update",
    "Withdraw",
    "Write",
]


async def test_every_operation_has_an_imperative_summary_of_its_own(world: World) -> None:
    paths = (await world.here.http.get("/openapi.json")).json()["paths"]
    summaries = [operation["summary"] for path in paths.values() for operation in path.values()]
    assert [
        summary
        for summary in summaries
        if summary.split()[0] not in SUMMARY_VERBS or (len(summary.split()) > 2 and summary.istitle())
    ] == []
    assert sorted(summaries) == sorted(set(summaries)), "summaries are unique"


GET_PATHS = (
    *("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/assets/start.js", "/problems", "/"),
    *("/problems/not-found", "/v1/config", "/v1/helplines?region=US", "/v1/me", "/v1/inbox", "/v1/circle"),
)


async def test_head_works_wherever_get_does(world: World) -> None:
    maya = await world.person("Maya")
    for path in GET_PATHS:
        get, head = await maya.send("GET", path), await maya.send("HEAD", path)
        assert (head.status_code, head.content) == (200, b""), path
        assert get.status_code == 200, path
        assert head.headers["content-type"] == get.headers["content-type"], path
        if path != "/metrics":
            assert head.headers["content-length"] == get.headers["content-length"], path
    stream = await maya.send("HEAD", "/v1/events")
    assert (stream.status_code, stream.headers["content-type"][:17]) == (200, "text/event-stream")
    assert (await world.here.http.head("/v1/me")).status_code == 401
    assert (await world.here.http.head("/problems/nonsense")).status_code == 404
    posted = await world.here.http.head("/v1/people")
    assert (posted.status_code, posted.headers["allow"]) == (405, "POST")
    assert "HEAD" in (await world.here.http.put("/healthz")).headers["allow"]


async def test_readiness_needs_a_recent_enough_schema(world: World) -> None:
    async def at(version: str) -> httpx.Response:
        async with world.database.writer.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
        return await world.here.http.get("/readyz")

    old = await at("0000")
    assert (old.status_code, old.json()) == (503, {"status": "not ready", "because": "schema"})
    assert (await at("9999")).status_code == 200
    assert (await at(MIN_REVISION)).status_code == 200


async def test_metrics_need_loopback_or_the_token(world: World) -> None:
    maya, _ = await world.circle("sponsor")
    await maya.press(note="Secret words")
    await world.work()
    reply = await world.here.http.get("/metrics")
    assert reply.status_code == 200
    for name in (
        'porchlight_presses_total{result="new"}',
        "porchlight_deliveries_total",
        "porchlight_press_to_handed_seconds",
        "porchlight_oldest_due_delivery_seconds",
        "porchlight_addresses_retired_total",
        "porchlight_worker_last_turn_timestamp_seconds",
        "porchlight_deliveries_parked_total",
    ):
        assert name in reply.text, name
    for content in ("Secret", "Maya", maya.id, maya.sign_in_name):
        assert content not in reply.text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", reply.text), "no ids: each would create a time series"
    elsewhere = httpx.AsyncClient(
        transport=httpx.ASGITransport(world.here.app, client=("203.0.113.9", 1)), base_url="http://localhost:8000"
    )
    assert (await elsewhere.get("/metrics")).status_code == 404
    forwarded = await world.here.http.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert forwarded.status_code == 404
    guarded = world.settings.model_copy(update={"metrics_token": SecretStr("let me see")})
    process = await world.another_process(settings=guarded)
    far = httpx.AsyncClient(
        transport=httpx.ASGITransport(process.app, client=("203.0.113.9", 1)), base_url="http://localhost:8000"
    )
    for given, status in ("let me see", 200), ("let me", 404), ("", 404), ("lét mé", 404):
        header = f"Bearer {given}".encode()
        assert (await far.get("/metrics", headers={b"Authorization": header})).status_code == status


async def test_client_configuration(world: World) -> None:
    assert (await world.here.http.get("/v1/config")).json() == {
        "consent_version": CONSENT_VERSION,
        "registration": "open",
        "passkeys": True,
        "channels": [],
        "languages": ["en", "es", "de"],
        "webpush_public_key": "BPublicKey",
        "fcm": True,
        "calm": True,
        "source_url": None,
    }


async def test_where_the_source_code_is_when_the_operator_has_said_it(world: World) -> None:
    settings = world.settings.model_copy(update={"source_url": "https://code.example/porchlight"})
    process = await world.another_process(settings=settings)
    assert (await process.http.get("/v1/config")).json()["source_url"] == "https://code.example/porchlight"


async def test_helplines_are_public_and_never_empty(world: World) -> None:
    for requested, region in (("GB", "GB"), ("gb", "GB"), ("US", "US"), ("DE", "DE"), ("ZZ", "INT"), ("", "INT")):
        page = (await world.here.http.get(f"/v1/helplines?region={requested}")).json()
        assert page["region"] == region
        assert page["lines"]
    assert (await world.here.http.get("/v1/helplines")).json()["region"] == "INT"


async def test_the_documentation_serves_its_own_assets(world: World) -> None:
    page = await world.here.http.get("/docs")
    assert page.status_code == 200
    assert not re.findall(r'(?:src|href)="https?:', page.text)
    for asset in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert (await world.here.http.get(asset)).status_code == 200, asset
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert (await world.here.http.get("/docs/assets/other.js")).status_code == 404
    assert (await world.here.http.get("/docs/assets/..%2Fsecret")).status_code == 404


async def test_the_openapi_document_is_complete_and_stable(world: World) -> None:
    document = (await world.here.http.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    listed = sorted(
        f"{method.upper()} {path} {operation['operationId']}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )
    assert listed == OPERATIONS.read_text().splitlines(), "phone apps are generated from it: only add lines"
    known = set(document["components"]["schemas"])
    referred = set(re.findall(r"#/components/schemas/([A-Za-z0-9_.-]+)", str(document)))
    assert referred <= known
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert set(re.findall(r"{(\w+)}", path)) <= {
                parameter["name"] for parameter in operation.get("parameters", [])
            }
            replies = operation["responses"]
            assert any(status.startswith("2") for status in replies), f"{method} {path}"
            for status, reply in replies.items():
                if status.startswith("4"):
                    assert "application/problem+json" in reply["content"], f"{method} {path} {status}"
    assert document["components"]["schemas"]["ReachOutOut"]["properties"]["from"]


def test_the_openapi_command_prints_the_document(capsys) -> None:
    assert main(["openapi"]) == 0
    assert '"operationId"' in capsys.readouterr().out


async def test_an_app_created_as_cli_does_it_works(world: World) -> None:
    """The test world reuses routes between tests; this creates the app as `cli` does."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(world.here.context)), base_url="http://localhost:8000"
    ) as http:
        assert (await http.get("/readyz")).status_code == 200
        assert (await http.get("/v1/me")).status_code == 401
