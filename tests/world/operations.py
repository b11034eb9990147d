"""Every operation of the API as its OpenAPI document lists them, so that a test of all of them cannot forget one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from api.app import api_only


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. `fields`: those of its body; `optional_body`: a request without any is complete."""

    id: str
    tag: str
    method: str
    path: str
    path_names: tuple[str, ...]
    query_names: tuple[str, ...]
    fields: tuple[str, ...]
    optional_body: bool

    def at(self, known: Mapping[str, str]) -> str:
        return self.path.format_map(known)


EVENT_STREAM = "listen_to_events"


@cache
def documented_operations() -> Sequence[Operation]:
    """Return the operations of the OpenAPI document."""
    document = api_only().openapi()
    return [
        _operation(document, method.upper(), path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]


def all_operations() -> Sequence[Operation]:
    """Return those operations but the event stream, which has no end."""
    return [operation for operation in documented_operations() if operation.id != EVENT_STREAM]


def _operation(document: dict[str, Any], method: str, path: str, described: dict[str, Any]) -> Operation:
    names: dict[str, list[str]] = {"path": [], "query": [], "header": [], "cookie": []}
    for parameter in described.get("parameters", []):
        names[parameter["in"]].append(parameter["name"])
    body = described.get("requestBody", {})
    schema = body.get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        id=described["operationId"],
        tag=described["tags"][0],
        method=method,
        path=path,
        path_names=tuple(names["path"]),
        query_names=tuple(names["query"]),
        fields=tuple(dict.fromkeys(_fields(document, schema))),
        optional_body=not body.get("required", False),
    )


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """Yield the names of an object's fields, also where it may be null or one of several."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    yield from schema.get("properties", {})
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _fields(document, one)
