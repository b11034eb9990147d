"""Compares the API's description with the one of the last release: what would break an app that was built on it.

`python -m scripts.description` lists what breaks; `python -m scripts.description accept` makes the present description the
released one (`make description`).
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from api.app import api_only

RELEASED = Path(__file__).parents[1] / "tests" / "http" / "released.json"
PROSE = {"description", "summary", "examples", "title"}
"""Parts of the document that change nothing for a client."""
NAME = "x-name"
"""Where a schema that was referred to keeps its name during the comparison."""
UPPER_BOUNDS = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
LOWER_BOUNDS = ("minLength", "minimum", "exclusiveMinimum", "minItems")

Schema = Mapping[str, Any]


def current_description() -> dict[str, Any]:
    """Return the present document without prose."""
    return _without_prose(api_only().openapi())


def released_description() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(RELEASED.read_text(encoding="utf-8"))
    return document


def breaking_changes(released: Schema, current: Schema) -> list[str]:
    """Return a sentence for each change that an app built on `released` would notice."""
    return list(dict.fromkeys(_Comparison(released, current).all()))


def _without_prose(part: Any, *, names: bool = False) -> Any:  # noqa: ANN401 (JSON is anything)
    """Drop the prose of a document. `names`: the keys of `part` are names that we chose, such as a field called title."""
    if isinstance(part, list):
        return [_without_prose(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _without_prose(value, names=not names and key in {"properties", "schemas", "paths", "responses"})
        for key, value in part.items()
        if names or key not in PROSE
    }


def _line_by_line(document: Schema) -> str:
    """Return the document as JSON with a line for each operation and each schema, so that a diff shows what changed."""

    def lines(part: Schema, depth: int) -> str:
        if not depth:
            return json.dumps(part, sort_keys=True, ensure_ascii=False)
        inner = ",\n".join(f"{json.dumps(key)}: {lines(part[key], depth - 1)}" for key in sorted(part))
        return f"{{\n{inner}\n}}"

    return lines({part: document[part] for part in ("components", "paths")}, 3) + "\n"


@dataclass(slots=True)
class _Comparison:
    released: Schema
    current: Schema
    compared: set[tuple[str, str]] = field(default_factory=set)

    def all(self) -> Iterator[str]:
        for name in self.released["components"]["schemas"]:
            if name not in self.current["components"]["schemas"]:
                yield f"schema {name}: gone, and generated classes are named after it"
        for path, operations in self.released["paths"].items():
            for method, old in operations.items():
                where = f"{method.upper()} {path}"
                new = self.current["paths"].get(path, {}).get(method)
                if new is None:
                    yield f"{where}: gone"
                else:
                    yield from self._operation(where, old, new)

    def _operation(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        for key in ("operationId", "tags"):
            if old.get(key) != new.get(key):
                yield f"{where}: {key} was {old.get(key)}, is {new.get(key)}"
        if new.get("security") and not old.get("security"):
            yield f"{where}: needs a session now"
        yield from self._parameters(where, old, new)
        yield from self._body(where, old.get("requestBody"), new.get("requestBody"))
        for status, reply in old["responses"].items():
            present = new["responses"].get(status)
            if present is None:
                yield f"{where}: no reply {status} any more"
            else:
                yield from self._contents(f"{where} reply {status}", reply, present, _Direction("reply"))

    def _parameters(self, where: str, old: Schema, new: Schema) -> Iterator[str]:
        before, now = (
            {(given["in"], given["name"]): given for given in operation.get("parameters", ())}
            for operation in (old, new)
        )
        for key, given in before.items():
            if key not in now:
                yield f"{where}: {key[0]} parameter {key[1]} is gone"
            else:
                yield from self._fits(f"{where} {key[1]}", given["schema"], now[key]["schema"], _Direction("request"))
        for key, given in now.items():
            if given.get("required") and not before.get(key, {}).get("required"):
                yield f"{where}: {key[0]} parameter {key[1]} is required now"

    def _body(self, where: str, old: Schema | None, new: Schema | None) -> Iterator[str]:
        if new is not None and new.get("required") and not (old or {}).get("required"):
            yield f"{where}: a body is required now"
        if old is not None and new is None:
            yield f"{where}: takes no body any more"
        elif old is not None and new is not None:
            yield from self._contents(f"{where} body", old, new, _Direction("request"))

    def _contents(self, where: str, old: Schema, new: Schema, direction: "_Direction") -> Iterator[str]:
        for kind, content in old.get("content", {}).items():
            present = new.get("content", {}).get(kind)
            if present is None:
                yield f"{where}: no {kind} any more"
            elif "schema" in content:
                yield from self._fits(where, content["schema"], present.get("schema", {}), direction)

    def _fits(self, where: str, old: Schema, new: Schema, direction: "_Direction") -> Iterator[str]:
        """Yield what `new` says that somebody who knows `old` cannot send, or does not expect."""
        if "$ref" in old and "$ref" in new:
            pair = (f"{direction.name} {old['$ref']}", str(new["$ref"]))
            if pair in self.compared:
                return
            self.compared.add(pair)
        olds, news = list(_variants(self.released, old)), list(_variants(self.current, new))
        senders, receivers = (olds, news) if direction.request else (news, olds)
        for sender in senders:
            alike = [receiver for receiver in receivers if _takes(receiver, sender)]
            namesakes = [receiver for receiver in alike if NAME in sender and receiver.get(NAME) == sender[NAME]]
            if receivers and not alike:
                yield f"{where}: {_kind(sender)} {'is not taken any more' if direction.request else 'is new'}"
            elif alike:
                pairs = [(sender, one) if direction.request else (one, sender) for one in namesakes or alike]
                yield from min((list(self._variant(where, *pair, direction)) for pair in pairs), key=len)

    def _variant(self, where: str, old: Schema, new: Schema, direction: "_Direction") -> Iterator[str]:
        sender, receiver = (old, new) if direction.request else (new, old)
        if receiver.get("format") not in {None, sender.get("format")}:
            yield f"{where}: format was {old.get('format')}, is {new.get('format')}"
        if direction.request:
            yield from _narrower(where, old, new)
        elif "enum" in old and "enum" not in new:
            yield f"{where}: is not one of a few values any more"
        yield from self._object(where, old, new, direction)
        for part in ("items", "additionalProperties"):
            if isinstance(old.get(part), dict) and isinstance(new.get(part), dict):
                yield from self._fits(f"{where}[]", old[part], new[part], direction)

    def _object(self, where: str, old: Schema, new: Schema, direction: "_Direction") -> Iterator[str]:
        before, now = old.get("properties", {}), new.get("properties", {})
        for name, schema in before.items():
            if name not in now:
                yield f"{where}.{name}: gone"
            else:
                yield from self._fits(f"{where}.{name}", schema, now[name], direction)
        required, present = set(old.get("required", ())), set(new.get("required", ()))
        if direction.request:
            yield from (f"{where}.{name}: is required now" for name in sorted(present - required))
        else:
            yield from (f"{where}.{name}: may be missing now" for name in sorted((required - present) & set(now)))


@dataclass(frozen=True, slots=True)
class _Direction:
    """Who sends: in a request a client of the released description, in a reply a server of the present one."""

    name: Literal["request", "reply"]

    @property
    def request(self) -> bool:
        return self.name == "request"


def _variants(document: Schema, schema: Schema) -> Iterator[Schema]:
    """Yield the schemas of which a value has to fit one; none where anything fits."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        yield from ({NAME: name, **one} for one in _variants(document, document["components"]["schemas"][name]))
        return
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        for one in several:
            yield from _variants(document, one)
    elif schema:
        yield {**schema, "enum": [schema["const"]]} if "const" in schema else schema


