"""Only one file inserts deliveries and announces them: whoever writes a row elsewhere forgets the lease, or the sender."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ENQUEUE = "rules/outbox/enqueue.py"
UNIT_OF_WORK = "core/unit_of_work.py"
FOLDERS = ("api", "cli", "core", "migrations", "models", "notifications", "rules", "worker")
INSERTS = {"insert", "insert_together", "single", "add", "bulk_insert_mappings", "bulk_save_objects"}


def violations(source: str) -> set[str]:
    """What a module does with deliveries that is for `enqueue` alone."""
    tree = ast.parse(source)
    columns = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in {"c", "name"}
    }
    return {what for node in ast.walk(tree) if (what := _violation(node)) and id(node) not in columns}


def _violation(node: ast.AST) -> str | None:
    match node:
        case ast.Attribute(attr="committed_deliveries"):
            return "announces deliveries"
        case ast.Attribute(value=ast.Name(id="Delivery"), attr="__table__") | ast.Name(id="DELIVERY_TABLE"):
            return "holds the table"
        case ast.Call(func=ast.Name(id="Delivery")):
            return "makes a row"
        case ast.Call(
            func=ast.Name(id=function) | ast.Attribute(attr=function), args=[ast.Name(id="Delivery"), *_]
        ) if function in INSERTS:
            return "inserts a row"
        case ast.Constant(value=str(text)) if "insert into deliveries" in text.lower():
            return "inserts a row"
    return None


def test_no_other_file_inserts_or_announces_deliveries() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): what
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if (what := violations(path.read_text()))
    }
    assert found.pop(ENQUEUE) == {"announces deliveries", "holds the table"}
    assert found.pop(UNIT_OF_WORK) == {"announces deliveries"}
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "unit.committed_deliveries.append(row)",
        "table = Delivery.__table__",
        "await insert_together(unit.session, [(DELIVERY_TABLE, rows)])",
        "unit.session.add(Delivery(id=unit.new_id()))",
        "await session.execute(insert(Delivery), rows)",
        "await session.execute(postgresql.insert(Delivery).values(row))",
        "await connection.execute(text('INSERT INTO deliveries (id) VALUES (:id)'))",
    ],
)
def test_the_test_sees_every_way_to_insert_one(source: str) -> None:
    assert violations(f"async def write():\n    {source}\n")


@pytest.mark.parametrize("source", ["update(Delivery).returning(*Delivery.__table__.c)", "select(Delivery.id)"])
def test_to_read_and_update_them_is_free(source: str) -> None:
    assert not violations(source)
