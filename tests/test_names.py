"""One module-level name means one thing in the whole server, so that a search for it finds one definition."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("api", "cli", "core", "models", "notifications", "rules", "worker")
CONVENTIONS = {"log", "router", "__all__"}
"""Names that mean the same in every module: its logger, its routes, what it exports."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A module with the names that it defines, and with those that its imports bind to a module or to a module's name."""

    name: str
    tree: ast.Module
    definitions: dict[str, ast.stmt]
    imports: dict[str, str]

    @property
    def path(self) -> str:
        return self.name.replace(".", "/")


def module(name: str, source: str) -> Module:
    tree = ast.parse(source)
    imports = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return Module(name, tree, {name: node for node in tree.body for name in defined_by(node)}, imports)


def defined_by(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a top-level statement defines: functions, classes, constants and type aliases."""
    if isinstance(node, Function | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (
                part.id for part in ast.walk(target) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            )


def ambiguous(modules: list[Module]) -> dict[str, list[str]]:
    """Return the names that several modules define, each with these modules; an endpoint and its use-case may share one."""
    by_name: dict[str, list[Module]] = defaultdict(list)
    for defining in modules:
        for name in defining.definitions:
            by_name[name].append(defining)
    return {
        name: [defining.path for defining in defined_in]
        for name, defined_in in by_name.items()
        if len(defined_in) > 1 and name not in CONVENTIONS and not endpoint_and_use_case(name, defined_in)
    }


def endpoint_and_use_case(name: str, defined_in: list[Module]) -> bool:
    """Return whether these are an endpoint and a use-case, one of each, and the endpoint calls the use-case."""
    routes = [defining for defining in defined_in if defining.name.startswith("api.routes.")]
    rules = [defining for defining in defined_in if defining.name.startswith("rules.")]
    if len(defined_in) != 2 or len(routes) != 1 or len(rules) != 1:
        return False
    endpoint, use_case = routes[0].definitions[name], rules[0].definitions[name]
    if not is_endpoint(endpoint) or not isinstance(use_case, Function):
        return False
    return f"{rules[0].name}.{name}" in called_by(endpoint, routes[0].imports)


def is_endpoint(node: ast.stmt) -> bool:
    return isinstance(node, Function) and any(
        isinstance(part, ast.Name) and part.id == "router"
        for decorator in node.decorator_list
        for part in ast.walk(decorator)
    )


def called_by(function: ast.stmt, imports: dict[str, str]) -> set[str]:
    """Return the full names of imported functions that are called in this one."""
    called = set()
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(id=imported)) if imported in imports:
                called.add(imports[imported])
            case ast.Call(func=ast.Attribute(value=ast.Name(id=imported), attr=attribute)) if imported in imports:
                called.add(f"{imports[imported]}.{attribute}")
    return called


def test_a_name_means_one_thing() -> None:
    modules = [
        module(".".join(path.relative_to(ROOT).with_suffix("").parts), path.read_text())
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    assert ambiguous(modules) == {}


USE_CASE = module("rules.circle.blocks", "async def block(): ...")
ENDPOINT = "from rules.circle import blocks\n@router.post('')\nasync def block(): return await blocks.block()"


@pytest.mark.parametrize(
    ("name", "source", "is_allowed"),
    [
        ("api.routes.circle.blocks", ENDPOINT, True),
        ("api.routes.circle.blocks", ENDPOINT.replace("blocks.block()", "blocks.other()"), False),
        ("api.routes.circle.blocks", ENDPOINT.replace("@router.post('')\n", ""), False),
        ("api.routes.circle.blocks", ENDPOINT.replace("rules.circle", "rules.daily"), False),
        ("api.blocking", ENDPOINT, False),
        ("rules.daily.blocks", ENDPOINT, False),
        ("worker.blocking", "block: int = 1", False),
        ("worker.blocking", "first, block = 1, 2", False),
        ("worker.blocking", "class block: ...", False),
        ("worker.blocking", "def unblock(): block = 1", True),
    ],
)
def test_only_an_endpoint_shares_the_name_of_the_use_case_that_it_calls(
    name: str, source: str, is_allowed: bool
) -> None:
    assert (ambiguous([USE_CASE, module(name, source)]) == {}) is is_allowed


def test_a_third_definition_is_one_too_many() -> None:
    modules = [USE_CASE, module("api.routes.circle.blocks", ENDPOINT), module("worker.loop", "block = 1")]
    assert list(ambiguous(modules)) == ["block"]
