"""Visibility is decided in `rules/access`: no other query compares a column that refers to a person."""

import ast
from collections.abc import Iterator
from pathlib import Path

import models
from models import Base

ROOT = Path(__file__).parents[2]

PERSON_COLUMNS = frozenset(
    column.key
    for mapper in Base.registry.mappers
    for column in mapper.columns
    if any(key.target_fullname == "people.id" for key in column.foreign_keys)
)
"""Columns of any table that refer to a person: `person_id`, `owner_id`, `companion_id` and the like."""

EXCEPTIONS = {
    "rules/access/": "is where the conditions are written",
    "rules/accounts/passkey/passkey_sign_in.py::_find_signer": "finds whoever signs in by a credential; nobody is signed in yet",
    "rules/circle/blocks.py::list_blocks": "goes on behind the last row of a page; the rows are the caller's own",
}
"""Code that may compare such columns: a file, a folder or a function, and why it decides no visibility."""


def is_table_column(node: ast.expr) -> bool:
    """Return whether this is `Table.column`; aliases of tables are spelled like classes too, at most with a `_`."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and is_table(node.value.id)


def is_table(name: str) -> bool:
    return name.lstrip("_")[:1].isupper()


def is_column(node: ast.expr) -> bool:
    """Return whether this is a column of a table, an alias or a subquery (`query.c.column`): then it is a join."""
    if is_table_column(node):
        return True
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "c"


def is_person_column(node: ast.expr) -> bool:
    return is_table_column(node) and isinstance(node, ast.Attribute) and node.attr in PERSON_COLUMNS


def decides_who_sees(node: ast.AST) -> bool:
    """Return whether a person's column is compared with a value, or with a set of people."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return any(map(is_person_column, sides)) and not all(map(is_column, sides))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"in_", "not_in"}:
        column = node.func.value
        person = is_table_column(column) and ast.unparse(column).lstrip("_") == "Person.id"
        return is_person_column(column) or person
    return False


def places(source: str, path: str) -> Iterator[str]:
    """Yield `path::function` for each function, and `path` for the rest of the module, that decides who sees a row."""
    for statement in ast.parse(source).body:
        if any(decides_who_sees(node) for node in ast.walk(statement)):
            name = getattr(statement, "name", None)
            yield f"{path}::{name}" if name else path


def deciding_places() -> set[str]:
    paths = sorted((ROOT / "rules").rglob("*.py"))
    return {place for path in paths for place in places(path.read_text(), path.relative_to(ROOT).as_posix())}


def covers(entry: str, place: str) -> bool:
    return place == entry or (entry.endswith("/") and place.startswith(entry)) or place.startswith(f"{entry}::")


def test_visibility_is_decided_only_in_rules_access() -> None:
    undecided = {place for place in deciding_places() if not any(covers(entry, place) for entry in EXCEPTIONS)}
    assert undecided == set(), "use a condition of rules/access, or say here why nobody looks"


def test_every_exception_is_needed() -> None:
    unused = {entry for entry in EXCEPTIONS if not any(covers(entry, place) for place in deciding_places())}
    assert unused == set()


def test_person_columns_come_from_the_models() -> None:
    assert {"person_id", "owner_id", "member_id", "recipient_id", "sender_id", "companion_id"} <= PERSON_COLUMNS
    assert all(is_table(name) for name in models.__all__)


def test_a_handwritten_comparison_is_detected() -> None:
    written = {
        "select(Notice).where(Notice.recipient_id == who.person_id)",
        "select(Notice).where(person_id == Notice.recipient_id)",
        "select(Notice).where(Notice.sender_id != me)",
        "select(Device).where(Device.person_id.in_(people))",
        "select(Person).where(Person.id.in_(members))",
        "select(_Alias).where(_Alias.member_id == one)",
    }
    for line in written:
        assert list(places(f"def page():\n    return {line}\n", "rules/x.py")) == ["rules/x.py::page"], line
    harmless = {
        "select(Notice).join(Person, Person.id == Notice.sender_id)",
        "select(Person).where(Person.id == person_id)",
        "select(Notice).where(access.mine(Notice, who), Notice.sender_id.is_(None))",
        "row.person_id == who.person_id",
    }
    for line in harmless:
        assert list(places(f"def page():\n    return {line}\n", "rules/x.py")) == [], line
