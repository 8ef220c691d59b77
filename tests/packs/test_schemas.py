"""The JSON Schemas: in step with the loader, valid themselves, and true of the files that are shipped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agent.packs.nodes import parse
from agent.packs.schemas import schema_texts
from agent.problems import Problems
from tests.packs.bad import BAD, CONFIG, shipped
from tests.packs.plain import as_json

SCHEMAS = {name: json.loads(text) for name, text in schema_texts().items()}


def kind_of(name: str) -> str:
    """The schema of a file of the configuration."""
    if name in ("site.yaml", "private-dns.yaml"):
        return name.removesuffix(".yaml")
    if name == "catalogue/shared.yaml":
        return "catalogue-shared"
    if name.startswith("catalogue/"):
        return "catalogue"
    if name.startswith("policies/shared/"):
        return "include"
    if name.endswith("/clauses.yaml"):
        return "clauses"
    return "policy-test" if name.endswith(".test.yaml") else "policy"


def instance(name: str, data: bytes) -> Any:
    """The file as an editor sees it."""
    root = parse(name, data, Problems())
    assert root is not None
    return as_json(root)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_shipped_schema_is_the_loaders(name: str) -> None:
    """`python -m agent.app.schemas config/schemas` was run after the last change of a shape."""
    assert (CONFIG / "schemas" / name).read_text() == schema_texts()[name]


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    """Each is a valid schema of draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


@pytest.mark.parametrize("name", sorted(name for name in shipped() if name.endswith(".yaml")))
def test_shipped_files_fit_their_schema(name: str) -> None:
    """An editor shows no mistake in what is shipped."""
    schema = SCHEMAS[f"{kind_of(name)}.schema.json"]
    jsonschema.Draft202012Validator(schema).validate(instance(name, shipped()[name]))


@pytest.mark.parametrize("name", sorted(n for n in shipped() if n.endswith(".yaml") and "catalogue/" not in n))
def test_files_name_their_schema(name: str) -> None:
    """The first line tells an editor which schema, by a path that leads there."""
    first = shipped()[name].decode().splitlines()[0]
    mark, _, path = first.partition("$schema=")
    assert mark == "# yaml-language-server: "
    target = ((CONFIG / name).parent / path).resolve()
    assert target == CONFIG / "schemas" / f"{kind_of(name)}.schema.json"
    assert target.is_file()


UNKNOWN = ["policy-unknown-key", "policy-unknown-role", "policy-verdict", "site-unknown-key", "catalogue-unknown-key"]
SEEN = [
    *UNKNOWN,
    "site-clock",
    "site-port",
    "policy-no-default",
    "catalogue-bad-id",
    "policy-empty-list",
    "test-client",
]
KINDS = {"test": "policy-test"}


@pytest.mark.parametrize("name", SEEN)
def test_an_editor_sees_the_mistake_too(name: str) -> None:
    """What a schema can say, it says: these bad files do not fit theirs."""
    path = Path(BAD / f"{name}.bad.yaml")
    kind = name.split("-")[0]
    schema = SCHEMAS[f"{KINDS.get(kind, kind)}.schema.json"]
    assert not jsonschema.Draft202012Validator(schema).is_valid(instance(name, path.read_bytes()))
