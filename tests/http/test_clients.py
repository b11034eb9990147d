"""Generated clients: what `make clients` changes of the description, and that the guide's code uses names that exist."""

import re
from pathlib import Path

from api.app import api_only
from scripts.clients import GUIDE, for_generators, kotlin_code, merged_name

DOCUMENT = api_only().openapi()
SCHEMAS = for_generators(DOCUMENT)["components"]["schemas"]
OPERATIONS = {
    (operation["tags"][0], operation["operationId"])
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
}


def camel(words: str, *, capital: bool = False) -> str:
    first, *rest = re.split(r"[_-]", words)
    return "".join([first.capitalize() if capital else first, *(word.capitalize() for word in rest)])


def test_bodies_of_several_kinds_are_merged() -> None:
    assert merged_name(["FcmDevice", "WebPushDevice"]) == "NewDevice"
    assert SCHEMAS["NewDevice"]["required"] == ["kind"]
    assert set(SCHEMAS["NewDevice"]["properties"]) == {"kind", "token", "endpoint", "keys", "label"}
    assert SCHEMAS["NewChannel"]["properties"]["kind"]["enum"] == ["sms", "email", "ntfy", "call"]
    bodies = [
        operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        for methods in for_generators(DOCUMENT)["paths"].values()
        for operation in methods.values()
    ]
    assert [body for body in bodies if "oneOf" in body] == []


def test_problems_are_classes_with_fields() -> None:
    assert "additionalProperties" in DOCUMENT["components"]["schemas"]["Problem"]
    assert "additionalProperties" not in SCHEMAS["Problem"]


def test_the_guide_uses_names_that_the_description_has() -> None:
    code = kotlin_code(Path(GUIDE).read_text(encoding="utf-8"))
    methods = {f"{camel(tag, capital=True)}Api.{camel(name)}" for tag, name in OPERATIONS}
    # `inbox` is the one client that the guide gives a name.
    called = re.findall(r"(\w+Api)\(server\)\.(\w+)\(", code) + [
        ("InboxApi", name) for name in re.findall(r"\binbox\.(\w+)\(", code)
    ]
    assert len(called) > 5
    assert {f"{api}.{name}" for api, name in called} <= methods
    for schema, arguments in re.findall(r"\b([A-Z]\w+)\(((?:\w+ = [^()]*?)+)\)", code):
        if schema in SCHEMAS:
            fields = {camel(name) for name in SCHEMAS[schema]["properties"]}
            assert set(re.findall(r"(\w+) = ", arguments)) <= fields, schema
    for enum, value in re.findall(r"\b([A-Z]\w+(?:Kind|Event))\.(\w+)", code):
        assert value in SCHEMAS[enum]["enum"], enum