def _kind(schema: Schema) -> str:
    return str(schema.get("type", "anything"))


def _takes(receiver: Schema, sender: Schema) -> bool:
    return _kind(receiver) in {_kind(sender), "anything"} or (_kind(sender), _kind(receiver)) == ("integer", "number")


def _narrower(where: str, old: Schema, new: Schema) -> Iterator[str]:
    """Yield which values were taken and are refused now."""
    if "enum" in new and "enum" not in old:
        yield f"{where}: only {new['enum']} are taken now"
    elif "enum" in new:
        yield from (f"{where}: {value!r} is not taken any more" for value in old["enum"] if value not in new["enum"])
    if new.get("pattern") not in {None, old.get("pattern")}:
        yield f"{where}: pattern was {old.get('pattern')}, is {new['pattern']}"
    for bounds, sign in ((UPPER_BOUNDS, 1), (LOWER_BOUNDS, -1)):
        for bound in bounds:
            if bound in new and (bound not in old or sign * new[bound] < sign * old[bound]):
                yield f"{where}: {bound} was {old.get(bound)}, is {new[bound]}"


def main() -> int:
    current = current_description()
    if sys.argv[1:] == ["accept"]:
        RELEASED.write_text(_line_by_line(current), encoding="utf-8")
        print(f"{RELEASED.name} is the present description now.")
        return 0
    changes = breaking_changes(released_description(), current)
    print("\n".join(changes) or "Nothing breaks what was built on the released description.")
    return 1 if changes else 0


if __name__ == "__main__":
    raise SystemExit(main())
