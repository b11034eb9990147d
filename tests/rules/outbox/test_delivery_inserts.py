"""Only `rules/outbox/enqueue.py` inserts deliveries: code elsewhere would forget the lease, or to tell the sender."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ENQUEUE = "rules/outbox/enqueue.py"
UNIT_OF_WORK = "core/unit_of_work.py"
FOLDERS = ("api", "cli", "core", "migrations", "models", "notifications", "rules", "worker")
INSERTS = {"insert", "insert_together", "single", "add", "bulk_insert_mappings", "bulk_save_objects"}


def violations(source: str) -> set[str]:
    """Return what a module does with deliveries that only `enqueue` may do."""
    tree = ast.parse(source)
    columns = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in {"c", "name"}
    }
    return {violation for node in ast.walk(tree) if (violation := _violation(node)) and id(node) not in columns}


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
    violations_by_file = {
        path.relative_to(ROOT).as_posix(): file_violations
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        if (file_violations := violations(path.read_text()))
    }
    assert violations_by_file.pop(ENQUEUE) == {"announces deliveries", "holds the table"}
    assert violations_by_file.pop(UNIT_OF_WORK) == {"announces deliveries"}
    assert violations_by_file == {}


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
def test_every_way_to_insert_a_delivery_is_detected(source: str) -> None:
    assert violations(f"async def write():\n    {source}\n")


@pytest.mark.parametrize("source", ["update(Delivery).returning(*Delivery.__table__.c)", "select(Delivery.id)"])
def test_reading_and_updating_deliveries_is_allowed(source: str) -> None:
    assert not violations(source)
