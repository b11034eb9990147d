"""The architecture: imports run one way, files stay small, every problem is documented."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from api import problems
from api.app import api_only
from core.errors import PorchlightError
from models import ReachOut

ROOT = Path(__file__).parents[1]
FOLDERS = ("api", "cli", "core", "migrations", "models", "notifications", "rules", "worker")
MOST_LINES = 300


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
    large = {name(path): lines for path in written if (lines := len(path.read_text().splitlines())) >= MOST_LINES}
    assert large == {}


def test_every_module_says_what_it_holds() -> None:
    silent = []
    for path in sources(*FOLDERS):
        tree = ast.parse(path.read_text())
        if tree.body and ast.get_docstring(tree) is None and "versions" not in path.parts:
            silent.append(name(path))
    assert silent == []


LATE = {
    "notifications/transports/fcm.py": {"firebase_admin", "google", "requests"},
    "notifications/transports/fcm_sign_in.py": {"firebase_admin", "google", "requests"},
    "migrations/run.py": {"alembic"},
    "cli/services.py": {"notifications"},
}
"""What is imported inside a function, where: what not every start needs, and takes long to load."""


def test_nothing_else_is_imported_inside_a_function() -> None:
    found: dict[str, set[str]] = {}
    for path in sources(*FOLDERS):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for step in ast.walk(function):
                    if isinstance(step, ast.Import):
                        found.setdefault(name(path), set()).update(alias.name.split(".")[0] for alias in step.names)
                    elif isinstance(step, ast.ImportFrom):
                        found.setdefault(name(path), set()).add((step.module or ".").split(".")[0])
    assert {
        path: modules - LATE.get(path, set()) for path, modules in found.items() if modules - LATE.get(path, set())
    } == {}


def kinds_of(kind: type[PorchlightError]) -> list[type[PorchlightError]]:
    return [kind, *(found for sub in kind.__subclasses__() for found in kinds_of(sub))]


@pytest.mark.parametrize("kind", kinds_of(PorchlightError), ids=lambda kind: kind.slug)
def test_every_problem_is_documented_and_says_what_to_do(kind: type[PorchlightError]) -> None:
    assert kind in problems.STATUS, "each has a status of its own"
    said = problems.documentation(kind.slug)
    assert said is not None
    assert kind.title in said
    assert kind.advice in said
    assert str(problems.STATUS[kind]) in said
    assert problems.PROBLEMS_BY_SLUG[kind.slug] is kind, "a slug stands for one thing"
    listed = ROOT / "docs" / "problems.md"
    assert not listed.exists() or kind.slug in listed.read_text()


def test_core_refuses_nothing_of_the_domain() -> None:
    """What core raises is about any server: it is busy, or its keys are away."""
    raised = {kind.__name__ for kind in kinds_of(PorchlightError) if kind.__module__.startswith("core.")}
    assert raised == {"PorchlightError", "Busy", "KeysUnavailable"}


def test_every_problem_that_the_document_names_exists() -> None:
    said = json.dumps(api_only().openapi())
    named = {part.split("`")[0] for part in said.split("/problems/")[1:]}
    assert {slug for slug in named if slug and slug[0].isalpha() and "{" not in slug and " " not in slug} <= set(
        problems.PROBLEMS_BY_SLUG
    )


def test_no_word_of_shame_stands_in_the_product() -> None:
    """Section 2 of the design: words that are never used in code, API or screens."""
    never = ("victim", "incident", "violation", "relapse", "streak")
    said = {(name(path), word) for path in sources(*FOLDERS) for word in never if word in path.read_text().lower()}
    assert said == set()


STAGES = {"Waiting", "Answered", "Together", "Closed"}
REACH_OUT_COLUMNS = {column.key for column in ReachOut.__table__.columns} - {
    "id",
    "person_id",
    "note",
    "created_at",
    "ladder",
}
CLOCKED_BESIDE = ("rules/bookend/", "rules/outbox/", "notifications/")
"""Where rows of other tables have a `state` and a `due_at` of their own."""


def writes_a_reach_out(node: ast.AST, path: str) -> bool:
    """Whether a column of a reach-out is assigned to, or its table updated or a row of it made."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        assigned = {
            part.attr
            for target in targets
            for part in ast.walk(target)
            if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)
        }
        shared = {"state", "due_at"} if path.startswith(CLOCKED_BESIDE) else set()
        return bool(assigned & (REACH_OUT_COLUMNS - shared))
    if isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        table = {part.id for argument in node.args[:1] for part in ast.walk(argument) if isinstance(part, ast.Name)}
        return called == "ReachOut" or (called == "update" and bool(table & {"ReachOut", "REACH_OUT_TABLE"}))
    return False


def makes_a_stage(node: ast.AST) -> bool:
    """Whether a stage is made (a pattern of `match` only looks at one)."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in STAGES


def test_a_reach_out_is_moved_by_the_machine_and_written_by_the_store() -> None:
    trees = {name(path): ast.parse(path.read_text()) for path in sources("rules", "notifications", "worker", "api")}
    writers = {path for path, tree in trees.items() if any(writes_a_reach_out(node, path) for node in ast.walk(tree))}
    assert writers == {"rules/reach_out/store.py"}
    reach_out = {path: tree for path, tree in trees.items() if path.startswith("rules/reach_out/")}
    movers = {path for path, tree in reach_out.items() if any(map(makes_a_stage, ast.walk(tree)))}
    # The store makes them of rows, the state is that of a press nobody has been told of.
    assert movers == {"rules/reach_out/machine.py", "rules/reach_out/store.py", "rules/reach_out/state.py"}
