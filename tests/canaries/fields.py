"""Every text field of the OpenAPI document, and a recorder that notes which of them were sent with a canary in them."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx

from api.app import api_only
from tests.world.days import BIRD

NUMBER = "415555014"
"""Stands in every phone number that is typed; one digit follows."""
ZONE = "Pacific/Chatham"

NOT_WRITTEN = {
    "AccountOfGuest.code": "six digits made by the server, used once; any six digits are found by chance",
    "Code.code": "the same",
    "LinkOpened.code": "the same",
    "Attestation.attestationObject": "made by the phone: a public key",
    "Attestation.clientDataJSON": "made by the phone: a challenge",
    "Registration.id": "made by the phone: the name of a passkey, which signs nobody in",
    "Registration.rawId": "the same",
    "Signature.authenticatorData": "made by the phone",
    "Signature.clientDataJSON": "made by the phone",
    "Signature.signature": "made by the phone",
    "Signature.userHandle": "made by the server: a person's id",
    "SignedChallenge.id": "made by the phone: the name of a passkey",
    "SignedChallenge.rawId": "the same",
    "Consent.version": "a date from a list",
    "GuestYes.consent": "the same",
    "PasskeySignUp.consent": "the same",
    "SignUp.consent": "the same",
    "GuestYes.language": "chosen from a list; two letters are found by chance",
    "PasskeySignUp.language": "the same",
    "SignUp.language": "the same",
    "ProfileChange.language": "the same",
    "PasskeySignUp.region": "the same",
    "SignUp.region": "the same",
    "ProfileChange.region": "the same",
    "CheckInTime.at": "a time of day",
    "WeekTime.at": "a time of day",
    "Window.from": "a time of day",
    "Window.to": "a time of day",
    "CommitmentChanges.at": "a time of day",
    "NewCommitmentIn.at": "a time of day",
}
"""Fields that nobody writes anything into, and why they bear no canary."""


def text_fields() -> set[str]:
    """Return every text field of every body: strings without a format that fixes them, such as an id or a date."""
    return {name for _, _, schema in _operations() for name in _texts(schema)}


@dataclass(slots=True)
class Recorder:
    """Notes, for each request that a test sends, the text fields in which one of the `needles` stands."""

    needles: set[str] = field(default_factory=lambda: {BIRD, NUMBER, ZONE})
    sent: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What was typed into each field."""
    typed_by: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The sessions in which each text was typed; an empty one for none."""
    refusals: list[str] = field(default_factory=list)
    """Every problem document that came back."""

    async def request(self, request: httpx.Request) -> None:
        if request.headers.get("content-type") == "application/json":
            body = json.loads(request.content)
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            for method, path, schema in _operations():
                if method == request.method and path.fullmatch(request.url.path):
                    for name, text in _given(schema, body):
                        if any(needle in text for needle in self.needles):
                            self.sent[name].add(text)
                            self.typed_by[text].add(token)

    async def response(self, response: httpx.Response) -> None:
        if response.is_error:
            await response.aread()
            self.refusals.append(f"{response.headers} {response.text}")

    def secret(self, *texts: str) -> None:
        """Take these for canaries as well: secrets that the server made, and addresses that a phone was given."""
        self.needles |= set(texts)


def _operations() -> Iterator[tuple[str, re.Pattern[str], dict[str, Any]]]:
    for path, methods in _document()["paths"].items():
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for method, described in methods.items():
            content = described.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                yield method.upper(), pattern, content["application/json"]["schema"]


@cache
def _document() -> dict[str, Any]:
    return api_only().openapi()


def _named(schema: dict[str, Any], name: str) -> tuple[str, dict[str, Any]]:
    if "$ref" not in schema:
        return name, schema
    whole = schema["$ref"].rsplit("/", 1)[1]
    return ".".join(whole.split("__")[-2:]), _document()["components"]["schemas"][whole]


def _branches(schema: dict[str, Any]) -> Sequence[dict[str, Any]]:
    return [*schema.get("anyOf", ()), *schema.get("oneOf", ())]


def _is_text(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "string" and not schema.keys() & {"format", "enum", "const"}


def _texts(schema: dict[str, Any], name: str = "") -> Iterator[str]:
    """Yield the names of the text fields, as `Schema.field`."""
    name, schema = _named(schema, name)
    if _is_text(schema):
        yield name
    for branch in _branches(schema):
        yield from _texts(branch, name)
    if "items" in schema:
        yield from _texts(schema["items"], name)
    for part, described in schema.get("properties", {}).items():
        yield from _texts(described, f"{name}.{part}")


def _given(schema: dict[str, Any], value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the text fields that a value gives, and what it gives."""
    name, schema = _named(schema, name)
    if _is_text(schema) and isinstance(value, str):
        yield name, value
    for branch in _branches(schema):
        yield from _given(branch, value, name)
    if "items" in schema and isinstance(value, list):
        for one in value:
            yield from _given(schema["items"], one, name)
    properties = schema.get("properties", {})
    if properties and isinstance(value, dict) and _fits(properties, value):
        for part, one in value.items():
            yield from _given(properties[part], one, f"{name}.{part}")


def _fits(properties: dict[str, Any], value: dict[str, Any]) -> bool:
    """Return whether an object is of this shape and not of another branch's."""
    fixed = {part: described["const"] for part, described in properties.items() if "const" in described}
    return set(value) <= set(properties) and all(value.get(part) == const for part, const in fixed.items())
