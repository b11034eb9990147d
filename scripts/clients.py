"""Generates clients of the API for phone apps, and compiles what can be compiled here: `make clients`.

TypeScript is checked with the compiler of the phone app. Kotlin is compiled where KOTLIN_HOME is a Kotlin compiler and
KOTLIN_LIBRARIES the class path of OkHttp, Okio and Gson; with it the code of docs/build-a-phone-app.md. Swift needs Apple's tools.
"""

import argparse
import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from api.app import api_only

ROOT: Final = Path(__file__).resolve().parents[1]
CLIENTS: Final = ROOT / "build" / "clients"
GUIDE: Final = ROOT / "docs" / "build-a-phone-app.md"
TYPESCRIPT_OPTIONS: Final = {
    "strict": True,
    "noEmit": True,
    "target": "es2022",
    "module": "esnext",
    "moduleResolution": "bundler",
    "lib": ["es2022", "dom"],
    "types": [],
}


@dataclass(frozen=True, slots=True)
class Client:
    """A language: what the generator calls it, and its properties."""

    language: str
    generator: str
    properties: Mapping[str, str]


KOTLIN: Final = Client(
    "kotlin",
    "kotlin",
    {
        "packageName": "org.porchlight.client",
        "serializationLibrary": "gson",
        "enumPropertyNaming": "original",
        "omitGradleWrapper": "true",
    },
)
SWIFT: Final = Client("swift", "swift6", {"projectName": "PorchlightClient"})
TYPESCRIPT: Final = Client("typescript", "typescript-fetch", {"npmName": "porchlight-client", "supportsES6": "true"})


def for_generators(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document without what the generators make nothing usable of.

    A body that may be one of several becomes an interface that none of them implements: their fields are merged, and `kind`
    says which belong. A schema with further fields becomes a map that is never filled with its own: it is closed, and
    clients ignore unknown fields anyway.
    """
    simple = copy.deepcopy(dict(document))
    schemas = simple["components"]["schemas"]
    for content in _json_bodies(simple):
        kinds = [one["$ref"].rsplit("/", 1)[1] for one in content["schema"].get("oneOf", ())]
        if kinds:
            name = merged_name(kinds)
            schemas[name] = _merged([schemas[kind] for kind in kinds])
            content["schema"] = {"$ref": f"#/components/schemas/{name}"}
    for schema in schemas.values():
        if "properties" in schema and schema.get("additionalProperties") is True:
            del schema["additionalProperties"]
    return simple


def merged_name(kinds: Sequence[str]) -> str:
    """Return a name for one of several: NewDevice for FcmDevice and WebPushDevice."""
    [word] = {re.findall(r"[A-Z][a-z]+", kind)[-1] for kind in kinds}
    return f"New{word}"


def kotlin_code(page: str) -> str:
    """Return the Kotlin code of a page, as one file."""
    return "\n".join(re.findall(r"^```kotlin\n(.*?)^```", page, re.MULTILINE | re.DOTALL))


def _json_bodies(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None:
                yield content


def _merged(schemas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    fields = {name: field for schema in schemas for name, field in schema["properties"].items()}
    fields["kind"] = {"type": "string", "enum": [schema["properties"]["kind"]["const"] for schema in schemas]}
    required = [name for name in fields if all(name in schema.get("required", ()) for schema in schemas)]
    return {"type": "object", "properties": fields, "required": required}


def _generate(generator: str, document: Path, client: Client) -> bool:
    folder = CLIENTS / client.language
    shutil.rmtree(folder, ignore_errors=True)
    run = subprocess.run(
        [
            generator,
            *("generate", "-i", str(document), "-g", client.generator, "-o", str(folder)),
            f"--additional-properties={','.join(f'{name}={value}' for name, value in client.properties.items())}",
            "--global-property=apiTests=false,modelTests=false,apiDocs=false,modelDocs=false",
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        print(run.stdout[-4000:], run.stderr[-4000:], sep="\n", file=sys.stderr)
        return False
    print(f"{client.language}: {sum(path.is_file() for path in folder.rglob('*'))} files in {folder.relative_to(ROOT)}")
    return True


def _check_typescript() -> bool:
    project = CLIENTS / "typescript" / "tsconfig.check.json"
    project.write_text(json.dumps({"compilerOptions": TYPESCRIPT_OPTIONS, "files": ["src/index.ts"]}))
    compiler = ROOT / "phone" / "node_modules" / "typescript" / "bin" / "tsc"
    node = shutil.which("node")
    if node is None or not compiler.exists():
        print("typescript: not checked, there is no compiler in phone/node_modules (make install)")
        return True
    return _compiled("typescript", [node, str(compiler), "-p", str(project)])


def _compile_kotlin() -> bool:
    home, libraries = os.environ.get("KOTLIN_HOME"), os.environ.get("KOTLIN_LIBRARIES")
    if not home or not libraries:
        print("kotlin: not compiled, KOTLIN_HOME and KOTLIN_LIBRARIES are not set (docs/build-a-phone-app.md)")
        return True
    sources = CLIENTS / "kotlin" / "src" / "main" / "kotlin"
    (sources / "Guide.kt").write_text(kotlin_code(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
    words = ["-no-reflect", "-nowarn", "-cp", libraries, "-d", str(CLIENTS / "kotlin" / "classes"), str(sources)]
    # The npm package of the compiler leaves its scripts without the right to be run.
    return _compiled("kotlin", ["bash", str(Path(home) / "bin" / "kotlinc"), *words])


def _compiled(language: str, words: Sequence[str]) -> bool:
    succeeded = subprocess.run(words, check=False).returncode == 0
    print(f"{language}: {'compiled' if succeeded else 'does not compile'}")
    return succeeded


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.clients", description="Generate clients of the API.")
    parser.add_argument("generator", help="the generator's program")
    generator = parser.parse_args().generator
    CLIENTS.mkdir(parents=True, exist_ok=True)
    document = CLIENTS / "openapi.json"
    document.write_text(json.dumps(for_generators(api_only().openapi()), indent=2), encoding="utf-8")
    if not all(_generate(generator, document, client) for client in (KOTLIN, SWIFT, TYPESCRIPT)):
        return 1
    return 0 if all([_check_typescript(), _compile_kotlin()]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
