"""No other path leads to a name: who in the sources may read a person's record, make a grant, or open a seal."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.store import tables

REPOSITORY = Path(__file__).parents[2]
SOURCES = sorted(path for folder in ("agent", "addons") for path in (REPOSITORY / folder).rglob("*.py"))

ALLOWED = {
    "minutes_of_person": {"agent/store/person.py", "agent/store/granted.py", "agent/casework/subject.py"},
    "day_of_person": {"agent/store/person.py", "agent/store/holds.py"},
    "minutes_granted": {"agent/store/granted.py", "agent/casework/looks.py"},
    "grant": {"agent/core/casework.py", "agent/casework/"},
    "unseal": {"agent/store/", "agent/gateway/root.py", "agent/app/authority.py"},  # the last two: the root of the CA
}


def uses(path: Path, name: str) -> Iterator[int]:
    """The lines of a source that call a function of that name, or import it."""
    for node in ast.walk(ast.parse(path.read_text())):
        called = getattr(node, "func", None)
        if isinstance(node, ast.Call) and name in (getattr(called, "id", None), getattr(called, "attr", None)):
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
            yield node.lineno


@pytest.mark.parametrize("name", ALLOWED)
def test_only_there(name: str) -> None:
    """Only these files use it; a new one has to be argued for here."""
    found = {path.relative_to(REPOSITORY).as_posix() for path in SOURCES if any(uses(path, name))}
    others = {file for file in found if not any(file.startswith(allowed) for allowed in ALLOWED[name])}
    assert others == set()


def test_the_database_has_no_name() -> None:
    """Whatever role reads the database, it finds pseudonyms and seals: no column has a person or device in clear."""
    named = {
        f"{table.name}.{column.name}": str(column.type)
        for table in tables.metadata.tables.values()
        for column in table.columns
        if column.name in ("person", "device", "pseudonym", "sealed", "subject", "officer")
    }
    assert set(named.values()) == {"BLOB"}, named
