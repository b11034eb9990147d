"""The architecture: imports run one way, files stay small, every problem is documented."""

import ast
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from api import problems
from api.app import api_only
from core.errors import PorchlightError
from models import ReachOut

ROOT = Path(__file__).parents[1]
FOLDERS = ("api", "cli", "core", "migrations", "models", "notifications", "rules", "worker")
MAX_FILE_LINES = 300
MAX_FILES_IN_A_ROOM = 12


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_run_one_way_only() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_is_small() -> None:
    written = [path for path in sources(*FOLDERS, "tests") if "versions" not in path.parts]
    large = {name(path): lines for path in written if (lines := len(path.read_text().splitlines())) >= MAX_FILE_LINES}
    assert large == {}


def test_no_room_of_the_rules_holds_more_than_a_dozen_files() -> None:
    files = [path for path in sources("rules") if path.name != "__init__.py"]
    rooms = Counter(name(path.parent) for path in files)
    assert {room: count for room, count in rooms.items() if count > MAX_FILES_IN_A_ROOM} == {}


def test_every_module_says_what_it_holds() -> None:
    silent = []
    for path in sources(*FOLDERS):
        tree = ast.parse(path.read_text())
        if tree.body and ast.get_docstring(tree) is None and "versions" not in path.parts:
            silent.append(name(path))
    assert silent == []


LATE_IMPORTS = {
    "notifications/transports/fcm.py": {"firebase_admin", "google", "requests"},
    "notifications/transports/fcm_sign_in.py": {"firebase_admin", "google", "requests"},
    "migrations/run.py": {"alembic"},
    "cli/main.py": {"cli"},
    "cli/services.py": {"notifications"},
    "core/passphrase_strength.py": {"zxcvbn"},
}
"""Packages that may be imported inside a function, by file: slow to load or large, and not needed at every start."""


def test_functions_import_only_what_is_listed() -> None:
    imports: dict[str, set[str]] = {}
    for path in sources(*FOLDERS):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for step in ast.walk(function):
                    if isinstance(step, ast.Import):
                        imports.setdefault(name(path), set()).update(alias.name.split(".")[0] for alias in step.names)
                    elif isinstance(step, ast.ImportFrom):
                        imports.setdefault(name(path), set()).add((step.module or ".").split(".")[0])
    assert {
        path: modules - LATE_IMPORTS.get(path, set())
        for path, modules in imports.items()
        if modules - LATE_IMPORTS.get(path, set())
    } == {}


def problem_kinds(kind: type[PorchlightError]) -> list[type[PorchlightError]]:
    return [kind, *(subclass for sub in kind.__subclasses__() for subclass in problem_kinds(sub))]


@pytest.mark.parametrize("kind", problem_kinds(PorchlightError), ids=lambda kind: kind.slug)
def test_every_problem_is_documented_and_says_what_to_do(kind: type[PorchlightError]) -> None:
    assert kind in problems.STATUS, "every problem has a status"
    page = problems.documentation(kind.slug)
    assert page is not None
    assert kind.title in page
    assert kind.advice in page
    assert str(problems.STATUS[kind]) in page
    assert problems.PROBLEMS_BY_SLUG[kind.slug] is kind, "a slug names one problem"
    listed = ROOT / "docs" / "problems.md"
    assert not listed.exists() or kind.slug in listed.read_text()


def test_core_knows_no_error_of_the_domain() -> None:
    """Errors of core concern any server: it is busy, or its keys are unavailable."""
    raised = {kind.__name__ for kind in problem_kinds(PorchlightError) if kind.__module__.startswith("core.")}
    assert raised == {"PorchlightError", "Busy", "KeysUnavailable"}


def test_every_problem_named_in_the_openapi_document_exists() -> None:
    document = json.dumps(api_only().openapi())
    named = {part.split("`")[0] for part in document.split("/problems/")[1:]}
    assert {slug for slug in named if slug and slug[0].isalpha() and "{" not in slug and " " not in slug} <= set(
        problems.PROBLEMS_BY_SLUG
    )


def test_the_product_uses_no_shaming_words() -> None:
    """These words are never used in code, API or screens (section 2 of the design)."""
    never = ("victim", "incident", "violation", "relapse", "streak")
    uses = {(name(path), word) for path in sources(*FOLDERS) for word in never if word in path.read_text().lower()}
    assert uses == set()


STAGES = {"Waiting", "Answered", "Together", "Closed"}
REACH_OUT_COLUMNS = {column.key for column in ReachOut.__table__.columns} - {
    "id",
    "person_id",
    "note",
    "created_at",
    "ladder",
}
OTHER_STATE_OWNERS = ("rules/bookend/", "rules/outbox/", "notifications/")
"""Where `state` and `due_at` belong to rows of other tables."""


def writes_a_reach_out(node: ast.AST, path: str) -> bool:
    """Tell whether the node assigns to a column of a reach-out, updates its table or creates a row."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        assigned = {
            part.attr
            for target in targets
            for part in ast.walk(target)
            if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)
        }
        shared = {"state", "due_at"} if path.startswith(OTHER_STATE_OWNERS) else set()
        return bool(assigned & (REACH_OUT_COLUMNS - shared))
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        table = {part.id for argument in node.args[:1] for part in ast.walk(argument) if isinstance(part, ast.Name)}
        return called == "ReachOut" or (called == "update" and bool(table & {"ReachOut", "REACH_OUT_TABLE"}))
    return False


def creates_a_stage(node: ast.AST) -> bool:
    """Tell whether the node creates a stage (a pattern of `match` does not)."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in STAGES


def test_only_the_machine_moves_a_reach_out_and_only_the_store_writes_it() -> None:
    trees = {name(path): ast.parse(path.read_text()) for path in sources("rules", "notifications", "worker", "api")}
    writers = {path for path, tree in trees.items() if any(writes_a_reach_out(node, path) for node in ast.walk(tree))}
    assert writers == {"rules/reach_out/store.py"}
    reach_out = {path: tree for path, tree in trees.items() if path.startswith("rules/reach_out/")}
    movers = {path for path, tree in reach_out.items() if any(map(creates_a_stage, ast.walk(tree)))}
    # The machine, with what a press again and a calm ask do.
    machine = {"machine.py", "repress.py", "calm/decisions.py", "change.py"}
    decisions = {f"rules/reach_out/{file}" for file in machine}
    # stages.py creates stages from rows; state.py holds the first stage, that of a press before anybody is told.
    assert movers == decisions | {"rules/reach_out/storage/stages.py", "rules/reach_out/state.py"}
