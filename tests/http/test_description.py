"""The API's description: generators can use it, and no change of it breaks what was built on the released one."""

import copy
import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from api.app import api_only
from api.description import BODY_EXAMPLES, TAG_DESCRIPTIONS
from scripts.description import breaking_changes, current_description, released_description
from tests.authorization.requests import CEREMONIES
from tests.http.test_ops import SUMMARY_VERBS

Document = dict[str, Any]
ALSO = "decline end erase extend nudge raise reflect request share unmark"
"""Verbs of operations beside those that summaries begin with."""
ID_VERBS = {verb.lower() for verb in SUMMARY_VERBS} | set(ALSO.split())


@cache
def document() -> Document:
    return api_only().openapi()


@cache
def current() -> Document:
    return current_description()


def operations(described: Document) -> list[dict[str, Any]]:
    return [operation for methods in described["paths"].values() for operation in methods.values()]


def test_nothing_breaks_what_was_built_on_the_released_description() -> None:
    changes = breaking_changes(released_description(), current())
    assert changes == [], "apps are built on it; `make description` accepts it at a release that may break them"


def test_every_operation_is_named_by_a_verb_and_has_one_described_tag() -> None:
    for operation in operations(document()):
        name = operation["operationId"]
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name), name
        assert name.split("_")[0] in ID_VERBS, name
        assert len(operation["tags"]) == 1, name
        assert operation["tags"][0] in TAG_DESCRIPTIONS, name
    assert {operation["tags"][0] for operation in operations(document())} == set(TAG_DESCRIPTIONS)


def test_schema_names_are_names_of_classes() -> None:
    assert [name for name in document()["components"]["schemas"] if not re.fullmatch(r"[A-Z]\w*", name)] == []


def test_every_body_has_an_example_that_fits_it() -> None:
    components = document()["components"]
    for name, example in BODY_EXAMPLES.items():
        validator = jsonschema_rs.validator_for({"$ref": f"#/components/schemas/{name}", "components": components})
        assert [f"{name}: {error.message}" for error in validator.iter_errors(dict(example))] == []
    without = {
        operation["operationId"]
        for operation in operations(document())
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
        if kind == "application/json"
        for name in re.findall(r"#/components/schemas/(\w+)", str(content))
        if name not in BODY_EXAMPLES
    }
    assert without == CEREMONIES


def test_every_operation_names_the_problems_that_each_may_have() -> None:
    for operation in operations(document()):
        replies, name = operation["responses"], operation["operationId"]
        assert "/problems/invalid`" in replies["422"]["description"], name
        if operation.get("security") and "401" in replies:
            assert "/problems/not-signed-in`" in replies["401"]["description"], name
        if "requestBody" in operation and "'Idempotency-Key'" in str(operation.get("parameters")):
            assert "/problems/key-reused`" in replies["422"]["description"], name


def press(described: Document) -> Document:
    operation: Document = described["paths"]["/v1/reach-outs"]["post"]
    return operation


def fields(described: Document, schema: str) -> Document:
    properties: Document = described["components"]["schemas"][schema]["properties"]
    return properties


def without(part: Document, *names: str) -> None:
    for name in names:
        del part[name]


def rename_a_schema(described: Document) -> None:
    renamed = json.loads(json.dumps(described).replace('schemas/CountOut"', 'schemas/Number"'))
    described.update(renamed)
    described["components"]["schemas"]["Number"] = described["components"]["schemas"].pop("CountOut")


BREAKING: dict[str, tuple[Callable[[Document], object], str]] = {
    "an operation is gone": (lambda d: without(d["paths"]["/v1/blocks"], "post"), "POST /v1/blocks: gone"),
    "a path is renamed": (
        lambda d: d["paths"].update({"/v1/lights": d["paths"].pop("/v1/practices")}),
        "GET /v1/practices: gone",
    ),
    "an operation has another id": (lambda d: press(d).update(operationId="call"), "operationId was press, is call"),
    "an operation has another tag": (
        lambda d: press(d).update(tags=["calls"]),
        "tags was ['reach-outs'], is ['calls']",
    ),
    "a status is gone": (lambda d: without(press(d)["responses"], "409"), "no reply 409 any more"),
    "a field of a reply is renamed": (
        lambda d: fields(d, "ReachOutOut").update(text=fields(d, "ReachOutOut").pop("note")),
        "reply 201.note: gone",
    ),
    "a field of a reply may be missing": (
        lambda d: d["components"]["schemas"]["PersonOut"]["required"].remove("display_name"),
        "display_name: may be missing now",
    ),
    "a field of a reply may be null": (
        lambda d: fields(d, "PersonOut").update(id={"anyOf": [fields(d, "PersonOut")["id"], {"type": "null"}]}),
        "id: null is new",
    ),
    "a field of a reply has another type": (
        lambda d: fields(d, "CountOut").update({name: {"type": "string"} for name in fields(d, "CountOut")}),
        "string is new",
    ),
    "a field of a request is gone": (lambda d: without(fields(d, "Press"), "need"), "body.need: gone"),
    "a request has a new required field": (
        lambda d: d["components"]["schemas"]["Press"].update(
            required=["mood"], properties=fields(d, "Press") | {"mood": {}}
        ),
        "body.mood: is required now",
    ),
    "a value is not taken any more": (
        lambda d: d["components"]["schemas"]["Need"]["enum"].remove("urge"),
        "body.need: 'urge' is not taken any more",
    ),
    "a type is narrower": (
        lambda d: fields(d, "NewAnswer").update(text={"type": "string"}),
        "body.text: null is not taken any more",
    ),
    "a text may be less long": (
        lambda d: fields(d, "NewMessage")["text"].update(maxLength=5),
        "body.text: maxLength was",
    ),
    "a body is required": (lambda d: press(d)["requestBody"].update(required=True), "a body is required now"),
    "a parameter is gone": (
        lambda d: d["paths"]["/v1/inbox"]["get"]["parameters"].pop(0),
        "parameter",
    ),
    "a parameter is required": (
        lambda d: d["paths"]["/v1/inbox"]["get"]["parameters"][0].update(required=True),
        "is required now",
    ),
    "a session is needed": (
        lambda d: d["paths"]["/v1/config"]["get"].update(security=[{"HTTPBearer": []}]),
        "GET /v1/config: needs a session now",
    ),
    "a schema has another name": (rename_a_schema, "schema CountOut: gone"),
}


@pytest.mark.parametrize("change", BREAKING)
def test_each_kind_of_breaking_change_is_found(change: str) -> None:
    changed = copy.deepcopy(current())
    BREAKING[change][0](changed)
    found = breaking_changes(current(), changed)
    assert any(BREAKING[change][1] in line for line in found), found


HARMLESS: dict[str, Callable[[Document], object]] = {
    "a new operation": lambda d: d["paths"].update({"/v1/new": d["paths"]["/v1/blocks"]}),
    "a new field of a reply": lambda d: fields(d, "ReachOutOut").update(weather={"type": "string"}),
    "a new optional field of a request": lambda d: fields(d, "Press").update(mood={"type": "string"}),
    "a new value in a reply": lambda d: d["components"]["schemas"]["NoticeKind"]["enum"].append("postcard"),
    "a new status": lambda d: press(d)["responses"].update({"418": {"description": "A teapot."}}),
    "a longer text": lambda d: fields(d, "NewMessage")["text"].update(maxLength=10**6),
}


@pytest.mark.parametrize("change", HARMLESS)
def test_what_only_adds_breaks_nothing(change: str) -> None:
    changed = copy.deepcopy(current())
    HARMLESS[change](changed)
    assert breaking_changes(current(), changed) == []
