"""What every reply and every request body has in common: a type with its charset, methods, and no field that nobody asked for."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.world.world import World

PAGE = {"accept": "text/html"}
TAKES_MORE = {
    "Press": "is refused for nothing that it can do without (decision 0013); what it does not know it leaves out",
    "Registration": "is what a browser makes of a passkey, and a newer one adds to it",
    "Attestation": "the same",
    "SignedChallenge": "the same",
    "Signature": "the same",
}
"""Bodies with unknown fields, none of which is read."""


@pytest.mark.parametrize(
    ("path", "headers", "content_type"),
    [
        ("/", PAGE, "text/html; charset=utf-8"),
        ("/g/join", PAGE, "text/html; charset=utf-8"),
        ("/problems/not-found", PAGE, "text/html; charset=utf-8"),
        ("/v1/config", {}, "application/json"),
        ("/v1/me", {}, "application/problem+json"),
        ("/nowhere", {}, "application/problem+json"),
        ("/metrics", {}, "text/plain; version=1.0.0; charset=utf-8"),
        ("/manifest.webmanifest", {}, "application/manifest+json"),
        ("/sw.js", {}, "text/javascript; charset=utf-8"),
    ],
)
async def test_every_reply_names_its_type_and_text_its_charset(
    world: World, path: str, headers: dict[str, str], content_type: str
) -> None:
    reply = await world.here.http.get(path, headers=headers)
    assert reply.headers["content-type"] == content_type


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/v1/me", "/v1/reach-outs", "/metrics"])
async def test_a_method_that_nothing_needs_is_refused_and_nothing_is_reflected(
    world: World, method: str, path: str
) -> None:
    reply = await world.here.http.request(method, path, headers={"x-secret": "echo-me"})
    assert reply.status_code in {404, 405}
    assert "echo-me" not in reply.text


def objects(schema: Any, schemas: dict[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, Any]]:
    """Yield every object of named fields that a body of this schema may hold, with its name."""
    if isinstance(schema, list):
        for part in schema:
            yield from objects(part, schemas, seen)
    elif isinstance(schema, dict):
        name = str(schema.get("$ref", "")).removeprefix("#/components/schemas/")
        if name and name not in seen:
            yield name, schemas[name]
            yield from objects(list(schemas[name].values()), schemas, seen | {name})
        for key, part in schema.items():
            yield from objects(part, schemas, seen) if key != "$ref" else ()


async def test_no_body_takes_a_field_that_it_does_not_name(world: World) -> None:
    document = (await world.here.http.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    bodies = [
        operation["requestBody"]["content"]["application/json"]["schema"]
        for path in document["paths"].values()
        for operation in path.values()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]
    named = {name: schema for name, schema in objects(bodies, schemas) if "properties" in schema}
    assert len(named) > 40
    assert {name for name, schema in named.items() if schema.get("additionalProperties") is not False} == set(
        TAKES_MORE
    )


async def test_a_profile_takes_none_of_its_own_columns_that_are_not_meant_to_be_changed(world: World) -> None:
    maya = await world.person("Maya")
    before = await maya.get("/v1/me")
    for field in ("id", "created_at", "sign_in_name", "guest_at", "disabled_at", "consent", "data_key"):
        refused = await maya.patch("/v1/me", {field: "1"}, expect=422)
        assert refused["type"] == "/problems/invalid", field
    assert await maya.get("/v1/me") == before
